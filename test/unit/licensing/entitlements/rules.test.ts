import { describe, expect, it } from 'vitest';
import { catalogue, getChildRows, getFeatureRows } from '../../../../src/licensing/catalogue/catalogue.ts';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import type { Assumptions } from '../../../../src/licensing/entitlements/assumptions.ts';
import { compileRules, type FeatureRule } from '../../../../src/licensing/entitlements/rules.ts';
import { assumptions, getRule, rules } from '../fixtures/engine.ts';

/** Returns the features whose rule satisfies a predicate, in catalogue order. */
function featuresWhere(predicate: (rule: FeatureRule) => boolean): readonly FeatureKey[] {
  return [...rules.features.values()].filter(predicate).map(({ feature }) => feature);
}

/** Compiles the rules with changed assumptions. */
function rulesWith(changes: Partial<Assumptions>) {
  return compileRules({ ...assumptions, ...changes });
}

describe('compileRules', () => {
  it('compiles a rule for each of the 62 features, in catalogue order', () => {
    const leaves = catalogue.filter(({ id }) => getChildRows(id).length === 0).map(({ feature }) => feature);
    expect([...rules.features.keys()]).toEqual([...new Set(leaves)]);
    expect(rules.features.size).toBe(62);
  });

  it('compiles no rule for a feature group', () => {
    const groups = catalogue.filter(({ id }) => getChildRows(id).length > 0);
    expect(groups).toHaveLength(6);
    expect(groups.filter(({ feature }) => rules.features.has(feature))).toEqual([]);
  });

  it('gives each feature all its catalogue rows and its assumed modules', () => {
    for (const [feature, rule] of rules.features) {
      expect(rule).toMatchObject({ feature, ...assumptions.modules[feature] });
      expect(rule.rows).toEqual(getFeatureRows(feature));
    }
  });

  it('keeps the assumptions it was compiled from', () => {
    expect(rules.assumptions).toBe(assumptions);
  });
});

describe('hasOwnUserLicense of a feature rule', () => {
  it('is false for a feature without a user license', () => {
    const without = featuresWhere(({ user }) => user.length === 0);
    expect(without).toContain('rule-based-escalation');
    expect(without.filter((feature) => getRule(feature).hasOwnUserLicense)).toEqual([]);
  });

  it('is false for a license that every plan includes, except for a common feature', () => {
    expect(getRule('standard-service-reports').user).toEqual(getRule('print').user);
    expect(getRule('standard-service-reports').hasOwnUserLicense).toBe(false);
    expect(getRule('print').hasOwnUserLicense).toBe(true);
  });

  it('is true for every feature with a user license except the standard service reports', () => {
    expect(featuresWhere(({ user, hasOwnUserLicense }) => user.length > 0 && !hasOwnUserLicense)).toEqual([
      'standard-service-reports',
    ]);
  });

  it('is false for a license that a lower tier of the same solution requires', () => {
    const withKnowledgeBase = (user: readonly string[]) => ({
      modules: {
        ...assumptions.modules,
        'knowledge-base': { site: [], user, confidence: 'inferred' },
      } as const,
    });
    const hasOwnLicense = (user: readonly string[]) =>
      rulesWith(withKnowledgeBase(user)).features.get('knowledge-base')?.hasOwnUserLicense;
    expect([
      hasOwnLicense(['ej-client']),
      hasOwnLicense(['ej-client', 'faq-cal']),
      hasOwnLicense(['sale-cal']),
    ]).toEqual([false, true, true]);
  });

  it('is true when at least one of several licenses is not part of every plan', () => {
    const user = ['report-cal', 'ej-client'];
    const modules = {
      ...assumptions.modules,
      'standard-service-reports': { site: [], user, confidence: 'inferred' },
    } as const;
    const rule = rulesWith({ modules }).features.get('standard-service-reports');
    expect(rule?.hasOwnUserLicense).toBe(true);
  });
});

describe('screenLicenses of a feature rule', () => {
  it.each([
    ['quote-management', ['quote-cal']],
    ['sales-guide', ['guide-cal']],
    ['project-management', []],
    ['rule-based-escalation', []],
  ] as const)('for %s, the licenses are %j', (feature, licenses) => {
    expect(getRule(feature).screenLicenses).toEqual(licenses);
  });

  it('contains all user licenses except those assumed to be for editing', () => {
    const rule = rulesWith({ editingLicenses: ['quote-cal'] }).features;
    expect(rule.get('quote-management')?.screenLicenses).toEqual([]);
    expect(rule.get('sales-guide')?.screenLicenses).toEqual(['guide-cal', 'sale-cal']);
  });
});

describe('hidingFunctionRights of a feature rule', () => {
  it.each([
    ['quote-management', ['hide-sale']],
    ['combined-selections', ['hide-selection']],
    ['knowledge-base', ['hide-service']],
    ['standard-service-reports', []],
    ['mailings', ['hide-marketing']],
    ['mobile-crm', []],
  ] as const)('for %s, the function rights are %j', (feature, rights) => {
    expect(getRule(feature).hidingFunctionRights).toEqual(rights);
  });

  it('may list several function rights for one feature', () => {
    const hiddenBy = { ...assumptions.hiddenBy, 'hide-quote': ['quote-management'] } as const;
    expect(rulesWith({ hiddenBy }).features.get('quote-management')?.hidingFunctionRights).toEqual([
      'hide-sale',
      'hide-quote',
    ]);
  });
});

describe('parentFeature of a feature rule', () => {
  it('is set only for default tiles', () => {
    expect(featuresWhere(({ parentFeature }) => parentFeature !== null)).toEqual([
      'dashboards-default-tiles',
    ]);
    expect(getRule('dashboards-default-tiles').parentFeature).toBe('dashboards-custom-tiles');
  });

  it('is null when the assumptions name no parent feature', () => {
    expect(rulesWith({ containedIn: {} }).features.get('dashboards-default-tiles')?.parentFeature).toBeNull();
  });
});

describe('known modules', () => {
  it.each(['sale-cal', 'ten-sales', 'suite2core', 'nebula'])('include %s', (name) => {
    expect(rules.isKnownModule(name)).toBe(true);
  });

  it.each(['zeppelin', '?', '', 'constructor'])('do not include %j', (name) => {
    expect(rules.isKnownModule(name)).toBe(false);
  });

  it('include every module that the assumptions name', () => {
    const { modules, addOnModules, suite } = assumptions;
    const { isKnownModule } = rulesWith({
      modules: { ...modules, calendar: { site: ['kite'], user: ['kite-cal'], confidence: 'inferred' } },
      addOnModules: { ...addOnModules, cep: ['balloon'] },
      suite: { ...suite, modules: { zeppelin: 'core' } },
    });
    expect(['kite', 'kite-cal', 'balloon', 'zeppelin'].filter((name) => !isKnownModule(name))).toEqual([]);
    expect(isKnownModule('suite2core')).toBe(false);
  });
});
