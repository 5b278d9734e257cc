import { DatabaseSetupError } from './setup-error.ts';

const unknownAuthority =
  'The certificate of the server is signed by an authority that this machine does not know. Append ' +
  'sslrootcert=/path/to/ca.crt to the query of DATABASE_URL, with sslmode=verify-full.';

/** What an operator does about an error code of Node.js or PostgreSQL at startup. */
const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Check host and port of DATABASE_URL, and that PostgreSQL runs.',
  ENOTFOUND: 'Check the host of DATABASE_URL.',
  EAI_AGAIN: 'Check the host of DATABASE_URL, and the name server of this machine.',
  ETIMEDOUT: 'Check host and port of DATABASE_URL, and the firewalls in between.',
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the server names another host than DATABASE_URL.',
  CERT_HAS_EXPIRED: 'Renew the certificate of the server.',
  '08P01': 'A pooler refuses a setting of the connection; see “Scale” in docs/operations.md.',
  '28000': 'Check the user of DATABASE_URL, and pg_hba.conf of the server.',
  '28P01': 'Check user and password of DATABASE_URL.',
  '3D000': 'Create the database that DATABASE_URL names.',
  '3F000': 'Create the schema that the search_path of DATABASE_URL names.',
  '25006': 'DATABASE_URL leads to a read-only server; it must lead to the primary server.',
  '42501':
    'Planlens creates its tables in the schema of its search_path, and those of its jobs in the schema pgboss. Give the user ' +
    'of DATABASE_URL the rights: “grant create on database … to …” and “grant usage, create on schema public to …”.',
};
/** An error that names the remedy, if there is a known one; otherwise the error itself. */
export function explainDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  const remedy = remedies[String(error.code)];
  if (remedy === undefined) return error;
  const reason = error.message || String(error.code);
  return new DatabaseSetupError(`PostgreSQL cannot be used: ${reason}. ${remedy}`, { cause: error });
}
