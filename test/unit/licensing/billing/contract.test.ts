import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BillingPeriod,
  billingPeriods,
  type ContractInput,
  type ContractState,
  getContractState,
  getPlanChangeEffect,
  type PlanChange,
} from '../../../../src/licensing/billing/contract.ts';
import { scaleRuns } from '../../../support/long-form.ts';
import { assumptions } from '../fixtures/engine.ts';

const { planChanges } = assumptions;

function contract(start: string, period: BillingPeriod, today: string): ContractState {
  const result = getContractState({ start, period, today });
  if (!result.valid) throw new Error(result.reason);
  return result;
}

describe('getContractState in the first term', () => {
  it.each(billingPeriods)('gives the first term 12 months when billed %s', (period) => {
    const { renewal, term, nextRenewal } = contract('2026-03-15', period, '2026-03-15');
    expect({ renewal, term, nextRenewal }).toEqual({
      renewal: 0,
      term: { firstDay: '2026-03-15', lastDay: '2027-03-14' },
      nextRenewal: '2027-03-15',
    });
    expect(contract('2026-03-15', period, '2027-03-14')).toMatchObject({ renewal: 0, term });
    expect(contract('2026-03-15', period, '2027-03-15').renewal).toBe(1);
  });

  it.each([
    // Started in the middle of a month.
    ['2026-03-15', 'monthly', '2026-03-15', '2026-03-15', '2026-04-14', '2026-04-15'],
    ['2026-03-15', 'monthly', '2027-03-14', '2027-02-15', '2027-03-14', '2027-03-15'],
    ['2026-03-15', 'quarterly', '2026-06-14', '2026-03-15', '2026-06-14', '2026-06-15'],
    ['2026-03-15', 'quarterly', '2026-06-15', '2026-06-15', '2026-09-14', '2026-09-15'],
    ['2026-03-15', 'half-yearly', '2026-09-14', '2026-03-15', '2026-09-14', '2026-09-15'],
    ['2026-03-15', 'half-yearly', '2026-09-15', '2026-09-15', '2027-03-14', '2027-03-15'],
    ['2026-03-15', 'yearly', '2027-03-14', '2026-03-15', '2027-03-14', '2027-03-15'],
    // Started on 31 January: a shorter month uses its last day, a longer one the 31st again.
    ['2026-01-31', 'monthly', '2026-02-27', '2026-01-31', '2026-02-27', '2026-02-28'],
    ['2026-01-31', 'monthly', '2026-02-28', '2026-02-28', '2026-03-30', '2026-03-31'],
    ['2026-01-31', 'monthly', '2026-03-31', '2026-03-31', '2026-04-29', '2026-04-30'],
    ['2028-01-31', 'monthly', '2028-02-28', '2028-01-31', '2028-02-28', '2028-02-29'],
    ['2028-01-31', 'monthly', '2028-02-29', '2028-02-29', '2028-03-30', '2028-03-31'],
    ['2026-01-31', 'quarterly', '2026-05-01', '2026-04-30', '2026-07-30', '2026-07-31'],
    ['2026-08-31', 'half-yearly', '2027-02-28', '2027-02-28', '2027-08-30', '2027-08-31'],
  ] as const)(
    'finds the billing period of a contract started on %s and billed %s, as of %s',
    (start, period, today, firstDay, lastDay, nextInvoice) => {
      const { billing, nextInvoice: next } = contract(start, period, today);
      expect({ billing, next }).toEqual({ billing: { firstDay, lastDay }, next: nextInvoice });
    },
  );
});

describe('getContractState across renewals', () => {
  it.each([
    // On the day of the first renewal and around the second renewal.
    ['2026-03-15', 'monthly', '2027-03-15', 1, '2027-03-15', '2027-04-14', '2027-04-15'],
    ['2026-03-15', 'monthly', '2027-04-14', 1, '2027-03-15', '2027-04-14', '2027-04-15'],
    ['2026-03-15', 'monthly', '2027-04-15', 2, '2027-04-15', '2027-05-14', '2027-05-15'],
    ['2026-03-15', 'quarterly', '2027-03-15', 1, '2027-03-15', '2027-06-14', '2027-06-15'],
    ['2026-03-15', 'quarterly', '2028-03-14', 4, '2027-12-15', '2028-03-14', '2028-03-15'],
    ['2026-03-15', 'half-yearly', '2027-09-14', 1, '2027-03-15', '2027-09-14', '2027-09-15'],
    ['2026-03-15', 'half-yearly', '2027-09-15', 2, '2027-09-15', '2028-03-14', '2028-03-15'],
    ['2026-03-15', 'yearly', '2027-03-15', 1, '2027-03-15', '2028-03-14', '2028-03-15'],
    ['2026-03-15', 'yearly', '2029-03-14', 2, '2028-03-15', '2029-03-14', '2029-03-15'],
    // Month ends.
    ['2026-01-31', 'monthly', '2027-02-28', 2, '2027-02-28', '2027-03-30', '2027-03-31'],
    ['2026-01-31', 'monthly', '2028-02-29', 14, '2028-02-29', '2028-03-30', '2028-03-31'],
    ['2026-11-30', 'quarterly', '2028-02-28', 1, '2027-11-30', '2028-02-28', '2028-02-29'],
    // Started on a leap day: renewed on 28 February in other years.
    ['2028-02-29', 'yearly', '2029-02-27', 0, '2028-02-29', '2029-02-27', '2029-02-28'],
    ['2028-02-29', 'yearly', '2029-02-28', 1, '2029-02-28', '2030-02-27', '2030-02-28'],
    ['2028-02-29', 'yearly', '2032-02-28', 3, '2031-02-28', '2032-02-28', '2032-02-29'],
    ['2028-02-29', 'yearly', '2032-02-29', 4, '2032-02-29', '2033-02-27', '2033-02-28'],
    ['2096-02-29', 'yearly', '2100-02-28', 4, '2100-02-28', '2101-02-27', '2101-02-28'],
    // Contracts that span the whole calendar.
    ['0001-01-01', 'monthly', '9999-11-30', 119_975, '9999-11-01', '9999-11-30', '9999-12-01'],
    ['0001-01-01', 'yearly', '9998-12-31', 9_997, '9998-01-01', '9998-12-31', '9999-01-01'],
  ] as const)(
    'for a contract started on %s and billed %s, as of %s, returns renewal %i and its term',
    (start, period, today, renewal, firstDay, lastDay, nextRenewal) => {
      const found = contract(start, period, today);
      expect(found).toMatchObject({ renewal, term: { firstDay, lastDay }, nextRenewal });
    },
  );

  it.each(billingPeriods)('makes a renewed term exactly one billing period long when billed %s', (period) => {
    const { term, billing, nextRenewal, nextInvoice } = contract('2026-05-31', period, '2030-09-12');
    expect(billing).toEqual(term);
    expect(nextInvoice).toBe(nextRenewal);
  });
});

describe('validation in getContractState and getPlanChangeEffect', () => {
  it.each([
    ['2026-02-30', '2026-05-01', 'start-not-a-date'],
    ['', '2026-05-01', 'start-not-a-date'],
    ['2026-01-01T00:00:00', '2026-05-01', 'start-not-a-date'],
    ['soon', 'later', 'start-not-a-date'],
    ['2026-01-01', '2026-04-31', 'today-not-a-date'],
    ['2026-01-01', 'today', 'today-not-a-date'],
    ['2026-01-02', '2026-01-01', 'before-start'],
    ['9998-12-31', '9998-12-30', 'before-start'],
    ['9999-01-01', '9999-01-01', 'beyond-calendar'],
    ['0001-01-01', '9999-12-31', 'beyond-calendar'],
  ] as const)('rejects the start %s on the date %s with the reason %s', (start, today, reason) => {
    const input = { start, period: 'monthly', today } as const;
    expect(getContractState(input)).toEqual({ valid: false, reason });
    expect(getPlanChangeEffect(input, 'add', planChanges)).toEqual({ valid: false, reason });
    expect(getPlanChangeEffect(input, 'reduce', planChanges)).toEqual({ valid: false, reason });
  });

  it('accepts a contract that starts today', () => {
    expect(getContractState({ start: '2026-01-01', period: 'monthly', today: '2026-01-01' }).valid).toBe(
      true,
    );
  });

  it('accepts a contract whose next renewal is the last day of the calendar', () => {
    expect(contract('9998-12-31', 'yearly', '9999-12-30').nextRenewal).toBe('9999-12-31');
  });
});

describe('getPlanChangeEffect', () => {
  it.each([
    ['add', 'monthly', '2026-07-01', 'at-once', '2026-07-01'],
    ['add', 'yearly', '2027-03-15', 'at-once', '2027-03-15'],
    ['reduce', 'monthly', '2026-07-01', 'at-renewal', '2027-03-15'],
    ['reduce', 'yearly', '2026-03-15', 'at-renewal', '2027-03-15'],
    ['reduce', 'monthly', '2027-03-14', 'at-renewal', '2027-03-15'],
    ['reduce', 'monthly', '2027-03-16', 'at-renewal', '2027-04-15'],
    ['reduce', 'quarterly', '2027-03-16', 'at-renewal', '2027-06-15'],
    // On the day of a renewal the new term has started.
    ['reduce', 'half-yearly', '2027-03-15', 'at-renewal', '2027-09-15'],
    ['reduce', 'yearly', '2027-03-15', 'at-renewal', '2028-03-15'],
  ] as const)(
    'a change of kind %s, billed %s and made on %s, takes effect %s',
    (change, period, today, rule, effectiveOn) => {
      expect(getPlanChangeEffect({ start: '2026-03-15', period, today }, change, planChanges)).toEqual({
        valid: true,
        rule,
        effectiveOn,
        possible: 'documented',
        timing: 'inferred',
      });
    },
  );
});

describe('contract properties', () => {
  const runs = { numRuns: scaleRuns(10_000) };
  const dayMs = 86_400_000;
  const toDayNumber = (text: string) => Date.parse(`${text}T00:00:00Z`) / dayMs;
  const toText = (number: number) => new Date(number * dayMs).toISOString().slice(0, 10);
  const dayAfter = (text: string) => toText(toDayNumber(text) + 1);
  const dayBefore = (text: string) => toText(toDayNumber(text) - 1);

  // Many contracts start at the end of a month or on a leap day; most are evaluated within a few years.
  const start = fc.oneof(
    fc.integer({ min: toDayNumber('1900-01-01'), max: toDayNumber('2400-12-31') }).map(toText),
    fc
      .tuple(
        fc.integer({ min: 1996, max: 2104 }),
        fc.constantFrom('01-31', '02-28', '03-31', '08-31', '11-30'),
      )
      .map(([year, day]) => `${year}-${day}`),
    fc
      .integer({ min: 499, max: 526 })
      .map((quarter) => `${quarter * 4}-02-29`)
      .filter((day) => day !== '2100-02-29'),
  );
  const distance = fc.oneof(fc.nat({ max: 800 }), fc.nat({ max: 12_000 }), fc.nat({ max: 2_500_000 }));
  const anyInput: fc.Arbitrary<ContractInput> = fc
    .record({ start, distance, period: fc.constantFrom(...billingPeriods) })
    .map((input) => ({
      start: input.start,
      period: input.period,
      today: toText(toDayNumber(input.start) + input.distance),
    }));
  const contractOnDay = (input: ContractInput, today: string) => contract(input.start, input.period, today);

  it('today is inside the term and billing period, and the next renewal and invoice come later', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { term, billing, nextRenewal, nextInvoice } = contractOnDay(input, input.today);
        expect(term.firstDay <= input.today && input.today <= term.lastDay).toBe(true);
        expect(billing.firstDay <= input.today && input.today <= billing.lastDay).toBe(true);
        expect(nextRenewal > input.today).toBe(true);
        expect(nextInvoice > input.today && nextInvoice <= nextRenewal).toBe(true);
      }),
      runs,
    );
  });

  it('the terms cover the calendar without gap or overlap', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { renewal, term, nextRenewal } = contractOnDay(input, input.today);
        expect(dayAfter(term.lastDay)).toBe(nextRenewal);
        const next = contractOnDay(input, nextRenewal);
        expect([next.renewal, next.term.firstDay]).toEqual([renewal + 1, nextRenewal]);
        if (renewal === 0) expect(term.firstDay).toBe(input.start);
        else {
          const before = contractOnDay(input, dayBefore(term.firstDay));
          expect([before.renewal, before.nextRenewal]).toEqual([renewal - 1, term.firstDay]);
        }
      }),
      runs,
    );
  });

  it('the billing periods have no gap, and every term starts and ends with one', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { billing, nextInvoice, term } = contractOnDay(input, input.today);
        expect(dayAfter(billing.lastDay)).toBe(nextInvoice);
        expect(contractOnDay(input, nextInvoice).billing.firstDay).toBe(nextInvoice);
        expect(contractOnDay(input, term.firstDay).billing.firstDay).toBe(term.firstDay);
        expect(contractOnDay(input, term.lastDay).billing.lastDay).toBe(term.lastDay);
      }),
      runs,
    );
  });

  it('every day of a term returns the same term', () => {
    fc.assert(
      fc.property(anyInput, fc.nat(), (input, pick) => {
        const { renewal, term, nextRenewal } = contractOnDay(input, input.today);
        const length = toDayNumber(term.lastDay) - toDayNumber(term.firstDay) + 1;
        const other = contractOnDay(input, toText(toDayNumber(term.firstDay) + (pick % length)));
        expect(other).toMatchObject({ renewal, term, nextRenewal });
      }),
      runs,
    );
  });

  it('the following day is in the same term, or in the next term after a last day', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { renewal, term } = contractOnDay(input, input.today);
        const moved = contractOnDay(input, dayAfter(input.today)).renewal - renewal;
        expect(moved).toBe(input.today === term.lastDay ? 1 : 0);
      }),
      runs,
    );
  });

  it('a renewal falls on the start day of the month, or on the last day of a shorter month', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { nextRenewal } = contractOnDay(input, input.today);
        const day = nextRenewal.slice(8);
        expect(day === input.start.slice(8) || dayAfter(nextRenewal).endsWith('-01')).toBe(true);
        expect(day <= input.start.slice(8)).toBe(true);
      }),
      runs,
    );
  });

  it('an addition takes effect today and a reduction takes effect later', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const [added, reduced] = (['add', 'reduce'] as const).map((change: PlanChange) => {
          const effect = getPlanChangeEffect(input, change, planChanges);
          return effect.valid ? effect.effectiveOn : effect.reason;
        });
        expect(added).toBe(input.today);
        expect((reduced ?? '') > input.today).toBe(true);
      }),
      runs,
    );
  });

  it('any text returns a contract or a known reason, and the same result when repeated', () => {
    const reasons = ['start-not-a-date', 'today-not-a-date', 'before-start', 'beyond-calendar'];
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('2026-02-29', '9999-12-31', '0000-01-01', '2026-01-01'),
    );
    fc.assert(
      fc.property(text, text, fc.constantFrom(...billingPeriods), (from, today, period) => {
        const result = getContractState({ start: from, period, today });
        expect(getContractState({ start: from, period, today })).toEqual(result);
        if (!result.valid) expect(reasons).toContain(result.reason);
        else expect(result.nextRenewal).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      }),
      runs,
    );
  });
});
