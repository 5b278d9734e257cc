import { z } from 'zod';
import { storableText } from '../../storable-text.ts';
import { SuperOfficeError } from './superoffice-error.ts';

/** A string; empty if null or absent. */
export const stringOrEmpty = storableText()
  .nullish()
  .transform((value) => value ?? '');

/** An id of a row in SuperOffice's database; 0 if null or absent. */
export const rowIdOrZero = z
  .int32()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? 0);

/** Longest name of a user, in UTF-16 code units: first, middle and last name have 99 each at most. */
export const maxNameLength = 300;

/** A boolean; false if null or absent. */
export const booleanOrFalse = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** A string; empty for a value of another type or none. */
export const lenientString = storableText().catch('');

/** An id of a row in SuperOffice's database, as a number or as text (docs/superoffice/web-api.md#5-odata-archive). */
export const rowId = z.coerce.number().pipe(z.int32().positive());

/** A boolean; false for a value of another type or none. */
export const lenientBoolean = z.boolean().catch(false);

/** A boolean in any form that archives are known to use, such as `"0"`; null for anything else or none. */
export const lenientFlag = z
  .unknown()
  .optional()
  .transform((value) => {
    const text = String(value).toLowerCase();
    if (['false', '0'].includes(text)) return false;
    return ['true', '1'].includes(text) ? true : null;
  });

/** A non-negative integer; null for any other value or none. */
export const lenientCount = z.int().nonnegative().nullable().catch(null);

/** The rows of a list that match their schema, and the number of rows that do not. */
export interface ReadableRows<T> {
  readonly rows: readonly T[];
  readonly lost: number;
}

/** A list whose invalid rows are counted instead of rejected. */
export function readableRows<T extends z.ZodType>(row: T) {
  return z.array(row.nullable().catch(null)).transform((all): ReadableRows<z.output<T>> => {
    const rows = all.flatMap((each) => (each === null ? [] : [each]));
    return { rows, lost: all.length - rows.length };
  });
}

/**
 * Like `readableRows`, for a field: no rows if null or absent; a value that is not a list counts as one lost
 * row.
 */
export function lenientRows<T extends z.ZodType>(row: T) {
  return readableRows(row)
    .nullish()
    .transform((list): ReadableRows<z.output<T>> => list ?? { rows: [], lost: 0 })
    .catch({ rows: [], lost: 1 });
}

const isoDate = z.iso.date();

/**
 * The calendar date of a .NET date-time as `YYYY-MM-DD`; null if absent, empty, not a date, or in the year 1.
 * The time is ignored, because these dates have no time zone.
 */
export const calendarDate = lenientString.transform((value) => {
  const date = isoDate.safeParse(value.slice(0, 10));
  return date.success && !date.data.startsWith('0001-') ? date.data : null;
});

/**
 * The body of a response, parsed by `schema`.
 * @throws SuperOfficeError `unexpected-response` with the first invalid field as `detail`
 */
export function readBody<T extends z.ZodType>(operation: string, schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new SuperOfficeError('unexpected-response', operation, { detail: field === '' ? 'body' : field });
}
