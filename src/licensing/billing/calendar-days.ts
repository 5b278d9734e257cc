/** A day of the Gregorian calendar without a time zone. `month` is 1 to 12. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The last year that fits `YYYY-MM-DD`. */
export const maxYear = 9999;

/**
 * Parses a date `YYYY-MM-DD`. Null if the text is not a date, such as 30 February or a date with a time.
 *
 * @example
 * parseDay('2028-02-29')
 * // → { year: 2028, month: 2, day: 29 }
 */
export function parseDay(text: string): CalendarDay | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const exists = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return exists ? { year, month, day } : null;
}

/**
 * Formats a day as `YYYY-MM-DD`. The year must not be after `maxYear`.
 *
 * @example
 * formatDay({ year: 2028, month: 2, day: 9 })
 * // → '2028-02-09'
 */
export function formatDay({ year, month, day }: CalendarDay): string {
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

/**
 * Adds months to a day. If the resulting month is too short, its last day is returned. Always add to the same anchor:
 * one month after 31 January is 28 February, and two months after it is 31 March.
 *
 * @example
 * addMonths({ year: 2026, month: 1, day: 31 }, 1)
 * // → { year: 2026, month: 2, day: 28 }
 */
export function addMonths(anchor: CalendarDay, months: number): CalendarDay {
  const index = monthIndex(anchor) + months;
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  return { year, month, day: Math.min(anchor.day, daysIn(year, month)) };
}

/**
 * Counts the whole months from an anchor to a later day, with month ends as in `addMonths`.
 *
 * @example
 * wholeMonthsBetween({ year: 2026, month: 1, day: 31 }, { year: 2026, month: 3, day: 30 })
 * // → 1
 */
export function wholeMonthsBetween(anchor: CalendarDay, later: CalendarDay): number {
  const months = monthIndex(later) - monthIndex(anchor);
  return later.day < addMonths(anchor, months).day ? months - 1 : months;
}

/**
 * Returns the previous day.
 *
 * @example
 * dayBefore({ year: 2028, month: 3, day: 1 })
 * // → { year: 2028, month: 2, day: 29 }
 */
export function dayBefore({ year, month, day }: CalendarDay): CalendarDay {
  if (day > 1) return { year, month, day: day - 1 };
  const before = addMonths({ year, month, day: 1 }, -1);
  return { ...before, day: daysIn(before.year, before.month) };
}

function monthIndex({ year, month }: CalendarDay): number {
  return year * 12 + month - 1;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
