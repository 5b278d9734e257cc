import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepChart } from '../../../../../src/web/admin/seats/step-chart.ts';

const firstDay = Date.parse('2026-11-01');
const draw = (...values: (number | null)[]) =>
  stepChart(firstDay, values.length, [{ name: 'in-use', values }]);
const pathOf = (...values: (number | null)[]) => draw(...values).lines[0]?.path;

describe('step chart', () => {
  it('keeps a number until the start of the next day', () => {
    expect(pathOf(4, 4, 2, 8)).toBe('M0,500L500,500L500,750L750,750L750,0L1000,0L1000,0');
  });

  it('has a gap for days without a number', () => {
    expect(pathOf(null, 4, null, null, 4)).toBe('M200,0L400,0L400,0M800,0L1000,0L1000,0');
    expect(pathOf(null, null)).toBe('');
  });

  it('names days and numbers at its axes, whole numbers only and from zero', () => {
    const { days, numbers } = draw(...Array.from({ length: 30 }, (_, day) => day % 3));
    expect(numbers.map(({ value }) => value)).toEqual([0, 1, 2]);
    expect(numbers.map(({ at }) => at)).toEqual(['100.00%', '50.00%', '0.00%']);
    expect(days.map(({ value }) => new Date(value).toISOString().slice(0, 10))).toEqual([
      '2026-11-01',
      '2026-11-08',
      '2026-11-15',
      '2026-11-22',
      '2026-11-29',
    ]);
    expect(days.map(({ anchor }) => anchor)).toEqual(['start', 'middle', 'middle', 'middle', 'end']);
  });

  it('stays within its square, whatever the numbers', () => {
    const values = fc.array(fc.option(fc.nat(1_000_000)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, (all) => {
        const { lines, surface } = draw(...all);
        const numbers = [...(lines[0]?.path ?? '').matchAll(/[\d.]+/g), ...surface.matchAll(/[\d.]+/g)];
        for (const [number] of numbers) expect(Number(number)).toBeLessThanOrEqual(1_000);
        expect(`${lines[0]?.path}${surface}`).not.toMatch(/-|NaN|e/);
      }),
    );
  });
});
