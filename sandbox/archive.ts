import { assignedLicenseNames, owners } from './license-carriers.ts';
import type { Tenant, User } from './tenants.ts';
import { type ApiCall, ApiError, type ApiRoute } from './web-api.ts';

type Cell = string | number | boolean;
type Row = Record<string, Cell>;

const defaultTop = 50;
/** A server may return fewer rows than requested, with a link to the next page. */
const maxTop = 10;

/** A provider of user archives. The documentation and recorded responses of the two differ. */
interface Provider {
  readonly name: 'AllUsers' | 'InternalUsers';
  /** Accepted values of `$entities`; the user licenses, which are entities too, are not simulated. */
  readonly entities: readonly string[];
  readonly rows: (tenant: Tenant) => Row[];
}

const allUsers: Provider = {
  name: 'AllUsers',
  entities: ['all', 'expired'],
  rows: (tenant) => [...tenant.users.map((user) => userRow(tenant, user)), ...otherRows(tenant)],
};

/** A recorded response has an empty `assocType` and the primary key as text. */
const internalUsers: Provider = {
  name: 'InternalUsers',
  entities: ['all', 'potential', 'retired', 'expired', 'loggedOnWin'],
  rows: (tenant) =>
    tenant.users.map((user) => {
      return { ...userRow(tenant, user), assocType: '', PrimaryKey: String(user.associateId) };
    }),
};

/** The user archives, by OData (docs/superoffice/web-api.md#5-odata-archive, #91-allusers-archive). */
export function archiveRoutes(): ApiRoute[] {
  const get = (path: string, operation: string, handle: ApiRoute['handle']): ApiRoute => {
    return { method: 'get', path, operation, handle };
  };
  return [
    get('/Archive', 'Archive.Names', () => ({ AllUsers: 'All users', InternalUsers: 'Internal users' })),
    get('/User', 'User.List', (call) => listUsers(call, allUsers)),
    get('/Archive/AllUsers', 'Archive.AllUsers', (call) => listUsers(call, allUsers)),
    get('/Archive/InternalUsers', 'Archive.InternalUsers', (call) => listUsers(call, internalUsers)),
  ];
}

function listUsers({ tenant, query, baseUrl }: ApiCall, { name, entities, rows: allRows }: Provider) {
  const entity = query.$entities ?? 'all';
  if (!entities.includes(entity)) throw new ApiError(400, 'SoArgumentException', `No entity ${entity}`);
  const rows = allRows(tenant).filter((row) => matchesFilter(row, query.$filter ?? ''));
  const sorted = sortRows(rows, query.$orderBy ?? query.$orderby ?? '');
  const skip = parseCount(query.$skip, 0);
  const top = Math.min(parseCount(query.$top, defaultTop), maxTop);
  const columns = query.$select?.split(',').map((column) => column.trim());
  return {
    'odata.metadata': `${baseUrl}/archive/$metadata`,
    'odata.nextLink': skip + top < sorted.length ? nextLink(baseUrl, name, query, skip + top) : null,
    value: sorted.slice(skip, skip + top).map(({ PrimaryKey, ...row }) => ({
      ...(PrimaryKey === undefined ? {} : { PrimaryKey }),
      EntityName: entity,
      ...pick(row, columns),
    })),
  };
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

/** All columns of a user: the fixed columns and the license columns. */
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
    canLogin: !user.retired && plan !== undefined,
    assocType: 'associate',
    role: tenant.roles.find((row) => row.id === user.roleId)?.name ?? '',
    usergroup: tenant.groups.find((row) => row.id === user.groupId)?.name ?? '',
    contactName: tenant.companyName,
    userplan: plan?.ModuleDescription ?? '(No Selection)',
    'superoffice_superlicense-no-selection': plan ? 0 : 1,
    ...licenseColumns(tenant, user),
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

function sortRows(rows: Row[], orderBy: string): Row[] {
  const [column = '', direction = 'asc'] = orderBy.trim().split(/\s+/);
  if (column === '') return rows;
  if (restrictionTypes[column] === undefined)
    throw new ApiError(400, 'SoArgumentException', `Cannot sort by: ${column}`);
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  return [...rows].sort((one, other) => sign * compare(one[column], other[column]));
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
