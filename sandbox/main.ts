import { resolve } from 'node:path';
import { z } from 'zod';
import { loadAppCredentials } from './credentials-file.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';
import { createTenants } from './tenants.ts';

const environment = z.object({
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(4300),
  SANDBOX_APP_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:4200'),
  SANDBOX_DIR: z.string().min(1).default('./data/sandbox'),
});

const { SANDBOX_PORT: port, SANDBOX_APP_URL: appUrl, SANDBOX_DIR: dir } = environment.parse(process.env);
const { credentials, privateKeyFile } = loadAppCredentials(resolve(dir));
const sandbox = await startSandbox({ port, appUrl, credentials });

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void sandbox.close();
  });
}
process.stdout.write(describeSandbox(sandbox));

/** The printed text: the environment of the app, all users, and the URL. */
function describeSandbox({ url, clientId, clientSecret }: Sandbox): string {
  const users = createTenants()
    .all()
    .flatMap((tenant) => [
      `\n${tenant.contextIdentifier}  ${tenant.companyName}`,
      ...tenant.users
        .filter((user) => !user.retired)
        .map(({ userName, isAdministrator, plan }) => {
          return `  ${userName.padEnd(38)}${(isAdministrator ? 'administrator' : '').padEnd(15)}${plan ?? 'no plan'}`;
        }),
    ]);
  return `
Environment of the app:
  PUBLIC_URL=${appUrl}
  SUPEROFFICE_ENVIRONMENT=sod
  SUPEROFFICE_LOGIN_URL=${url}
  SUPEROFFICE_API_HOSTS=127.0.0.1
  SUPEROFFICE_CLIENT_ID=${clientId}
  SUPEROFFICE_CLIENT_SECRET=${clientSecret}
  SUPEROFFICE_PRIVATE_KEY_FILE=${privateKeyFile}
${users.join('\n')}

Sandbox SuperOffice ready at ${url}
`;
}
