import { assignedLicenseNames, owners } from './license-carriers.ts';
import type { Tenant, User } from './tenants.ts';
import { type ApiCall, ApiError, type ApiRoute } from './web-api.ts';

type Cell = string | number | boolean;
type Row = Record<string, Cell>;

/** A row before its license columns, which can be neither filtered nor sorted. */
interface UnlicensedRow {
  readonly row: Row;
  /** Null for an account without licenses. */
  readonly user: User | null;
}

const defaultTop = 50;
/** A server may return fewer rows than requested, with a link to the next page; the large tenant returns all of them. */
const maxTop = (tenant: Tenant) => (tenant.key === 'large' ? 1_000 : 10);

/** A provider of user archives. The documentation and recorded responses of the two differ. */
interface Provider {
  readonly name: 'AllUsers' | 'InternalUsers';
  /** Accepted values of `$entities`; the user licenses, which are entities too, are not simulated. */
  readonly entities: readonly string[];
  readonly rows: (tenant: Tenant) => UnlicensedRow[];
}

const allUsers: Provider = {
  name: 'AllUsers',
  entities: ['all', 'expired'],
  rows: (tenant) => [
    ...tenant.users.map((user) => ({ row: userRow(tenant, user), user })),
    ...otherRows(tenant).map((row) => ({ row, user: null })),
  ],
};

/** A recorded response has an empty `assocType` and the primary key as text. */
const internalUsers: Provider = {
  name: 'InternalUsers',
  entities: ['all', 'potential', 'retired', 'expired', 'loggedOnWin'],
  rows: (tenant) =>
    tenant.users.map((user) => {
      const row = { ...userRow(tenant, user), assocType: '', PrimaryKey: String(user.associateId) };
      return { row, user };
    }),
};

/** The user archives, by OData (docs/superoffice/web-api.md#5-odata-archive, #91-allusers-archive). */
export function archiveRoutes({ now }: { now: () => number }): ApiRoute[] {
  const get = (path: string, operation: string, handle: ApiRoute['handle']): ApiRoute => {
    return { method: 'get', path, operation, handle };
  };
  return [
    get('/Archive', 'Archive.Names', () => ({ AllUsers: 'All users', InternalUsers: 'Internal users' })),
    get('/User', 'User.List', (call) => listUsers(call, allUsers)),
    get('/Archive/AllUsers', 'Archive.AllUsers', (call) => listUsers(call, allUsers)),
    get('/Archive/InternalUsers', 'Archive.InternalUsers', (call) => listUsers(call, internalUsers)),
    get('/Archive/dynamic', 'Archive.dynamic', (call) => listAssociates(call, now)),
  ];
}

function listUsers({ tenant, query, baseUrl }: ApiCall, { name, entities, rows: allRows }: Provider) {
  const entity = query.$entities ?? 'all';
  if (!entities.includes(entity)) throw new ApiError(400, 'SoArgumentException', `No entity ${entity}`);
  const rows = allRows(tenant).filter(({ row }) => matchesFilter(row, query.$filter ?? ''));
  const sorted = sortRows(rows, query.$orderBy ?? query.$orderby ?? '');
  const columns = parseSelect(query);
  return toPage({ tenant, query, baseUrl }, name, sorted, ({ row: { PrimaryKey, ...row }, user }) => ({
    ...(PrimaryKey === undefined ? {} : { PrimaryKey }),
    EntityName: entity,
    ...pick(user === null ? row : { ...row, ...licenseColumns(tenant, user) }, columns),
  }));
}

/** The requested page of rows, with a link to the next one. */
function toPage<T>(
  { tenant, query, baseUrl }: Pick<ApiCall, 'tenant' | 'query' | 'baseUrl'>,
  provider: string,
  rows: readonly T[],
  toRow: (row: T) => Row,
) {
  const skip = parseCount(query.$skip, 0);
  const top = Math.min(parseCount(query.$top, defaultTop), maxTop(tenant));
  return {
    'odata.metadata': `${baseUrl}/archive/$metadata`,
    'odata.nextLink': skip + top < rows.length ? nextLink(baseUrl, provider, query, skip + top) : null,
    value: rows.slice(skip, skip + top).map(toRow),
  };
}

function parseSelect(query: ApiCall['query']): string[] | undefined {
  return query.$select?.split(',').map((column) => column.trim());
}

/** Associate types of the database (docs/superoffice/web-api.md#93-user-entity-and-tables). */
const associateTypes = { employee: 0, externalPerson: 4, system: 13 } as const;
/** Never logged in: the first date of .NET, as columns without null have it. */
const noDate = '0001-01-01T00:00:00';

/**
 * The dynamic archive over the table of associates: its columns as selected, keyed as selected
 * (docs/superoffice/changes-2026.md#9-users). Other tables, joins and restrictions are not simulated.
 */
function listAssociates(call: ApiCall, now: () => number) {
  const { tenant, query } = call;
  if (tenant.refusesDynamicArchive === true)
    throw new ApiError(403, 'SoUnauthorizedException', 'No access to the dynamic archive');
  const columns = parseSelect(query) ?? [];
  const order = query.$orderBy ?? query.$orderby ?? 'associate.associate_id asc';
  if (columns.length === 0 || query.$filter || !/^associate\.associate_id( asc)?$/.test(order.trim()))
    throw new ApiError(400, 'SoArgumentException', 'Unsupported query of the dynamic archive');
  const rows = associateRows(tenant, now());
  const unknown = columns.find((column) => rows[0]?.[column] === undefined);
  if (unknown !== undefined) throw new ApiError(400, 'SoArgumentException', `Unknown column ${unknown}`);
  return toPage(call, 'dynamic', rows, (row) => ({
    PrimaryKey: String(row['associate.associate_id']),
    EntityName: 'associate',
    ...pick(row, columns),
  }));
}

function associateRows(tenant: Tenant, now: number): Row[] {
  const users = tenant.users.map((user) => ({
    'associate.associate_id': user.associateId,
    'associate.name': user.initials,
    'associate.lastlogin': lastLogin(user, now),
    'associate.lastlogout': noDate,
    'associate.waiting_for_approval': user.waitingForApproval === true ? 1 : 0,
    'associate.deleted': user.retired ? 1 : 0,
    'associate.type': associateTypes.employee,
  }));
  const others = otherRows(tenant).map(({ associateDbId, assocType }) => ({
    'associate.associate_id': associateDbId ?? 0,
    'associate.name': '',
    'associate.lastlogin': noDate,
    'associate.lastlogout': noDate,
    'associate.waiting_for_approval': 0,
    'associate.deleted': 0,
    'associate.type': assocType === 'system user' ? associateTypes.system : associateTypes.externalPerson,
  }));
  const id = (row: Row) => Number(row['associate.associate_id']);
  return [...users, ...others].sort((one, other) => id(one) - id(other));
}

/** When a user last logged in: a morning as many days ago as the data say, without a time zone. */
function lastLogin({ associateId, loggedInDaysAgo = associateId % 6 }: User, now: number): string {
  if (loggedInDaysAgo === null) return noDate;
  const day = new Date(now - (loggedInDaysAgo + 1) * 24 * 60 * 60_000).toISOString().slice(0, 10);
  return `${day}T0${6 + (associateId % 4)}:${10 + (associateId % 50)}:00`;
}

/** The users that only AllUsers lists; a person outside the tenant, and the system user of an app. */
function otherRows(tenant: Tenant): Row[] {
  const common = {
    isActive: true,
    canLogin: true,
    userplan: '(No Selection)',
    contactName: tenant.companyName,
  };
  return [
    {
      ...common,
      associateDbId: 801,
      personId: 7001,
      fullName: 'Customer Contact',
      assocType: 'external user',
    },
    { ...common, associateDbId: 901, personId: 0, fullName: 'System user', assocType: 'system user' },
  ];
}

/** The fixed columns of a user. */
function userRow(tenant: Tenant, user: User): Row {
  const names = user.fullName.split(' ');
  const plan = tenant.modules.find((module) => module.ModuleName === user.plan);
  return {
    associateDbId: user.associateId,
    personId: user.personId,
    contactId: 1,
    usergroupId: user.groupId,
    firstName: names[0] ?? '',
    middleName: '',
    lastName: names.slice(1).join(' '),
    fullName: user.fullName,
    assocName: user.initials,
    userName: user.userName,
    personEmail: user.userName,
    isActive: !user.retired,
    canLogin: !user.retired && plan !== undefined && user.canLogIn !== false,
    assocType: 'associate',
    role: tenant.roles.find((row) => row.id === user.roleId)?.name ?? '',
    usergroup: tenant.groups.find((row) => row.id === user.groupId)?.name ?? '',
    contactName: tenant.companyName,
    userplan: plan?.ModuleDescription ?? '(No Selection)',
    'superoffice_superlicense-no-selection': plan ? 0 : 1,
  };
}

/** One column per user license that is not hidden, named after owner and module; 1 is assigned. */
function licenseColumns(tenant: Tenant, user: User): Row {
  const columns = owners(tenant).flatMap((owner) => {
    const assigned = assignedLicenseNames(tenant, owner, user);
    return owner.modules
      .filter((module) => module.LicenseType === 'UserLicense' && !module.IsHidden)
      .map(({ ModuleName }) => [
        `${owner.name.toLowerCase()}_${ModuleName}`,
        assigned.has(ModuleName) ? 1 : 0,
      ]);
  });
  return Object.fromEntries(columns);
}

/** What a column of a restriction type can be compared with (docs/superoffice/web-api.md#5-odata-archive). */
const operatorsByType = {
  associate: ['eq', 'associateIsOneOf'],
  integer: ['eq', 'gt'],
  text: ['eq'],
  boolean: ['eq'],
} as const satisfies Record<string, readonly string[]>;

/** The columns that can be filtered and sorted; the user plan and the licenses cannot. */
const restrictionTypes: Readonly<Record<string, keyof typeof operatorsByType>> = {
  associateDbId: 'associate',
  personId: 'integer',
  contactId: 'integer',
  usergroupId: 'integer',
  fullName: 'text',
  assocName: 'text',
  userName: 'text',
  personEmail: 'text',
  assocType: 'text',
  role: 'text',
  usergroup: 'text',
  isActive: 'boolean',
};

/** Evaluates conditions `column operator value`, joined by `and`. An operator that the column lacks is refused. */
function matchesFilter(row: Row, filter: string): boolean {
  if (filter.trim() === '') return true;
  return filter.split(/ and /i).every((part) => {
    const [, column = '', operator = '', raw = ''] = /^\s*(\S+) (\S+) (.+?)\s*$/.exec(part) ?? [];
    const type = restrictionTypes[column];
    const operators: readonly string[] = type === undefined ? [] : operatorsByType[type];
    if (!operators.includes(operator))
      throw new ApiError(400, 'SoArgumentException', `Cannot filter by: ${part}`);
    const cell = row[column];
    const value = raw.replace(/^'(.*)'$/, '$1');
    if (operator === 'gt') return Number(cell) > Number(value);
    const accepted = operator === 'eq' ? [value] : value.replace(/^\((.*)\)$/, '$1').split(',');
    return accepted.some((each) => String(cell) === each.trim());
  });
}

function sortRows(rows: UnlicensedRow[], orderBy: string): UnlicensedRow[] {
  const [column = '', direction = 'asc'] = orderBy.trim().split(/\s+/);
  if (column === '') return rows;
  if (restrictionTypes[column] === undefined)
    throw new ApiError(400, 'SoArgumentException', `Cannot sort by: ${column}`);
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  return [...rows].sort((one, other) => sign * compare(one.row[column], other.row[column]));
}

function compare(one: Cell | undefined, other: Cell | undefined): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one).localeCompare(String(other));
}

function pick(row: Row, columns: string[] | undefined): Row {
  if (!columns) return row;
  return Object.fromEntries(columns.flatMap((name) => (name in row ? [[name, row[name] ?? '']] : [])));
}

function nextLink(baseUrl: string, provider: string, query: Record<string, string>, skip: number): string {
  return `${baseUrl}/Archive/${provider}?${new URLSearchParams({ ...query, $skip: String(skip) })}`;
}

function parseCount(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\d+$/.test(text)) throw new ApiError(400, 'SoArgumentException', `Not a number: ${text}`);
  return Number(text);
}
