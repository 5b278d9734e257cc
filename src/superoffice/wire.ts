import { z } from 'zod';
import { SuperOfficeError } from './superoffice-error.ts';

/** A string that may be null or absent: then empty. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** An integer that may be null or absent: then 0. */
export const whole = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

/** A boolean that may be null or absent: then false. */
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** An array that may be null or absent: then empty. */
export function list<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
}

/**
 * A .NET date-time as the calendar date it names, `YYYY-MM-DD`; null for none: absent, empty or the year 1.
 * The time is cut off unread, as these dates carry no time zone.
 */
export const calendarDate = z
  .string()
  .nullish()
  .transform((value) => {
    const day = (value ?? '').slice(0, 10);
    return /^\d{4}-\d\d-\d\d$/.test(day) && day !== '0001-01-01' ? day : null;
  });

/** The answer's body as `schema` reads it. Throws `unexpected-answer` naming the first field that does not fit. */
export function readBody<T extends z.ZodType>(operation: string, schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new SuperOfficeError('unexpected-answer', operation, { detail: field === '' ? 'body' : field });
}
