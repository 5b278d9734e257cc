import { describe, expect, it } from 'vitest';
import { getAddOnLabel } from '../../../../src/licensing/catalogue/add-ons.ts';
import { languages } from '../../../../src/licensing/catalogue/languages.ts';
import { decideAddOns } from '../../../../src/licensing/entitlements/add-ons.ts';
import type { LicenseIndex } from '../../../../src/licensing/licenses/license-index.ts';
import type { PlanModel } from '../../../../src/licensing/plans/detect-plan.ts';
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

function decide(found: LicenseIndex, model: PlanModel) {
  return decideAddOns(found, model, assumptions.addOnModules);
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
    const addOns = decide(licenseIndex([module]), 'user-plans');
    expect(addOns.filter((addOn) => addOn.state === 'enabled')).toEqual([
      { key, state: 'enabled', reason: 'add-on-licensed', module },
    ]);
  });

  it('reports the state add-on for every add-on without a license', () => {
    const addOns = decide(licenseIndex(['aichatbot']), 'user-plans');
    expect(addOns.map(({ key, state }) => [key, state])).toEqual([
      ['cep', 'add-on'],
      ['ai', 'add-on'],
      ['expander-services', 'add-on'],
      ['calendar-synchronization', 'add-on'],
    ]);
  });

  it('reports unknown when the site licenses are unknown or the tenant is on CRM Suite', () => {
    const unknown = decide(licenseIndex([], false), 'user-plans');
    const suite = decide(licenseIndex([]), 'suite');
    for (const { state, reason } of [...unknown, ...suite]) {
      expect([state, reason]).toEqual(['unknown', 'no-evidence']);
    }
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
