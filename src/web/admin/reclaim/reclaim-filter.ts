import { z } from 'zod';
import { reclaimReasons } from '../../../licensing/advice/reclaim-candidates.ts';
import { storableIdentifier } from '../../../storable-text.ts';

/** What the list can be ordered by. */
export const reclaimOrders = ['name', 'plan', 'reason', 'last-login'] as const;
export type ReclaimOrder = (typeof reclaimOrders)[number];

/** The days without a login or an approval that an administrator can choose. */
export const minDays = 30;
export const maxDays = 800;

const filterSchema = z.object({
  /** `kept` for the users whose seats are kept. */
  show: z.enum(['', 'kept']).catch(''),
  days: z.coerce.number().int().min(minDays).max(maxDays).catch(90),
  /** The name of a plan; empty for all. */
  plan: storableIdentifier.max(200).catch(''),
  reason: z.enum(['', ...reclaimReasons]).catch(''),
  sort: z.enum(reclaimOrders).catch('reason'),
  order: z.enum(['asc', 'desc']).catch('asc'),
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
});

/** Which part of the list a URL shows. */
export type ReclaimFilter = Readonly<z.infer<typeof filterSchema>>;

const usual: ReclaimFilter = filterSchema.parse({});

/** Parses the query of the page; invalid values choose nothing. */
export function parseReclaimFilter(query: unknown): ReclaimFilter {
  return filterSchema.parse(query);
}

/** The parameters of a filter that differ from the usual ones. */
export function reclaimParameters(filter: ReclaimFilter): Record<string, string> {
  const names = Object.keys(usual) as (keyof ReclaimFilter)[];
  return Object.fromEntries(
    names.flatMap((name) => (filter[name] === usual[name] ? [] : [[name, String(filter[name])]])),
  );
}

/** The other order of the same column, or another column in its usual order. */
export function sortReclaimBy(filter: ReclaimFilter, sort: ReclaimOrder): ReclaimFilter {
  const reversed = filter.sort === sort && filter.order === 'asc' ? 'desc' : 'asc';
  return { ...filter, sort, order: reversed, page: 1 };
}
