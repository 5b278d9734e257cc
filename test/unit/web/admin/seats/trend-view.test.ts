import { describe, expect, it } from 'vitest';
import type { SeatsOfDay } from '../../../../../src/snapshots/seat-count-store.ts';
import { parseTrendFilter, toSeatCountQuery } from '../../../../../src/web/admin/seats/trend-filter.ts';
import { type TrendInput, trendView } from '../../../../../src/web/admin/seats/trend-view.ts';
import { english, german } from '../../harness.ts';

const seats = (day: string, inUse: number | null, purchased: number | null = 10): SeatsOfDay => ({
  day,
  purchased,
  inUse,
});
const days = [seats('2026-11-26', 8), seats('2026-11-27', 8), seats('2026-11-29', 9)];

function view(given: Partial<TrendInput> = {}) {
  return trendView({
    filter: parseTrendFilter({}),
    days,
    since: '2025-11-30',
    today: '2026-11-29',
    firstDay: '2026-11-26',
    plans: [{ module: 'ten-sales', name: 'Sales-Premium' }],
    lang: 'en',
    language: english,
    ...given,
  });
}

describe('trend', () => {
  it('draws purchased seats and seats in use, with days and numbers in the language of the reader', () => {
    const { chart } = view({ days: days.map((each) => ({ ...each, purchased: 2_000 })), language: german });
    expect(chart?.lines.map(({ name, text }) => [name, text])).toEqual([
      ['purchased', 'Erworben'],
      ['in-use', 'Belegt'],
    ]);
    expect(chart?.label).toMatch(/^Erworben und belegt \(Alle Pläne\) vom 26\.11\.2026 bis 29\.11\.2026/);
    expect(chart?.numbers.at(-1)?.text).toBe('2.000');
    expect(chart?.days.map(({ text }) => text)).toContain('27. Nov.');
  });

  it('draws no line for numbers that were never counted, and says on how many days', () => {
    const { chart, notes } = view({ days: days.map((each) => ({ ...each, purchased: null })) });
    expect(chart?.lines.map(({ name }) => name)).toEqual(['in-use']);
    expect(notes.at(-1)).toBe('On 3 days a number was not reported, unlimited or billed by use.');
  });

  it('says where the records begin and on how many days nothing was read', () => {
    expect(view().notes).toEqual([
      expect.stringMatching(/since 26\sNov\s2026/),
      'On 1 day no number could be read. It is a gap in the picture.',
    ]);
    const later = view({ since: '2026-11-27', days: days.slice(1) });
    expect(later.notes).toEqual(['On 1 day no number could be read. It is a gap in the picture.']);
  });

  it('draws nothing until there are two days', () => {
    expect(view({ days: days.slice(2), firstDay: '2026-11-29' })).toMatchObject({
      chart: null,
      notes: [expect.stringMatching(/since 29\sNov\s2026/)],
      rows: [{ day: '29\u00a0Nov\u00a02026', purchased: '10', inUse: '9' }],
    });
    expect(view({ days: [], firstDay: null })).toMatchObject({
      chart: null,
      notes: [expect.stringContaining('none yet')],
      rows: [],
    });
  });

  it('has a row for each day with a change, newest first, and of many days one for each month', () => {
    expect(view().rows.map(({ day, inUse }) => [day, inUse])).toEqual([
      ['29\u00a0Nov\u00a02026', '9'],
      ['26\u00a0Nov\u00a02026', '8'],
    ]);
    const many = Array.from({ length: 70 }, (_, index) =>
      seats(new Date(Date.parse('2026-09-21') + index * 86_400_000).toISOString().slice(0, 10), index),
    );
    expect(view({ days: many }).rows.map(({ day, inUse }) => [day, inUse])).toEqual([
      ['29\u00a0Nov\u00a02026', '69'],
      ['31\u00a0Oct\u00a02026', '40'],
      ['30\u00a0Sept\u00a02026', '9'],
    ]);
    expect(view({ days: [seats('2026-11-29', null, null)] }).rows).toEqual([
      { day: '29\u00a0Nov\u00a02026', purchased: 'not counted', inUse: 'not counted' },
    ]);
  });

  it('keeps the chosen plan and period in its links', () => {
    const filter = parseTrendFilter({ plan: 'ten-sales', period: '30' });
    const { plans, periods, downloads } = view({ filter });
    expect(plans.find(({ isChosen }) => isChosen)?.name).toBe('Sales-Premium');
    expect(periods.map(({ isCurrent }) => isCurrent)).toEqual([true, false, false]);
    expect(periods[2]?.href).toBe('/admin/seats?lang=en&plan=ten-sales&period=800#trend');
    expect(downloads[0]?.href).toBe('/admin/seats/trend.csv?lang=en&plan=ten-sales&period=30');
  });

  it('ignores parameters that are none', () => {
    expect(parseTrendFilter({ plan: ['a'], period: '31' })).toEqual({ plan: '', period: '365' });
    expect(toSeatCountQuery({ plan: '', period: '30' }, Date.parse('2026-11-29T12:00:00Z'))).toEqual({
      since: '2026-10-31',
      module: null,
    });
  });
});
