import { type Solution, solutions } from '../../../licensing/catalogue/solutions.ts';
import {
  type DirectoryUser,
  type UserGroup,
  type UserOrder,
  userOrders,
  userStates,
} from '../../../snapshots/user-directory.ts';
import type { DescribePlan, PlanText } from '../../plan-text.ts';
import type { Language } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import { chosenTexts } from '../chosen-texts.ts';
import type { Pager } from '../pager.ts';
import type { FindMissing } from './missing-features.ts';
import {
  everyone,
  type FilterName,
  filterParameters,
  hasSolution,
  isFiltering,
  isShown,
  noPlan,
  sortBy,
  type UserFilter,
  unknownPlan,
} from './user-filter.ts';

/** Users on a page of the list. */
export const usersPerPage = 50;

/** A link that changes one filter, with the number of users that it shows. */
interface FilterLink {
  readonly text: string;
  readonly count: string;
  readonly href: string;
  readonly isChosen: boolean;
}

/** A row of the list. */
interface UserRow {
  readonly name: string;
  readonly href: string;
  readonly plan: string;
  readonly isPlanUnknown: boolean;
  /** The tier of each solution; empty if the plan has none. */
  readonly tiers: readonly { readonly solution: string; readonly tier: string }[];
  readonly state: string;
  /** Whether the user cannot use the plan. */
  readonly isStateNotable: boolean;
  readonly lastLogin: string;
  readonly planSince: string;
  readonly openRequests: string;
  /** The number of features that need an upgrade; empty if the plan is not known. */
  readonly missing: string;
}

/** Values of `views/admin-users.ejs`. */
export interface UsersView {
  readonly filter: UserFilter;
  /** Parameters that the search form keeps. */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly found: string;
  /** Why there is no row: no list was read, or the filter shows none; empty if there are rows. */
  readonly empty: '' | 'unread' | 'filtered';
  readonly filters: readonly { readonly name: FilterName; readonly links: readonly FilterLink[] }[];
  /** What is chosen in the filters, which are closed on narrow screens. */
  readonly chosenFilters: readonly string[];
  readonly unfilteredUrl: string;
  readonly columns: readonly {
    readonly name: string;
    readonly text: string;
    /** Null for a column that cannot order the list. */
    readonly href: string | null;
    readonly sorted: '' | 'ascending' | 'descending';
  }[];
  /** Whether users have plans that differ in their solutions and features; not on CRM Suite. */
  readonly showsPlanContents: boolean;
  readonly rows: readonly UserRow[];
  readonly pager: Pager | null;
  readonly downloads: readonly { readonly text: string; readonly href: string }[];
}

/** What the list is made from. */
export interface UsersInput {
  readonly groups: readonly UserGroup[];
  readonly users: readonly DirectoryUser[];
  readonly filter: UserFilter;
  readonly describe: DescribePlan;
  /** Null on CRM Suite, where all users have the same plan. */
  readonly findMissing: FindMissing | null;
  readonly isRead: boolean;
  readonly lang: string;
  readonly language: Language;
}

/** Describes a page of the list of users. */
export function usersView(input: UsersInput): UsersView {
  const { groups, users, filter, describe, isRead, language } = input;
  const { t, number } = language;
  const url = (changed: UserFilter) => usersUrl(changed, input.lang);
  const total = countShown(groups, filter, describe);
  const filters = filterLinks(input, url);
  return {
    filter,
    hidden: toHidden(filter, input.lang),
    found: t('admin.users.found', { number: number(total) }),
    empty: users.length > 0 ? '' : isRead ? 'filtered' : 'unread',
    filters,
    chosenFilters: chosenTexts(filters),
    unfilteredUrl: isFiltering(filter) ? url({ ...everyone, sort: filter.sort, order: filter.order }) : '',
    columns: userColumns(input, url),
    showsPlanContents: input.findMissing !== null,
    rows: users.map((user) => userRow(user, input)),
    pager: pageLinks(filter, total, language, url),
    downloads: (['csv', 'xlsx'] as const).map((format) => ({
      text: t(`admin.users.download.${format}`, { number: number(total) }),
      href: usersUrl({ ...filter, page: 1 }, input.lang, `.${format}`),
    })),
  };
}

/** The address of the list with a filter. */
function usersUrl(filter: UserFilter, lang: string, extension = ''): string {
  return `/admin/users${extension}?${new URLSearchParams({ lang, ...filterParameters(filter) })}`;
}

function toHidden(filter: UserFilter, lang: string): UsersView['hidden'] {
  const { search: _search, page: _page, ...kept } = filterParameters(filter);
  return Object.entries({ lang, ...kept }).map(([name, value]) => ({ name, value }));
}

function countShown(groups: readonly UserGroup[], filter: UserFilter, describe: DescribePlan): number {
  return sum(groups.filter((group) => isShown(group, filter, describe)));
}

function sum(groups: readonly UserGroup[]): number {
  return groups.reduce((total, { count }) => total + count, 0);
}

/** Each filter with all its values that some user has, and the numbers that the other filters leave. */
function filterLinks(
  { groups, filter, describe, language }: UsersInput,
  url: (filter: UserFilter) => string,
): UsersView['filters'] {
  const { t, number } = language;
  const toLinks = (
    name: FilterName,
    values: readonly {
      readonly value: string;
      readonly text: string;
      readonly has: (group: UserGroup) => boolean;
    }[],
  ) => {
    const others = groups.filter((group) => isShown(group, { ...filter, [name]: '' }, describe));
    const link = (value: string, text: string, count: number): FilterLink => ({
      text,
      count: number(count),
      href: url({ ...filter, [name]: value, page: 1 }),
      isChosen: filter[name] === value,
    });
    const all = link('', t('admin.users.all'), sum(others));
    const links = values
      .map(({ value, text, has }) => ({ value, text, count: sum(others.filter(has)) }))
      .filter(({ value, count }) => count > 0 || filter[name] === value)
      .map(({ value, text, count }) => link(value, text, count));
    return { name, links: [all, ...links] };
  };
  const filters = [
    toLinks('plan', planValues(groups, describe, language)),
    toLinks(
      'solution',
      solutions.map((solution) => ({
        value: solution,
        text: t(`solution.${solution}`),
        has: ({ userPlan }) => hasSolution(describe(userPlan), solution),
      })),
    ),
    toLinks(
      'state',
      userStates.map((state) => ({
        value: state,
        text: t(`admin.users.state.${state}`),
        has: (group) => group.state === state,
      })),
    ),
    toLinks('requests', [
      { value: 'open', text: t('admin.users.withRequests'), has: ({ hasRequests }) => hasRequests },
    ]),
  ];
  // One value is no choice, unless it is chosen or has an opposite without a name.
  return filters.filter(
    ({ name, links }) => links.length > 2 || filter[name] !== '' || (name === 'requests' && links.length > 1),
  );
}

function planValues(groups: readonly UserGroup[], describe: DescribePlan, { t, locale }: Language) {
  const plans = groups.map(({ userPlan }) => describe(userPlan));
  const names = [...new Set(plans.flatMap(({ kind, name }) => (kind === 'none' ? [] : [name])))];
  names.sort((one, other) => one.localeCompare(other, locale));
  const ofKind = (kind: PlanText['kind']) => (group: UserGroup) => describe(group.userPlan).kind === kind;
  return [
    ...names.map((name) => ({
      value: name,
      text: name,
      has: (group: UserGroup) => {
        const plan = describe(group.userPlan);
        return plan.kind !== 'none' && plan.name === name;
      },
    })),
    { value: noPlan, text: t('admin.noPlan'), has: ofKind('none') },
    { value: unknownPlan, text: t('admin.users.unknownPlan'), has: ofKind('unknown') },
  ];
}

/** The columns of the list in their order, and those by which it can be ordered. */
const columns: readonly (UserOrder | Solution)[] = [
  'name',
  'plan',
  ...solutions,
  'state',
  'last-login',
  'plan-since',
  'requests',
  'missing',
];

/** The columns that tell the contents of a plan. */
const ofPlanContents: readonly (typeof columns)[number][] = [...solutions, 'missing'];

function userColumns(
  { filter, findMissing, language }: UsersInput,
  url: (filter: UserFilter) => string,
): UsersView['columns'] {
  const shown = columns.filter((name) => findMissing !== null || !ofPlanContents.includes(name));
  return shown.map((name) => {
    const order = userOrders.find((each) => each === name);
    const isSorted = order === filter.sort;
    return {
      name,
      text: columnText(name, language),
      href: order === undefined ? null : url(sortBy(filter, order)),
      sorted: isSorted ? (filter.order === 'asc' ? 'ascending' : 'descending') : '',
    };
  });
}

function columnText(name: (typeof columns)[number], { t }: Language): string {
  const solution = solutions.find((each) => each === name);
  return solution === undefined ? t(`admin.users.column.${name}`) : t(`solution.${solution}`);
}

function userRow(user: DirectoryUser, { describe, findMissing, lang, language }: UsersInput): UserRow {
  const { t, number } = language;
  const plan = describe(user.userPlan);
  const missing = findMissing?.(user.userPlan) ?? null;
  return {
    name: user.name || t('admin.associate', { associateId: user.associateId }),
    href: `/admin/users/${user.associateId}?${new URLSearchParams({ lang })}`,
    plan: plan.name,
    isPlanUnknown: plan.kind === 'unknown',
    tiers: (findMissing === null ? [] : solutions).map((solution) => ({
      solution: t(`solution.${solution}`),
      tier: tierText(plan, solution, language),
    })),
    state: t(`admin.users.state.${user.state}`),
    isStateNotable: user.state !== 'can-log-in',
    lastLogin: lastLoginText(user, language),
    planSince: planSinceText(user, language),
    openRequests: user.openRequests === 0 ? '' : number(user.openRequests),
    missing: missing === null ? '' : number(missing.length),
  };
}

/** The tier of a solution in a plan; empty if the plan has none or is not known. */
export function tierText({ tiers }: PlanText, solution: Solution, { t }: Language): string {
  const tier = tiers?.[solution] ?? 'none';
  return tier === 'none' ? '' : t(`tier.${tier}`);
}

/** The day of the last login, or that there was none or SuperOffice does not report it. */
export function lastLoginText(
  { loginReported, lastLoginAt }: Pick<DirectoryUser, 'loginReported' | 'lastLoginAt'>,
  { t, shortDate }: Language,
): string {
  if (!loginReported) return t('admin.users.notReported');
  return lastLoginAt === null ? t('admin.users.never') : shortDate(toUtcDay(lastLoginAt.getTime()));
}

/** The day since when a user has their plan, or that it is from before the records began. */
export function planSinceText(
  { planSince, listedSince }: Pick<DirectoryUser, 'planSince' | 'listedSince'>,
  { t, shortDate }: Language,
): string {
  if (planSince !== null) return shortDate(toUtcDay(planSince.getTime()));
  return t('admin.users.before', { date: shortDate(toUtcDay(listedSince.getTime())) });
}

function pageLinks(
  filter: UserFilter,
  total: number,
  { t, number }: Language,
  url: (filter: UserFilter) => string,
): Pager | null {
  const last = Math.ceil(total / usersPerPage);
  if (last <= 1 && filter.page === 1) return null;
  const { page } = filter;
  return {
    text: t('admin.users.page', { page: number(page), pages: number(Math.max(1, last)) }),
    previous: page > 1 ? url({ ...filter, page: Math.min(page - 1, Math.max(1, last)) }) : '',
    next: page < last ? url({ ...filter, page: page + 1 }) : '',
  };
}
