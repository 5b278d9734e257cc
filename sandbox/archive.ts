import { assignedLicenseNames, owners } from './license-carriers.ts';
import type { Tenant, User } from './tenants.ts';
import { type ApiCall, ApiError, type ApiRoute } from './web-api.ts';

type Cell = string | number | boolean;
type Row = Record<string, Cell>;

const defaultTop = 50;

/**
 * The user archives, by OData (docs/superoffice/web-api.md#5-odata-archive, #91-allusers-archive). PrimaryKey
 * is text in AllUsers and a number in InternalUsers, because the documentation shows both.
 */
export function archiveRoutes(): ApiRoute[] {
  const get = (path: string, operation: string, handle: ApiRoute['handle']): ApiRoute => {
    return { method: 'get', path, operation, handle };
  };
  return [
    get('/Archive', 'Archive.Names', () => ({ AllUsers: 'All users', InternalUsers: 'Internal users' })),
    get('/User', 'User.List', (call) => listUsers(call, 'AllUsers', String)),
    get('/Archive/AllUsers', 'Archive.AllUsers', (call) => listUsers(call, 'AllUsers', String)),
    get('/Archive/InternalUsers', 'Archive.InternalUsers', (call) =>
      listUsers(call, 'InternalUsers', Number),
    ),
  ];
}

function listUsers(
  { tenant, query, baseUrl }: ApiCall,
  provider: string,
  toKey: (id: number) => string | number,
) {
  const rows = tenant.users
    .map((user) => userRow(tenant, user))
    .filter((row) => matchesFilter(row, query.$filter ?? ''));
  const sorted = sortRows(rows, query.$orderBy ?? query.$orderby ?? '');
  const skip = parseCount(query.$skip, 0);
  const top = parseCount(query.$top, defaultTop);
  const columns = query.$select?.split(',').map((name) => name.trim());
  return {
    'odata.metadata': `${baseUrl}/archive/$metadata`,
    'odata.nextLink': skip + top < sorted.length ? nextLink(baseUrl, provider, query, skip + top) : null,
    value: sorted.slice(skip, skip + top).map((row) => ({
      PrimaryKey: toKey(Number(row.associateDbId)),
      EntityName: 'associate',
      ...pick(row, columns),
    })),
  };
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

/** Evaluates the supported part of `$filter`: `column eq value` and `column gt value`, joined by `and`. */
function matchesFilter(row: Row, filter: string): boolean {
  if (filter.trim() === '') return true;
  return filter.split(/ and /i).every((part) => {
    const [, column = '', operator = '', raw = ''] = /^\s*(\S+) (eq|gt) (.+?)\s*$/i.exec(part) ?? [];
    const cell = row[column];
    if (cell === undefined) throw new ApiError(400, 'SoArgumentException', `Cannot filter by: ${part}`);
    const value = raw.replace(/^'(.*)'$/, '$1');
    return operator.toLowerCase() === 'eq' ? String(cell) === value : Number(cell) > Number(value);
  });
}

function sortRows(rows: Row[], orderBy: string): Row[] {
  const [column = '', direction = 'asc'] = orderBy.trim().split(/\s+/);
  if (column === '') return rows;
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
