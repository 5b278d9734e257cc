import type { Language } from './i18n.ts';

/** A moment in words of UTC, and as a machine reads it: the page's script puts it into the reader's own time. */
export interface Timestamp {
  readonly text: string;
  readonly iso: string;
}

/** Puts a moment (ms since 1970) into the words of one language. */
export function formatTimestamp(at: number, { moment }: Language): Timestamp {
  return { text: moment(at), iso: new Date(at).toISOString() };
}

/** The day of UTC a moment (ms since 1970) is on, as `YYYY-MM-DD`. */
export function toUtcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
