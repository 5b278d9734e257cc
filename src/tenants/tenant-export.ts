import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

/**
 * All stored data of a tenant for a download by its administrators: the text of a JSON object, in parts. Secrets are
 * named, not included. Rows are read a page at a time, when the reader asks for more, so neither memory nor the time of
 * a query depends on their number.
 */
export type ExportTenant = (tenantId: string) => AsyncIterable<string>;

/** A table of the export, and the columns that order the rows of a tenant, with their types. An index has them. */
interface Section {
  readonly name: string;
  readonly table: string;
  readonly key: readonly (readonly [column: string, type: string])[];
  readonly rowsPerPage: number;
  /** All columns if it is absent. */
  readonly columns?: readonly string[];
}

/** Without the hash. */
const apiKeyColumns = [
  ...[
    'context_identifier',
    'id',
    'ending',
    'kind',
    'name',
    'scopes',
    'origins',
    'created_by_id',
    'created_at',
  ],
  ...['expires_at', 'revoked_at', 'last_used_at', 'uses'],
];

const sections: readonly Section[] = [
  {
    name: 'accessRequests',
    table: 'access_requests',
    key: [
      ['requested_at', 'timestamptz'],
      ['id', 'uuid'],
    ],
    rowsPerPage: 2_000,
  },
  // The licenses of a user may have 100 kB.
  { name: 'snapshots', table: 'license_snapshots', key: [['associate_id', 'integer']], rowsPerPage: 20 },
  { name: 'users', table: 'tenant_users', key: [['associate_id', 'integer']], rowsPerPage: 2_000 },
  {
    name: 'userPlanPeriods',
    table: 'user_plan_periods',
    key: [
      ['associate_id', 'integer'],
      ['id', 'bigint'],
    ],
    rowsPerPage: 2_000,
  },
  {
    name: 'seatCounts',
    table: 'seat_counts',
    key: [
      ['day', 'text'],
      ['module', 'text'],
    ],
    rowsPerPage: 2_000,
  },
  { name: 'marks', table: 'user_marks', key: [['associate_id', 'integer']], rowsPerPage: 2_000 },
  { name: 'pins', table: 'user_pins', key: [['associate_id', 'integer']], rowsPerPage: 2_000 },
  { name: 'prices', table: 'plan_prices', key: [['plan', 'text']], rowsPerPage: 100 },
  { name: 'savedAnswers', table: 'saved_answers', key: [['name', 'text']], rowsPerPage: 100 },
  {
    name: 'apiKeys',
    table: 'api_keys',
    key: [
      ['created_at', 'timestamptz'],
      ['id', 'uuid'],
    ],
    rowsPerPage: 2_000,
    columns: apiKeyColumns,
  },
  { name: 'changes', table: 'license_changes', key: [['id', 'bigint']], rowsPerPage: 2_000 },
  { name: 'callbacks', table: 'callbacks', key: [['event_id', 'text']], rowsPerPage: 2_000 },
  { name: 'auditLog', table: 'audit_log', key: [['id', 'bigint']], rowsPerPage: 2_000 },
];

const omittedSecrets = ['system user token', 'system user ticket', 'webhook secret', 'hashes of API keys'];

export function createTenantExport({ db }: { db: Database }): ExportTenant {
  return async function* exportTenant(tenantId) {
    const tenant = await db
      .selectFrom('tenants')
      .selectAll()
      .where('context_identifier', '=', tenantId)
      .executeTakeFirst();
    const webhook = await db
      .selectFrom('webhooks')
      .select(['webhook_id', 'outcome', 'problem', 'checked_at'])
      .where('context_identifier', '=', tenantId)
      .executeTakeFirst();
    yield `{"tenant":${JSON.stringify(tenant && { ...tenant, system_token_encrypted: undefined })}`;
    yield `,\n"webhook":${JSON.stringify(webhook ?? null)}`;
    for (const section of sections) yield* exportSection(db, tenantId, section);
    yield `,\n"omittedSecrets":${JSON.stringify(omittedSecrets)}}\n`;
  };
}

async function* exportSection(db: Database, tenantId: string, section: Section): AsyncGenerator<string> {
  let separator = '';
  let rows: readonly PageRow[] = [];
  yield `,\n"${section.name}":[`;
  do {
    rows = await readPage(db, tenantId, section, rows.at(-1)?.key ?? null);
    if (rows.length > 0) yield `${separator}\n${rows.map(({ json }) => json).join(',\n')}`;
    separator = ',';
  } while (rows.length === section.rowsPerPage);
  yield ']';
}

interface PageRow {
  /** The row as JSON, made by PostgreSQL. */
  readonly json: string;
  /** The values of the section's key, as text. */
  readonly key: readonly string[];
}

/** Reads the rows behind `after`, the key of the last row of the page before; null for the first page. */
async function readPage(
  db: Database,
  tenantId: string,
  { table, key, rowsPerPage, columns: selected }: Section,
  after: readonly string[] | null,
): Promise<readonly PageRow[]> {
  const columns = sql.join(key.map(([column]) => sql.ref(column)));
  const texts = sql.join(key.map(([column]) => sql`${sql.ref(column)}::text`));
  const values = key.map(([, type], index) => sql`${after?.[index]}::${sql.raw(type)}`);
  const behind = after === null ? sql`true` : sql`(${columns}) > (${sql.join(values)})`;
  const { rows } = await sql<PageRow>`
    select to_json(page)::text as json, array[${texts}] as key
    from (
      select ${selected === undefined ? sql`*` : sql.join(selected.map((column) => sql.ref(column)))} from ${sql.table(table)}
      where context_identifier = ${tenantId} and ${behind}
      order by ${columns} limit ${rowsPerPage}
    ) as page`.execute(db);
  return rows;
}
