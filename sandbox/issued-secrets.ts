/** Everything secret the sandbox gave out or was given, so that a test can look for it where it must not be. */
export interface IssuedSecrets {
  /** Each secret, and what it is. */
  all(): ReadonlyMap<string, string>;
  /** The same function, every answer of which is remembered as a secret of this kind. */
  recordResult<Arguments extends unknown[]>(
    kind: string,
    issue: (...given: Arguments) => string,
  ): (...given: Arguments) => string;
  record(kind: string, secret: string): void;
}

/** Remembers what is secret. */
export function createIssuedSecrets(): IssuedSecrets {
  const issued = new Map<string, string>();
  return {
    all: () => issued,
    record: (kind, secret) => void issued.set(secret, kind),
    recordResult:
      (kind, issue) =>
      (...given) => {
        const secret = issue(...given);
        issued.set(secret, kind);
        return secret;
      },
  };
}
