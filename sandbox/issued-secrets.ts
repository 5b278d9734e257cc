/** The secrets that the sandbox issued or received, so that tests can search logs for them. */
export interface IssuedSecrets {
  /** Each secret with its kind. */
  all(): ReadonlyMap<string, string>;
  /** Wraps a function so that each of its results is recorded as a secret of this kind. */
  recordResult<Arguments extends unknown[]>(
    kind: string,
    issue: (...parameters: Arguments) => string,
  ): (...parameters: Arguments) => string;
  record(kind: string, secret: string): void;
}

/** Creates an empty record of secrets. */
export function createIssuedSecrets(): IssuedSecrets {
  const issued = new Map<string, string>();
  return {
    all: () => issued,
    record: (kind, secret) => void issued.set(secret, kind),
    recordResult:
      (kind, issue) =>
      (...parameters) => {
        const secret = issue(...parameters);
        issued.set(secret, kind);
        return secret;
      },
  };
}
