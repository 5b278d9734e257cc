import { describe, expect, it } from 'vitest';
import { catalogue, getChildRows, rowsOf } from '../../../../src/licensing/catalogue/catalogue.ts';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import type { Assumptions } from '../../../../src/licensing/entitlements/assumptions.ts';
import { compileRules, type FeatureRule } from '../../../../src/licensing/entitlements/rules.ts';
import { assumptions, ruleOf, rules } from '../fixtures/engine.ts';

/** The features whose rule is so, in catalogue order. */
function featuresWhere(isSo: (rule: FeatureRule) => boolean): readonly FeatureKey[] {
  return [...rules.features.values()].filter(isSo).map(({ feature }) => feature);
}

/** The rules where the assumptions differ in these. */
function rulesBy(changes: Partial<Assumptions>) {
  return compileRules({ ...assumptions, ...changes });
}

describe('compileRules', () => {
  it('has a rule for each of the 62 features, in catalogue order', () => {
    const leaves = catalogue.filter(({ id }) => getChildRows(id).length === 0).map(({ feature }) => feature);
    expect([...rules.features.keys()]).toEqual([...new Set(leaves)]);
    expect(rules.features.size).toBe(62);
  });

  it('has none for a group: it is as good as what is in it', () => {
    const groups = catalogue.filter(({ id }) => getChildRows(id).length > 0);
    expect(groups).toHaveLength(6);
    expect(groups.filter(({ feature }) => rules.features.has(feature))).toEqual([]);
  });

  it('has with each feature all its rows and what is assumed of its modules', () => {
    for (const [feature, rule] of rules.features) {
      expect(rule).toMatchObject({ feature, ...assumptions.modules[feature] });
      expect(rule.rows).toEqual(rowsOf(feature));
    }
  });

  it('keeps the assumptions it was made from', () => {
    expect(rules.assumptions).toBe(assumptions);
  });
});

describe('a user license of the feature’s own', () => {
  it('is none without any user license', () => {
    const without = featuresWhere(({ user }) => user.length === 0);
    expect(without).toContain('rule-based-escalation');
    expect(without.filter((feature) => ruleOf(feature).hasOwnUserLicense)).toEqual([]);
  });

  it('is not one that every plan has, under the features of every plan it is', () => {
    expect(ruleOf('standard-service-reports').user).toEqual(ruleOf('print').user);
    expect(ruleOf('standard-service-reports').hasOwnUserLicense).toBe(false);
    expect(ruleOf('print').hasOwnUserLicense).toBe(true);
  });

  it('is every other', () => {
    expect(featuresWhere(({ user, hasOwnUserLicense }) => user.length > 0 && !hasOwnUserLicense)).toEqual([
      'standard-service-reports',
    ]);
  });

  it('is not one that a lesser tier of the same solution needs', () => {
    const knowing = (user: readonly string[]) => ({
      modules: {
        ...assumptions.modules,
        'knowledge-base': { site: [], user, confidence: 'inferred' },
      } as const,
    });
    const ownOf = (user: readonly string[]) =>
      rulesBy(knowing(user)).features.get('knowledge-base')?.hasOwnUserLicense;
    expect([ownOf(['ej-client']), ownOf(['ej-client', 'faq-cal']), ownOf(['sale-cal'])]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('is one among several, the others in every plan', () => {
    const user = ['report-cal', 'ej-client'];
    const modules = {
      ...assumptions.modules,
      'standard-service-reports': { site: [], user, confidence: 'inferred' },
    } as const;
    const rule = rulesBy({ modules }).features.get('standard-service-reports');
    expect(rule?.hasOwnUserLicense).toBe(true);
  });
});

describe('the licenses that switch a screen on', () => {
  it.each([
    ['quote-management', ['quote-cal']],
    ['sales-guide', ['guide-cal']],
    ['project-management', []],
    ['rule-based-escalation', []],
  ] as const)('of %s are %j', (feature, licenses) => {
    expect(ruleOf(feature).screenLicenses).toEqual(licenses);
  });

  it('are all user licenses but those assumed to be for editing', () => {
    const rule = rulesBy({ editingLicenses: ['quote-cal'] }).features;
    expect(rule.get('quote-management')?.screenLicenses).toEqual([]);
    expect(rule.get('sales-guide')?.screenLicenses).toEqual(['guide-cal', 'sale-cal']);
  });
});

describe('the function rights that hide a feature', () => {
  it.each([
    ['quote-management', ['hide-sale']],
    ['combined-selections', ['hide-selection']],
    ['standard-service-reports', ['hide-reporter']],
    ['mailings', []],
  ] as const)('%s: %j', (feature, rights) => {
    expect(ruleOf(feature).hidingFunctionRights).toEqual(rights);
  });

  it('may be several', () => {
    const hiddenBy = { ...assumptions.hiddenBy, 'hide-quote': ['quote-management'] } as const;
    expect(rulesBy({ hiddenBy }).features.get('quote-management')?.hidingFunctionRights).toEqual([
      'hide-sale',
      'hide-quote',
    ]);
  });
});

describe('the feature that contains another', () => {
  it('is assumed of default tiles alone', () => {
    expect(featuresWhere(({ parentFeature }) => parentFeature !== null)).toEqual([
      'dashboards-default-tiles',
    ]);
    expect(ruleOf('dashboards-default-tiles').parentFeature).toBe('dashboards-custom-tiles');
  });

  it('is none where none is assumed', () => {
    expect(rulesBy({ containedIn: {} }).features.get('dashboards-default-tiles')?.parentFeature).toBeNull();
  });
});

describe('the modules that are known', () => {
  it.each(['sale-cal', 'ten-sales', 'suite2core', 'nebula'])('%s is', (name) => {
    expect(rules.knows(name)).toBe(true);
  });

  it.each(['zeppelin', '?', '', 'constructor'])('%j is not', (name) => {
    expect(rules.knows(name)).toBe(false);
  });

  it('are those an assumption names, too', () => {
    const { modules, addOnModules, suite } = assumptions;
    const { knows } = rulesBy({
      modules: { ...modules, calendar: { site: ['kite'], user: ['kite-cal'], confidence: 'inferred' } },
      addOnModules: { ...addOnModules, cep: ['balloon'] },
      suite: { ...suite, modules: { zeppelin: 'core' } },
    });
    expect(['kite', 'kite-cal', 'balloon', 'zeppelin'].filter((name) => !knows(name))).toEqual([]);
    expect(knows('suite2core')).toBe(false);
  });
});
