import { z } from 'zod';
import type { SeatCountQuery } from '../../../snapshots/seat-count-store.ts';
import { storableIdentifier } from '../../../storable-text.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';

/** The periods that the trend can show, in days; counts are kept for the longest. */
export const trendPeriods = ['30', '365', '800'] as const;

const filterSchema = z.object({
  /** The module of a plan; empty for all plans. */
  plan: storableIdentifier.max(100).catch(''),
  period: z.enum(trendPeriods).catch('365'),
});

/** Which trend a URL shows. */
export type TrendFilter = Readonly<z.infer<typeof filterSchema>>;

/** Parses the query of the page; invalid values choose nothing. */
export function parseTrendFilter(query: unknown): TrendFilter {
  return filterSchema.parse(query);
}

const dayMs = 24 * 60 * 60_000;

/** The recorded seats that a filter shows; `now` in ms since 1970. */
export function toSeatCountQuery({ plan, period }: TrendFilter, now: number): SeatCountQuery {
  return { since: toUtcDay(now - (Number(period) - 1) * dayMs), module: plan === '' ? null : plan };
}
