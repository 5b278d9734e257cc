import type { Language } from './i18n.ts';

/** A timestamp as text in UTC and in ISO 8601, from which the page's script makes the user's local time. */
export interface Timestamp {
  readonly text: string;
  readonly iso: string;
}

/** Formats a timestamp (ms since 1970) in one language. */
export function formatTimestamp(at: number, { timestamp }: Language): Timestamp {
  return { text: timestamp(at), iso: new Date(at).toISOString() };
}

/** The day of a timestamp (ms since 1970), as `YYYY-MM-DD` in UTC. */
export function toUtcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
