import { z } from 'zod';
import { SuperOfficeError } from './superoffice-error.ts';

/** A string that may be null or absent: then empty. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** A number that may be null or absent: then 0. */
export const whole = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

/** A boolean that may be null or absent: then false. */
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** A string; empty for anything else that was sent, or nothing. */
export const lenientString = z.string().catch('');

/** A boolean; false for anything else that was sent, or nothing. */
export const lenientBoolean = z.boolean().catch(false);

/** A whole number from 0; null for anything else that was sent, or nothing. */
export const lenientCount = z.int().nonnegative().nullable().catch(null);

/** The rows of a list that could be read, and how many could not. */
export interface ReadableRows<T> {
  readonly rows: readonly T[];
  readonly lost: number;
}

/** A list of which rows may be unreadable. */
export function readableRows<T extends z.ZodType>(row: T) {
  return z.array(row.nullable().catch(null)).transform((sent): ReadableRows<z.output<T>> => {
    const rows = sent.flatMap((each) => (each === null ? [] : [each]));
    return { rows, lost: sent.length - rows.length };
  });
}

/** The same within a row: a list that is null or absent has no rows, and what is no list counts as one lost. */
export function lenientRows<T extends z.ZodType>(row: T) {
  return readableRows(row)
    .nullish()
    .transform((read): ReadableRows<z.output<T>> => read ?? { rows: [], lost: 0 })
    .catch({ rows: [], lost: 1 });
}

const day = z.iso.date();

/**
 * A .NET date-time as the calendar date it names, `YYYY-MM-DD`; null for none: absent, empty, no such day or the
 * year 1. The time is cut off unread, as these dates carry no time zone.
 */
export const calendarDate = lenientString.transform((value) => {
  const named = day.safeParse(value.slice(0, 10));
  return named.success && !named.data.startsWith('0001-') ? named.data : null;
});

/** The answer's body as `schema` reads it. Throws `unexpected-response` naming the first field that does not fit. */
export function readBody<T extends z.ZodType>(operation: string, schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new SuperOfficeError('unexpected-response', operation, { detail: field === '' ? 'body' : field });
}
