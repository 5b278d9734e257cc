import { describe, expect, it } from 'vitest';
import { getAddOnLabel } from '../../../../src/licensing/catalogue/add-ons.ts';
import { languages } from '../../../../src/licensing/catalogue/languages.ts';
import type { SuitePlan } from '../../../../src/licensing/catalogue/suite-plans.ts';
import { decideAddOns } from '../../../../src/licensing/entitlements/add-ons.ts';
import type { LicenseIndex } from '../../../../src/licensing/licenses/license-index.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { assumptions } from '../fixtures/engine.ts';

function licenseIndex(site: readonly string[], siteLicensesKnown = true): LicenseIndex {
  return {
    site: new Set(site),
    siteLicensesKnown,
    user: new Set(),
    userLicensesKnown: true,
    plans: [],
    expired: new Map(),
  };
}

const userPlan: DetectedPlan = { kind: 'no-plan', module: null };
const onSuite = (plan: SuitePlan | null): DetectedPlan => ({
  kind: 'suite',
  plan,
  by: { step: 'description', text: '' },
});

function decide(found: LicenseIndex, plan: DetectedPlan) {
  return decideAddOns(found, plan, assumptions.addOnModules);
}

describe('decideAddOns', () => {
  it.each([
    ['cep', 'cep'],
    ['engagement', 'cep'],
    ['aiplatform', 'ai'],
    ['ai', 'ai'],
    ['expander-services', 'expander-services'],
    ['exchange-sync', 'calendar-synchronization'],
    ['nebula', 'calendar-synchronization'],
    ['synchronizer', 'calendar-synchronization'],
  ])('maps the site license %s to the enabled add-on %s', (module, key) => {
    const addOns = decide(licenseIndex([module]), userPlan);
    expect(addOns.filter((addOn) => addOn.state === 'enabled')).toEqual([
      expect.objectContaining({ key, reason: 'add-on-licensed', module }),
    ]);
  });

  it('reports the state add-on for every add-on without a license', () => {
    const addOns = decide(licenseIndex(['aichatbot']), userPlan);
    expect(addOns.map(({ key, state }) => [key, state])).toEqual([
      ['cep', 'add-on'],
      ['ai', 'add-on'],
      ['expander-services', 'add-on'],
      ['calendar-synchronization', 'add-on'],
    ]);
  });

  it('reports unknown when the site licenses are unknown', () => {
    for (const { state, reason } of decide(licenseIndex([], false), userPlan)) {
      expect([state, reason]).toEqual(['unknown', 'no-evidence']);
    }
  });

  it.each([
    ['starter', []],
    ['core', ['ai', 'expander-services', 'calendar-synchronization']],
    ['growth', ['cep', 'ai', 'expander-services', 'calendar-synchronization']],
  ] as const)('on %s the plan includes %j and the others need an upgrade', (plan, included) => {
    const addOns = decide(licenseIndex([]), onSuite(plan));
    const withReason = (reason: string) =>
      addOns.filter((each) => each.reason === reason).map(({ key }) => key);
    expect(withReason('suite-plan-includes')).toEqual(included);
    expect(withReason('suite-plan-lacks')).toHaveLength(4 - included.length);
  });

  it('on an unknown Suite plan only a license decides', () => {
    const states = decide(licenseIndex(['cep']), onSuite(null)).map(({ reason }) => reason);
    expect(states).toEqual(['add-on-licensed', ...Array<string>(3).fill('suite-plan-unknown')]);
  });
});

describe('getAddOnLabel', () => {
  it('leaves the CEP name in English and translates calendar synchronization', () => {
    expect(languages.map((language) => getAddOnLabel('cep', language))).toEqual(
      languages.map(() => 'Customer Engagement Platform (CEP)'),
    );
    expect(getAddOnLabel('calendar-synchronization', 'de')).toBe('Kalendersynchronisierung');
    expect(getAddOnLabel('calendar-synchronization', 'nl')).toBe('Agenda-synchronisatie');
  });
});
