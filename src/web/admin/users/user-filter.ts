import { z } from 'zod';
import { foldTypedWords } from '../../../licensing/catalogue/fold-text.ts';
import { type Solution, solutions } from '../../../licensing/catalogue/solutions.ts';
import {
  type DirectoryQuery,
  type UserFlag,
  type UserGroup,
  type UserOrder,
  userFlags,
  userOrders,
  userStates,
} from '../../../snapshots/user-directory.ts';
import { storableIdentifier } from '../../../storable-text.ts';
import type { DescribePlan, PlanText } from '../../plan-text.ts';

/** Values of the filter `plan` that are no names of plans. */
export const noPlan = '-none';
export const unknownPlan = '-unknown';

/** The value of the filter `flag` for users with any of the flags. */
export const anyFlag = 'any';

const filterSchema = z.object({
  search: storableIdentifier.max(100).catch(''),
  /** The name of a plan, `-none` for users without one, or `-unknown` for plans that are not known; empty for all. */
  plan: storableIdentifier.max(200).catch(''),
  solution: z.enum(['', ...solutions]).catch(''),
  state: z.enum(['', ...userStates]).catch(''),
  requests: z.enum(['', 'open']).catch(''),
  flag: z.enum(['', anyFlag, ...userFlags]).catch(''),
  sort: z.enum(userOrders).catch('name'),
  order: z.enum(['asc', 'desc']).catch('asc'),
  page: z.coerce.number().int().min(1).max(100_000).catch(1),
});

/** Which part of the list of users a URL shows. */
export type UserFilter = Readonly<z.infer<typeof filterSchema>>;

/** The whole list in its usual order. */
export const everyone: UserFilter = filterSchema.parse({});

/** Parses the query of the list's URL; invalid values filter nothing. */
export function parseUserFilter(query: unknown): UserFilter {
  const filter = filterSchema.parse(query);
  return { ...filter, search: filter.search.trim() };
}

/** The parameters of a filter that differ from the usual ones. */
export function filterParameters(filter: UserFilter): Record<string, string> {
  const names = Object.keys(everyone) as (keyof UserFilter)[];
  return Object.fromEntries(
    names.flatMap((name) => (filter[name] === everyone[name] ? [] : [[name, String(filter[name])]])),
  );
}

/** Whether a filter may hide users. */
export function isFiltering({ search, plan, solution, state, requests, flag }: UserFilter): boolean {
  return [search, plan, solution, state, requests, flag].some((value) => value !== '');
}

const startingWithHighest: readonly UserOrder[] = ['requests', 'missing', 'plan-since', 'last-login'];

/** The other order of the same column, or the usual order of another one: dates and numbers begin with the highest. */
export function sortBy(filter: UserFilter, sort: UserOrder): UserFilter {
  const usual = startingWithHighest.includes(sort) ? 'desc' : 'asc';
  const reversed = filter.order === 'asc' ? 'desc' : 'asc';
  return { ...filter, sort, order: filter.sort === sort ? reversed : usual, page: 1 };
}

/** A filter of the list, without its own value: its counts are those of the users that the others show. */
export type FilterName = 'plan' | 'solution' | 'state' | 'requests' | 'flag';

/** Whether a group of users is shown by a filter, apart from the search. */
export function isShown(
  { userPlan, state, hasRequests, flags }: UserGroup,
  filter: UserFilter,
  describe: DescribePlan,
): boolean {
  return (
    isPlanShown(describe(userPlan), filter) &&
    (filter.state === '' || filter.state === state) &&
    (filter.requests === '' || hasRequests) &&
    (filter.flag === '' || flags.some((flag) => chosenFlags(filter).includes(flag)))
  );
}

/** The flags that a filter shows; none if it shows users without flags as well. */
function chosenFlags({ flag }: UserFilter): readonly UserFlag[] {
  if (flag === '') return [];
  return flag === anyFlag ? userFlags : [flag];
}

/** Whether a plan is shown by a filter. */
function isPlanShown(plan: PlanText, filter: Pick<UserFilter, 'plan' | 'solution'>): boolean {
  return isChosenPlan(plan, filter.plan) && (filter.solution === '' || hasSolution(plan, filter.solution));
}

/** Whether a plan is known to include a solution. */
export function hasSolution({ tiers }: PlanText, solution: Solution): boolean {
  return tiers !== null && tiers[solution] !== 'none';
}

function isChosenPlan({ kind, name }: PlanText, chosen: string): boolean {
  switch (chosen) {
    case '':
      return true;
    case noPlan:
      return kind === 'none';
    case unknownPlan:
      return kind === 'unknown';
    default:
      return kind !== 'none' && name === chosen;
  }
}

/** The query of a filter. `plans` are all texts of plans in their order. */
export function toDirectoryQuery(
  filter: UserFilter,
  plans: readonly string[],
  describe: DescribePlan,
): DirectoryQuery {
  const isPlanFiltered = filter.plan !== '' || filter.solution !== '';
  return {
    words: searchWords(filter),
    plans: isPlanFiltered ? plans.filter((plan) => isPlanShown(describe(plan), filter)) : null,
    state: filter.state === '' ? null : filter.state,
    withRequests: filter.requests === 'open',
    flags: filter.flag === '' ? undefined : chosenFlags(filter),
    orderBy: filter.sort,
    descending: filter.order === 'desc',
    planOrder: plans,
  };
}

/** The folded words of the search. */
export function searchWords({ search }: Pick<UserFilter, 'search'>): readonly string[] {
  return foldTypedWords(search);
}
