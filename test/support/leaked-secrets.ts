/** Patterns of credentials, regardless of their issuer. */
const secretPatterns: Readonly<Record<string, RegExp>> = {
  'a signed token': /eyJ[\w-]{8,}\.eyJ[\w-]{8,}/,
  'a ticket': /7T(:|%3A)[\w+/%]{12,}/,
  'an access token': /8A(:|%3A)\w/,
  'a private key': /BEGIN [A-Z ]*PRIVATE KEY/,
};
/** Shorter secrets could match by chance. */
const minSecretLength = 12;

/** Returns the kinds of secrets that the lines contain, in plain text or encoded. */
export function findLeakedSecrets(
  lines: readonly string[],
  secrets: ReadonlyMap<string, string>,
): readonly string[] {
  const text = lines.join('\n');
  const known = [...secrets].flatMap(([secret, kind]) =>
    encodedForms(secret).some((form) => text.includes(form)) ? [kind] : [],
  );
  const likely = Object.entries(secretPatterns).flatMap(([kind, look]) => (look.test(text) ? [kind] : []));
  return [...new Set([...known, ...likely])];
}

function encodedForms(secret: string): string[] {
  if (secret.length < minSecretLength) return [];
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ];
}

/** The secrets in the app's environment with their kind: client secret, private key, keyrings. */
export function readEnvironmentSecrets(environment: NodeJS.ProcessEnv): Map<string, string> {
  const secrets = new Map<string, string>();
  const { SUPEROFFICE_CLIENT_SECRET: clientSecret, SUPEROFFICE_PRIVATE_KEY: privateKey } = environment;
  if (clientSecret) secrets.set(clientSecret, 'the client secret');
  for (const line of privateKey?.split('\n') ?? []) {
    if (line.length > 40) secrets.set(line, 'a line of the private key');
  }
  for (const name of ['ENCRYPTION_KEYS', 'SESSION_KEYS']) {
    for (const entry of environment[name]?.split(',') ?? []) {
      const [, key = ''] = entry.split(':');
      secrets.set(key, `a key of ${name}`);
    }
  }
  return secrets;
}
