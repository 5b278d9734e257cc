/** A day of the Gregorian calendar, in no time zone. `month` is 1 to 12. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The last year `YYYY-MM-DD` can write. */
export const lastYear = 9999;

/**
 * Reads a date `YYYY-MM-DD`; null where it is none, such as 30 February or a date with a time.
 *
 * @example
 * readDay('2028-02-29')
 * // → { year: 2028, month: 2, day: 29 }
 */
export function readDay(text: string): CalendarDay | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const exists = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return exists ? { year, month, day } : null;
}

/**
 * Writes a day as `YYYY-MM-DD`. The year must not be after `lastYear`.
 *
 * @example
 * writeDay({ year: 2028, month: 2, day: 9 })
 * // → '2028-02-09'
 */
export function writeDay({ year, month, day }: CalendarDay): string {
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

/**
 * The same day of the month so many months later; the month's last day where it has no such day. Counted from one
 * anchor, so a contract of 31 January comes to 28 February and then to 31 March.
 *
 * @example
 * monthsAfter({ year: 2026, month: 1, day: 31 }, 1)
 * // → { year: 2026, month: 2, day: 28 }
 */
export function monthsAfter(anchor: CalendarDay, months: number): CalendarDay {
  const index = monthIndex(anchor) + months;
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  return { year, month, day: Math.min(anchor.day, daysIn(year, month)) };
}

/**
 * How many whole months have passed from an anchor to a later day, month ends as in `monthsAfter`.
 *
 * @example
 * wholeMonthsBetween({ year: 2026, month: 1, day: 31 }, { year: 2026, month: 3, day: 30 })
 * // → 1
 */
export function wholeMonthsBetween(anchor: CalendarDay, later: CalendarDay): number {
  const months = monthIndex(later) - monthIndex(anchor);
  return later.day < monthsAfter(anchor, months).day ? months - 1 : months;
}

/**
 * The day before.
 *
 * @example
 * dayBefore({ year: 2028, month: 3, day: 1 })
 * // → { year: 2028, month: 2, day: 29 }
 */
export function dayBefore({ year, month, day }: CalendarDay): CalendarDay {
  if (day > 1) return { year, month, day: day - 1 };
  const before = monthsAfter({ year, month, day: 1 }, -1);
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
