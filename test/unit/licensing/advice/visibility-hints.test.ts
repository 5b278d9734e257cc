import { describe, expect, it } from 'vitest';
import { findAddOnHint, findVisibilityHints } from '../../../../src/licensing/advice/visibility-hints.ts';
import { addOnKeys } from '../../../../src/licensing/catalogue/add-ons.ts';
import { featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { assumptions, entitlementEngine, getRule } from '../fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../fixtures/tenants.ts';

const premium = publishedTenant('premium');
const everything = userWithPlan(premium, 'ten-salesservicemarketing');
const entitlements = entitlementEngine(premium, '2026-12-01');

describe('findVisibilityHints', () => {
  it('names the settings that hide a licensed feature', () => {
    expect(findVisibilityHints(getRule('stakeholders'))).toEqual([
      { key: 'role-hides', right: 'Hide Sale screen' },
      { key: 'sale-type-stakeholders', right: null },
      { key: 'stakeholders-preference', right: null },
    ]);
    expect(findVisibilityHints(getRule('saint'))).toEqual([{ key: 'saint-statuses', right: null }]);
  });

  it('names the functional rights that open a feature or a part of it', () => {
    const rights = (['marketing-automation', 'knowledge-base', 'sale-targets-and-kpis'] as const).map(
      (feature) => findVisibilityHints(getRule(feature)).flatMap(({ right }) => right ?? []),
    );
    expect(rights).toEqual([
      ['Hide Marketing screen', 'Can edit flow content', 'Flow administrator'],
      ['Hide Service screen', 'Knowledge Base'],
      ['Targets administrator'],
    ]);
  });

  it.each([
    ['project-management', 'Hide Project screen'],
    ['combined-selections', 'Hide Selection screen'],
    ['mailings', 'Hide Marketing screen'],
    ['request-categorization', 'Hide Service screen'],
    ['companies-and-contacts', 'Hide Company screen'],
    ['superoffice-inbox', 'Hide Inbox screen'],
  ] as const)('names the right that hides %s as SuperOffice does: %s', (feature, right) => {
    expect(findVisibilityHints(getRule(feature))).toEqual([{ key: 'role-hides', right }]);
  });

  it('names every hiding right of the shipped assumptions, and an added one by its internal name', () => {
    const named = Object.keys(assumptions.hiddenBy).map((right) =>
      findVisibilityHints({ ...getRule('print'), hidingFunctionRights: [right] }),
    );
    for (const hints of named) expect(hints[0]?.right).toMatch(/^Hide [A-Z][a-z]+ screen$/);
    expect(findVisibilityHints({ ...getRule('print'), hidingFunctionRights: ['hide-print'] })).toEqual([
      { key: 'role-hides', right: 'hide-print' },
    ]);
  });

  it('gives a group no hint', () => {
    expect(entitlements.visibilityHints('email')).toEqual([]);
    expect(entitlements.visibilityHints('saint')).toHaveLength(1);
  });

  it('decides nothing: no right that a hint names changes an entitlement', () => {
    const opening = featureKeys
      .flatMap((feature) => entitlements.visibilityHints(feature))
      .flatMap(({ key, right }) => (key === 'role-hides' || right === null ? [] : [right]));
    expect(new Set(opening).size).toBe(10);
    const report = entitlements.report({ ...everything, functionRights: [] });
    const withRights = entitlements.report({ ...everything, functionRights: opening });
    expect(withRights.entitlements).toEqual(report.entitlements);
  });
});

describe('findAddOnHint', () => {
  it('has a hint for AI services only', () => {
    expect(addOnKeys.filter((key) => findAddOnHint(key) !== null)).toEqual(['ai']);
  });
});
