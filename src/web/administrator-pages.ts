/** The pages under `/admin`, in the order of their navigation. The text of an entry is `admin.page.{name}`. */
export const adminPages = [
  { name: 'overview', path: '/admin' },
  { name: 'users', path: '/admin/users' },
  { name: 'seats', path: '/admin/seats' },
  { name: 'accessRequests', path: '/admin/access-requests' },
  { name: 'whatIf', path: '/admin/what-if' },
  { name: 'contract', path: '/admin/contract' },
  { name: 'history', path: '/admin/history' },
  { name: 'apiKeys', path: '/admin/api-keys' },
  { name: 'userData', path: '/admin/user-data' },
] as const;

/** A page under `/admin` that the navigation names. */
export type AdminPageName = (typeof adminPages)[number]['name'];

/** Pages for administrators that the navigation does not name. */
const otherPaths = [
  '/setup',
  '/uninstall',
  '/admin/saved-answers',
  '/admin/access-requests.csv',
  '/admin/access-requests.xlsx',
  '/admin/history.csv',
  '/admin/history.xlsx',
  '/admin/users.csv',
  '/admin/users.xlsx',
  '/admin/what-if.csv',
  '/admin/what-if.xlsx',
  '/admin/seats.csv',
  '/admin/seats.xlsx',
  '/admin/seats/trend.csv',
  '/admin/seats/trend.xlsx',
  '/admin/seats/reclaim',
  '/admin/seats/reclaim.csv',
  '/admin/seats/reclaim.xlsx',
] as const;

/** The page of one user, by their number. */
type UserPath = `/admin/users/${number}`;
const userPathPattern = /^\/admin\/users\/[1-9]\d{0,9}$/;

/** The path of a page for administrators: nowhere else does their sign-in lead. */
export type AdministratorPath = (typeof adminPages)[number]['path'] | (typeof otherPaths)[number] | UserPath;

const paths: readonly string[] = [...adminPages.map(({ path }) => path), ...otherPaths];

/** Whether a path is the one of a page for administrators, exactly. */
export function isAdministratorPath(path: string): path is AdministratorPath {
  return paths.includes(path) || userPathPattern.test(path);
}

/** Parameters of every page: the user, the language and the time of our sign-in. Each sign-in sets them. */
const ownParameters = ['uctx', 'usid', 'lang', 'signedIn'];
/** The state of a sign-in carries the query, so it is bounded. */
const maxQueryLength = 800;

/**
 * The query of a page as a sign-in carries it on, such as a search or the number of a page: without the parameters that
 * each sign-in sets. Empty if it is too long to be carried.
 */
export function viewQuery(query: Readonly<Record<string, unknown>>): string {
  const kept = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (ownParameters.includes(name)) continue;
    for (const each of [value].flat()) if (typeof each === 'string') kept.append(name, each);
  }
  const text = kept.toString();
  return text.length <= maxQueryLength ? text : '';
}
