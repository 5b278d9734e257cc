import { z } from 'zod';
import { lenientString, readBody } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import type { TenantApiClient } from './web-api.ts';

/** A user of a tenant as the archive lists it. */
export interface ListedUser {
  readonly associateId: number;
  readonly name: string;
  /** The English text of the archive; empty if the user has no plan or none was reported. */
  readonly userPlan: string;
}

/**
 * Below the limit of 1,000 rows for a few columns in primary key order
 * (docs/superoffice/web-api.md#4-limits-and-performance).
 */
const pageRows = 500;
/** Bounds the read at 50,000 users. */
const maxPages = 100;
const operation = 'users';
/** Account types that have no user plan (docs/superoffice/web-api.md#91-allusers-archive). */
const excludedTypes = /external|anonymous|system/i;

const rowSchema = z.object({
  // A number in one sample, a string in another (docs/superoffice/web-api.md#5-odata-archive).
  PrimaryKey: z.coerce.number().int().positive(),
  fullName: lenientString,
  userplan: lenientString,
  assocType: lenientString,
  // A user without this field counts as active.
  isActive: z.union([z.boolean(), z.number(), z.string()]).nullish(),
});
const pageSchema = z.object({ value: z.array(rowSchema) });
type Row = z.output<typeof rowSchema>;

/**
 * The active internal users of a tenant, in the order of their ids. Every page starts after the last primary
 * key of the previous one, so concurrent changes neither repeat nor skip a row.
 * @throws SuperOfficeError `unexpected-response` if a page repeats or the list exceeds the page limit
 */
export async function readUsers(apiClient: TenantApiClient): Promise<ListedUser[]> {
  const users: ListedUser[] = [];
  let after = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const rows = await readPage(apiClient, after);
    users.push(
      ...rows.filter((row) => isActive(row) && !excludedTypes.test(row.assocType)).map(toListedUser),
    );
    const last = rows.at(-1)?.PrimaryKey ?? after;
    if (rows.length < pageRows) return users;
    if (last <= after) break;
    after = last;
  }
  throw new SuperOfficeError('unexpected-response', operation, { detail: 'pages' });
}

async function readPage(apiClient: TenantApiClient, after: number): Promise<Row[]> {
  const query = new URLSearchParams({
    $select: 'associateDbId,fullName,isActive,userplan,assocType',
    $filter: `associateDbId gt ${after}`,
    $orderBy: 'associateDbId asc',
    $top: String(pageRows),
  });
  const body = await apiClient.call({ operation, method: 'GET', path: `Archive/AllUsers?${query}` });
  return readBody(operation, pageSchema, body).value;
}

function isActive({ isActive: flag }: Row): boolean {
  return !['false', '0'].includes(String(flag).toLowerCase());
}

function toListedUser({ PrimaryKey, fullName, userplan }: Row): ListedUser {
  return { associateId: PrimaryKey, name: fullName, userPlan: userplan };
}
