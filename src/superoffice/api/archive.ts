import { z } from 'zod';
import { readableRows, readBody } from '../transport/schemas.ts';
import { SuperOfficeError } from '../transport/superoffice-error.ts';
import type { TenantApiClient } from './web-api.ts';

/** Rows of an archive in the order of their ids, and how to read them. */
export interface ArchiveQuery<T extends z.ZodType> {
  /** The name of the call in logs and errors. */
  readonly operation: string;
  /** Below `Archive/`. */
  readonly provider: string;
  /** The columns, and further parameters of the query. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The column of the id, by which pages are ordered. */
  readonly idColumn: string;
  readonly rowSchema: T;
  readonly toId: (row: z.output<T>) => number;
  /** Pages behind the one with this id are not read; without it, all pages are. */
  readonly lastId?: number;
}

/** The rows of an archive by id, and the number of rows without a readable id. */
export interface ArchiveRows<Row> {
  readonly rows: ReadonlyMap<number, Row>;
  readonly unreadable: number;
}

/**
 * Below the limit of 1,000 rows for a few columns in primary key order
 * (docs/superoffice/web-api.md#4-limits-and-performance).
 */
const pageRows = 500;
/** Bounds the read at 50,000 rows, if a server returns only 100 rows per page. */
const maxPages = 500;

/**
 * Reads all pages by the number of rows to skip: no restriction of the id accepts greater-than
 * (docs/superoffice/web-api.md#5-odata-archive). A server may return fewer rows than requested, so a short page is
 * the last one only without a link to the next. A row that is on two pages counts once; one that is on none, because the
 * rows moved meanwhile, is missing.
 * @throws SuperOfficeError `unexpected-response` if pages repeat or never end
 */
export async function readArchive<T extends z.ZodType>(
  apiClient: TenantApiClient,
  query: ArchiveQuery<T>,
): Promise<ArchiveRows<z.output<T>>> {
  const { operation, toId, lastId = Number.POSITIVE_INFINITY } = query;
  const rows = new Map<number, z.output<T>>();
  let unreadable = 0;
  for (let page = 0, read = 0; page < maxPages; page += 1) {
    const { value, 'odata.nextLink': nextLink } = await readPage(apiClient, query, read);
    const known = rows.size;
    for (const row of value.rows) rows.set(toId(row), row);
    const count = value.rows.length + value.lost;
    read += count;
    unreadable += value.lost;
    const isLast = nextLink ? count === 0 : count < pageRows;
    if (isLast || value.rows.some((row) => toId(row) >= lastId)) return { rows, unreadable };
    if (rows.size === known && value.lost === 0) break;
  }
  throw new SuperOfficeError('unexpected-response', operation, { detail: 'pages' });
}

async function readPage<T extends z.ZodType>(
  apiClient: TenantApiClient,
  { operation, provider, parameters, idColumn, rowSchema }: ArchiveQuery<T>,
  skip: number,
) {
  const query = new URLSearchParams({
    ...parameters,
    $orderBy: `${idColumn} asc`,
    $top: String(pageRows),
    $skip: String(skip),
  });
  const pageSchema = z.object({
    value: readableRows(rowSchema),
    'odata.nextLink': z.string().nullish().catch(null),
  });
  const body = await apiClient.call({ operation, method: 'GET', path: `Archive/${provider}?${query}` });
  return readBody(operation, pageSchema, body);
}
