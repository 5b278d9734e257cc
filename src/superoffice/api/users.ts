import { z } from 'zod';
import { lenientString, readBody } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import type { TenantApiClient } from './web-api.ts';

/** A user of a tenant. `userPlan` is what the archive tells of it, in English; empty for none or where it did not tell. */
export interface ListedUser {
  readonly associateId: number;
  readonly name: string;
  readonly userPlan: string;
}

/**
 * Rows of a page: few columns in the order of the primary key may be a thousand
 * (docs/superoffice/web-api.md#4-limits-and-performance).
 */
const pageRows = 500;
/** A tenant with more has users of another kind than ours, ten thousands of them. */
const maxPages = 100;
const operation = 'users';
/**
 * Kinds of users who have no plan, and whose names are none of our business
 * (docs/superoffice/web-api.md#91-allusers-archive).
 */
const otherKinds = /external|anonymous|system/i;

const Row = z.object({
  // A number in one sample, text in another (docs/superoffice/web-api.md#5-odata-archive).
  PrimaryKey: z.coerce.number().int().positive(),
  fullName: lenientString,
  userplan: lenientString,
  assocType: lenientString,
  // Only what says that a user is retired counts as it: absent, nobody is taken for gone.
  isActive: z.union([z.boolean(), z.number(), z.string()]).nullish(),
});
const Page = z.object({ value: z.array(Row) });

/**
 * The active users of a tenant who work in it, in the order of their ids, read page by page behind the last primary key: no row is read
 * twice, and none is missed when others come and go meanwhile. @throws `unexpected-response` for an endless list
 */
export async function readUsers(apiClient: TenantApiClient): Promise<ListedUser[]> {
  const users: ListedUser[] = [];
  let after = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const rows = await readPage(apiClient, after);
    users.push(...rows.filter((row) => isActive(row) && !otherKinds.test(row.assocType)).map(listed));
    const last = rows.at(-1)?.PrimaryKey ?? after;
    if (rows.length < pageRows) return users;
    if (last <= after) break;
    after = last;
  }
  throw new SuperOfficeError('unexpected-response', operation, { detail: 'pages' });
}

async function readPage(apiClient: TenantApiClient, after: number): Promise<z.output<typeof Row>[]> {
  const query = new URLSearchParams({
    $select: 'associateDbId,fullName,isActive,userplan,assocType',
    $filter: `associateDbId gt ${after}`,
    $orderBy: 'associateDbId asc',
    $top: String(pageRows),
  });
  const body = await apiClient.call({ operation, method: 'GET', path: `Archive/AllUsers?${query}` });
  return readBody(operation, Page, body).value;
}

function isActive({ isActive: told }: z.output<typeof Row>): boolean {
  return !['false', '0'].includes(String(told).toLowerCase());
}

function listed({ PrimaryKey, fullName, userplan }: z.output<typeof Row>): ListedUser {
  return { associateId: PrimaryKey, name: fullName, userPlan: userplan };
}
