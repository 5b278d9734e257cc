import { describe, expect, it } from 'vitest';
import { contractView } from '../../../../../src/web/admin/contract/contract-view.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { publishedTenant } from '../../../licensing/fixtures/tenants.ts';
import { english } from '../../harness.ts';

const today = '2026-12-01';

function view(given: Partial<Parameters<typeof contractView>[0]> = {}) {
  return contractView({
    contract: null,
    refused: null,
    plans: entitlementEngine(publishedTenant('premium'), today),
    today,
    language: english,
    ...given,
  });
}

describe('contract form', () => {
  it('is empty without a known contract and proposes the yearly period', () => {
    const contract = view();
    expect(contract).toMatchObject({ start: '', today, validationError: '', renewal: '', changes: [] });
    expect(contract.periods.map(({ key, chosen }) => [key, chosen])).toEqual([
      ['monthly', false],
      ['quarterly', false],
      ['half-yearly', false],
      ['yearly', true],
    ]);
  });

  it('shows the next renewal and the effect of a plan change made today', () => {
    const contract = view({ contract: { start: '2026-03-01', period: 'quarterly' } });
    expect(contract.start).toBe('2026-03-01');
    expect(contract.periods.filter(({ chosen }) => chosen).map(({ key }) => key)).toEqual(['quarterly']);
    expect(contract.renewal).toBe('Renews on 1 March 2027, in 90 days.');
    expect(contract.changes).toEqual([
      'A plan added today takes effect at once.',
      'A plan cancelled today stays until the contract renews on 1 March 2027.',
    ]);
  });

  it('shows no consequences for a contract start in the future', () => {
    const contract = view({ contract: { start: '2027-01-01', period: 'yearly' } });
    expect([contract.renewal, contract.changes]).toEqual(['', []]);
  });

  it('shows rejected input as submitted, next to the renewal of the saved contract', () => {
    const saved = { start: '2026-03-01', period: 'yearly' } as const;
    const refused = {
      start: '2026-02-30',
      period: 'monthly',
      validationError: 'start-not-a-date',
    } as const;
    const contract = view({ contract: saved, refused });
    expect(contract).toMatchObject({
      start: '2026-02-30',
      validationError: expect.stringContaining('“2026-02-30” is not a valid date'),
      renewal: 'Renews on 1 March 2027, in 90 days.',
    });
    expect(contract.periods.find(({ chosen }) => chosen)?.key).toBe('monthly');
  });
});
