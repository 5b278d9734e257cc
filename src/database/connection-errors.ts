import { AppError } from '../errors.ts';

/**
 * Node.js: the host cannot be reached. PostgreSQL: connection exceptions (class 08), a server that shuts down or starts
 * (57P01 to 57P03), statement timeout (57014), no resources such as connections or disk space (class 53), a read-only
 * server after a failover (25006), a connection that idled too long (25P03, 57P05), an input or output error (58030).
 */
const connectionErrorCodes =
  /^(E(CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|NOTFOUND|AI_AGAIN)|08...|53...|57P0[1235]|57014|25006|25P03|58030)$/;
/** Messages of pg errors without a code: a broken connection or a timeout. */
const connectionErrorMessages =
  /^(Connection terminated|timeout (exceeded|expired)|Query read timeout|Client (has encountered a connection error|was closed) and is not queryable)/;

/** Whether a pg error means that the database is unavailable, rather than that it rejected the statement. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string'
    ? connectionErrorCodes.test(code)
    : connectionErrorMessages.test(error.message);
}

/** @throws AppError `database-unavailable` for a connection error; any other error as it is */
export function throwAsAppError(error: unknown): never {
  throw isConnectionError(error) ? new AppError('database-unavailable', { cause: error }) : error;
}
