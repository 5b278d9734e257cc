/**
 * Node.js: the host cannot be reached. PostgreSQL: connection exceptions (class 08), a server that shuts down or starts
 * (57P01 to 57P03), statement timeout (57014), too many connections (53300).
 */
const connectionErrorCodes =
  /^(E(CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|NOTFOUND|AI_AGAIN)|08...|57P0[123]|57014|53300)$/;
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
