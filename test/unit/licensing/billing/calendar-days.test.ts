import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMonths,
  type CalendarDay,
  dayBefore,
  formatDay,
  maxYear,
  parseDay,
  wholeMonthsBetween,
} from '../../../../src/licensing/billing/calendar-days.ts';
import { scaleRuns } from '../../../support/long-form.ts';

const runs = { numRuns: scaleRuns(10_000) };

function day(text: string): CalendarDay {
  const read = parseDay(text);
  if (read === null) throw new Error(`${text} is not a date`);
  return read;
}

// An independent calendar for comparison: UTC days since 1970, from the year 1 to the year 9999.
const firstDay = Date.parse('0001-01-01T00:00:00Z') / 86_400_000;
const lastDay = Date.parse('9999-12-31T00:00:00Z') / 86_400_000;
const toText = (dayNumber: number) => new Date(dayNumber * 86_400_000).toISOString().slice(0, 10);
const anyDayNumber = fc.integer({ min: firstDay, max: lastDay });

describe('parseDay', () => {
  it.each([
    ['2026-12-01', { year: 2026, month: 12, day: 1 }],
    ['2028-02-29', { year: 2028, month: 2, day: 29 }],
    ['2000-02-29', { year: 2000, month: 2, day: 29 }],
    ['0001-01-01', { year: 1, month: 1, day: 1 }],
    ['9999-12-31', { year: 9999, month: 12, day: 31 }],
  ])('parses the date %s', (text, expected) => {
    expect(parseDay(text)).toEqual(expected);
  });

  it.each([
    ['29 February of a year without a leap day', '2026-02-29'],
    ['29 February of a century without a leap day', '2100-02-29'],
    ['30 February', '2028-02-30'],
    ['31 April', '2026-04-31'],
    ['31 June', '2026-06-31'],
    ['31 September', '2026-09-31'],
    ['31 November', '2026-11-31'],
    ['32 January', '2026-01-32'],
    ['day 0', '2026-01-00'],
    ['month 0', '2026-00-10'],
    ['month 13', '2026-13-01'],
    ['year 0', '0000-01-01'],
    ['a date with a time', '2026-01-01T00:00:00'],
    ['a date without leading zeros', '2026-1-1'],
    ['a year with five digits', '12026-01-01'],
    ['a leading space', ' 2026-01-01'],
    ['a trailing line break', '2026-01-01\n'],
    ['digits of another script', '２０２６-01-01'],
    ['another order of day and year', '01.01.2026'],
    ['an empty string', ''],
  ])('rejects invalid input: %s', (_case, text) => {
    expect(parseDay(text)).toBeNull();
  });

  it('parses every calendar day and writes it back unchanged', () => {
    fc.assert(
      fc.property(anyDayNumber, (number) => {
        expect(formatDay(day(toText(number)))).toBe(toText(number));
      }),
      runs,
    );
  });

  it('accepts 29 February in exactly the years in which Date has it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxYear }), (year) => {
        const text = `${String(year).padStart(4, '0')}-02-29`;
        const exists = !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
        expect(parseDay(text) !== null).toBe(exists);
      }),
      runs,
    );
  });

  it('never throws for any string, and every accepted string is written back unchanged', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseDay(text);
        if (read !== null) expect(formatDay(read)).toBe(text);
      }),
      runs,
    );
  });
});

describe('addMonths', () => {
  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2026-01-31', 2, '2026-03-31'],
    ['2026-01-31', 3, '2026-04-30'],
    ['2026-08-31', 6, '2027-02-28'],
    ['2028-02-29', 12, '2029-02-28'],
    ['2028-02-29', 48, '2032-02-29'],
    ['2096-02-29', 48, '2100-02-28'],
    ['2026-12-15', 1, '2027-01-15'],
    ['2026-11-30', 1, '2026-12-30'],
    ['2026-05-07', 0, '2026-05-07'],
    ['2026-01-31', -1, '2025-12-31'],
    ['2026-03-31', -1, '2026-02-28'],
  ])('%s plus %i months is %s', (from, months, expected) => {
    expect(formatDay(addMonths(day(from), months))).toBe(expected);
  });

  it('keeps the day of the month, or takes the last day of a shorter month', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: firstDay, max: lastDay - 400 * 366 }),
        fc.nat({ max: 4_000 }),
        (number, months) => {
          const from = day(toText(number));
          const to = addMonths(from, months);
          const lastOfMonth = new Date(Date.UTC(to.year + 400, to.month, 0)).getUTCDate();
          expect(to.day).toBe(Math.min(from.day, lastOfMonth));
          expect((to.year - from.year) * 12 + to.month - from.month).toBe(months);
        },
      ),
      runs,
    );
  });
});

describe('wholeMonthsBetween', () => {
  it.each([
    ['2026-01-31', '2026-01-31', 0],
    ['2026-01-31', '2026-02-27', 0],
    ['2026-01-31', '2026-02-28', 1],
    ['2028-01-31', '2028-02-28', 0],
    ['2028-01-31', '2028-02-29', 1],
    ['2026-01-31', '2026-03-30', 1],
    ['2026-01-31', '2026-03-31', 2],
    ['2028-02-29', '2029-02-27', 11],
    ['2028-02-29', '2029-02-28', 12],
    ['2026-12-15', '2027-01-14', 0],
    ['2026-12-15', '2027-01-15', 1],
  ])('from %s to %s there are %i whole months', (from, to, months) => {
    expect(wholeMonthsBetween(day(from), day(to))).toBe(months);
  });

  it('returns the largest number of months that does not pass the later day', () => {
    fc.assert(
      fc.property(anyDayNumber, anyDayNumber, (a, b) => {
        const [from, to] = [toText(Math.min(a, b)), toText(Math.max(a, b))];
        const months = wholeMonthsBetween(day(from), day(to));
        const next = addMonths(day(from), months + 1);
        expect(formatDay(addMonths(day(from), months)) <= to).toBe(true);
        expect(next.year > maxYear || formatDay(next) > to).toBe(true);
      }),
      runs,
    );
  });
});

describe('dayBefore', () => {
  it.each([
    ['2026-05-02', '2026-05-01'],
    ['2026-05-01', '2026-04-30'],
    ['2026-03-01', '2026-02-28'],
    ['2028-03-01', '2028-02-29'],
    ['2100-03-01', '2100-02-28'],
    ['2027-01-01', '2026-12-31'],
  ])('the day before %s is %s', (text, expected) => {
    expect(formatDay(dayBefore(day(text)))).toBe(expected);
  });

  it('agrees with Date on the previous day of any date', () => {
    fc.assert(
      fc.property(fc.integer({ min: firstDay + 1, max: lastDay }), (number) => {
        expect(formatDay(dayBefore(day(toText(number))))).toBe(toText(number - 1));
      }),
      runs,
    );
  });
});
