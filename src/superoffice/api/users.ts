import { z } from 'zod';
import { storableText } from '../../storable-text.ts';
import { lenientString, maxNameLength, readableRows, readBody, rowId } from '../transport/schemas.ts';
import { isCallRefused, SuperOfficeError } from '../transport/superoffice-error.ts';
import type { TenantApiClient } from './web-api.ts';

/** A user of a tenant as the archive lists it. */
interface ListedUser {
  readonly associateId: number;
  readonly name: string;
  /** The English text of the archive; empty if the user has no plan or none was reported. */
  readonly userPlan: string;
}

/** The users of a tenant, as one archive provider lists them. */
export interface UserList {
  /** The active internal users, in the order of their ids. */
  readonly users: readonly ListedUser[];
  /** The number of rows without an id. A user who is missing from `users` may be one of them. */
  readonly unreadable: number;
  readonly provider: UserProvider;
}

/**
 * The archive providers that list users, in the order in which they are tried. Which of them the system user of
 * an app may read is not documented (docs/superoffice/web-api.md#91-allusers-archive). InternalUsers leaves out
 * external and system users.
 */
const userProviders = ['InternalUsers', 'AllUsers'] as const;
type UserProvider = (typeof userProviders)[number];

/**
 * Below the limit of 1,000 rows for a few columns in primary key order
 * (docs/superoffice/web-api.md#4-limits-and-performance).
 */
const pageRows = 500;
/** Bounds the read at 50,000 users, if a server returns only 100 rows per page. */
const maxPages = 500;
const operation = 'users';
/** Account types that have no user plan (docs/superoffice/web-api.md#91-allusers-archive). */
const excludedTypes = /external|anonymous|system/i;

const rowSchema = z.object({
  associateDbId: rowId,
  fullName: storableText(maxNameLength).catch(''),
  userplan: lenientString,
  assocType: lenientString,
  // A user without this field counts as active.
  isActive: z.unknown().optional(),
});
type Row = z.output<typeof rowSchema>;

const pageSchema = z.object({
  value: readableRows(rowSchema),
  'odata.nextLink': z.string().nullish().catch(null),
});

/**
 * The active internal users of a tenant.
 * @throws SuperOfficeError of the last provider if none of them lists users
 */
export async function readUsers(apiClient: TenantApiClient): Promise<UserList> {
  let failure = new SuperOfficeError('unexpected-response', operation);
  for (const provider of userProviders) {
    try {
      return await readProvider(apiClient, provider);
    } catch (error) {
      if (!isCallRefused(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/**
 * Reads all pages by the number of rows to skip: no restriction of `associateDbId` accepts greater-than
 * (docs/superoffice/web-api.md#5-odata-archive). A server may return fewer rows than requested, so a short page is
 * the last one only without a link to the next. A user who is listed on two pages counts once; one who is listed on
 * none, because the rows moved meanwhile, is missing from this list.
 */
async function readProvider(apiClient: TenantApiClient, provider: UserProvider): Promise<UserList> {
  const rows = new Map<number, Row>();
  let unreadable = 0;
  for (let page = 0, read = 0; page < maxPages; page += 1) {
    const { value, 'odata.nextLink': nextLink } = await readPage(apiClient, provider, read);
    const known = rows.size;
    for (const row of value.rows) rows.set(row.associateDbId, row);
    const count = value.rows.length + value.lost;
    read += count;
    unreadable += value.lost;
    if (nextLink ? count === 0 : count < pageRows) return toUserList(rows, unreadable, provider);
    if (rows.size === known && value.lost === 0) break;
  }
  throw new SuperOfficeError('unexpected-response', operation, { detail: 'pages' });
}

async function readPage(
  apiClient: TenantApiClient,
  provider: UserProvider,
  skip: number,
): Promise<z.output<typeof pageSchema>> {
  const query = new URLSearchParams({
    $select: 'associateDbId,fullName,isActive,userplan,assocType',
    $entities: 'all',
    $orderBy: 'associateDbId asc',
    $top: String(pageRows),
    $skip: String(skip),
  });
  const body = await apiClient.call({ operation, method: 'GET', path: `Archive/${provider}?${query}` });
  return readBody(operation, pageSchema, body);
}

/** @throws SuperOfficeError `unexpected-response` if no row is readable: every tenant has an administrator */
function toUserList(rows: ReadonlyMap<number, Row>, unreadable: number, provider: UserProvider): UserList {
  if (rows.size === 0) throw new SuperOfficeError('unexpected-response', operation, { detail: 'value' });
  const users = [...rows.values()]
    .filter((row) => isActive(row) && !excludedTypes.test(row.assocType))
    .map(({ associateDbId, fullName, userplan }) => {
      return { associateId: associateDbId, name: fullName, userPlan: userplan };
    });
  return { users, unreadable, provider };
}

function isActive({ isActive: flag }: Row): boolean {
  return !['false', '0'].includes(String(flag).toLowerCase());
}
