import { describe, expect, it } from 'vitest';
import type { TenantLicenses } from '../../../../src/plans/license-data.ts';
import type { Wish } from '../../../../src/tenants/wish-store.ts';
import { adminView } from '../../../../src/web/admin/admin-view.ts';
import { licenseEngine } from '../../plans/fixtures/engine.ts';
import { goldenTenants } from '../../plans/fixtures/golden-cases.ts';
import { publishedTenant } from '../../plans/fixtures/tenants.ts';
import { readAt, tenant, wishFor } from '../panel/visits.ts';
import { english, languages } from '../stand.ts';

interface Given {
  readonly licenses?: TenantLicenses | null;
  readonly wishes?: readonly Wish[];
  readonly contract?: typeof tenant.contract;
  readonly language?: typeof english;
}

function view(given: Given = {}) {
  const { licenses = publishedTenant('premium'), wishes = [], contract = null, language = english } = given;
  const today = '2026-12-01';
  return adminView({
    tenant: { ...tenant, contract },
    wishes,
    bought: licenses && { content: licenses, readAt, stale: false },
    plans: licenseEngine(licenses, today),
    today,
    csrfToken: 'a token',
    language,
  });
}

describe('the queue', () => {
  it('keeps open wishes apart from answered ones, each with its title', () => {
    const answered = { state: 'done', answeredBy: 'Kari Nygård', answeredAt: new Date(readAt) } as const;
    const wishes = [wishFor('feature:saint'), wishFor('plan:service-premium', answered)];
    const { open, answered: closed } = view({ wishes });
    expect(open).toMatchObject([
      { title: 'Feature: Activity Monitors (SAINT)', askedBy: 'Markus Brandt', outcome: '' },
    ]);
    expect(closed).toMatchObject([
      { title: 'Plan: Service-Premium', outcome: 'Done on November 22, 2026 by Kari Nygård' },
    ]);
  });

  it('names who has no name by number, and what is no longer known by its key', () => {
    const wishes = [wishFor('feature:gone', { askedBy: '' }), wishFor('plan:plus'), wishFor('odd')];
    expect(view({ wishes }).open.map(({ title, askedBy }) => [title, askedBy])).toEqual([
      ['gone', 'User 5'],
      ['Plan: CRM Suite Plus', 'Markus Brandt'],
      ['odd', 'Markus Brandt'],
    ]);
  });
});

describe('the seats', () => {
  it('are those of the plans, or of the Suite', () => {
    const sales = { plan: 'Sales Premium', purchased: '21' };
    expect(view().seats).toContainEqual(expect.objectContaining(sales));
    const suite = view({ licenses: goldenTenants.get('suite-unlimited-seats') ?? null }).seats;
    expect(suite.map(({ plan }) => plan)).toEqual(['CRM Suite']);
  });

  it('are not known where the license was refused', () => {
    expect(view({ licenses: null })).toMatchObject({
      seats: [],
      seatsNote: english.t('admin.seatsRefused'),
      asOf: null,
    });
  });
});

describe('what does not add up', () => {
  it('is said in a sentence for every kind, in any language', () => {
    for (const code of languages.codes) {
      const language = languages.choose([code]);
      const names = ['diagnostics-of-every-kind', 'diagnostics-plan-without-set', 'odd-flags', 'incomplete'];
      const said = names.flatMap(
        (name) => view({ licenses: goldenTenants.get(name) ?? null, language }).diagnostics,
      );
      expect(said.length).toBeGreaterThan(12);
      for (const sentence of said) expect(sentence).not.toMatch(/\{\{|undefined|admin\.|\[object/);
    }
  });
});

describe('the contract', () => {
  it('shows what was told, and the next renewal', () => {
    const told = view({ contract: { start: '2026-03-01', period: 'quarterly' } }).contract;
    expect(told.start).toBe('2026-03-01');
    expect(told.periods.filter(({ chosen }) => chosen).map(({ key }) => key)).toEqual(['quarterly']);
    expect(told.renewal).toMatch(/^Next renewal: March 1, 2027\./);
    expect(view().contract).toMatchObject({ start: '', renewal: '' });
  });
});
