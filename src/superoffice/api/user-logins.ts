import { z } from 'zod';
import { lenientFlag, rowId } from '../transport/schemas.ts';
import { readArchive } from './archive.ts';
import type { TenantApiClient } from './web-api.ts';

/** What the table of associates tells about a user's logins. */
export interface UserLogin {
  readonly associateId: number;
  /** Whether the last login is reported; then no `lastLoginAt` means that there was none. */
  readonly loginReported: boolean;
  /** When the user last logged in, ms since 1970. */
  readonly lastLoginAt: number | null;
  /** Whether an administrator of the customer must approve the user; null if it is not reported. */
  readonly waitingForApproval: boolean | null;
}

const idColumn = 'associate.associate_id';

const rowSchema = z.object({
  'associate.associate_id': rowId,
  'associate.lastlogin': z.string().nullish().catch(undefined),
  'associate.waiting_for_approval': lenientFlag,
});
type Row = z.output<typeof rowSchema>;

/**
 * The logins of all associates with a number up to `lastId`, by the dynamic archive, because no other has them
 * (docs/superoffice/changes-2026.md#9-users). The same page size applies as for users.
 * @throws SuperOfficeError if the call fails, also if the tenant does not grant it
 */
export async function readUserLogins(
  apiClient: TenantApiClient,
  lastId: number,
): Promise<readonly UserLogin[]> {
  const { rows } = await readArchive(apiClient, {
    operation: 'user logins',
    provider: 'dynamic',
    parameters: { $select: Object.keys(rowSchema.shape).join() },
    idColumn,
    rowSchema,
    toId: (row) => row[idColumn],
    lastId,
  });
  return [...rows].map(([associateId, row]) => ({
    associateId,
    ...readLastLogin(row),
    waitingForApproval: row['associate.waiting_for_approval'],
  }));
}

/** A database without null values has a date long before its time for none. */
const firstYear = 1990;

/**
 * The last login of a row. An empty date means that there was none; no column or an unreadable date, that it is not
 * reported. A date without a time zone counts as UTC (docs/assumptions.md#platform).
 */
function readLastLogin({
  'associate.lastlogin': text,
}: Row): Pick<UserLogin, 'loginReported' | 'lastLoginAt'> {
  if (text === undefined) return { loginReported: false, lastLoginAt: null };
  if (text === null || text === '') return { loginReported: true, lastLoginAt: null };
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(at)) return { loginReported: false, lastLoginAt: null };
  return { loginReported: true, lastLoginAt: new Date(at).getUTCFullYear() < firstYear ? null : at };
}
