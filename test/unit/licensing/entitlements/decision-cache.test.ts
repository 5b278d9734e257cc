import { describe, expect, it } from 'vitest';
import { planKeys } from '../../../../src/licensing/catalogue/user-plans.ts';
import { decideAddOns } from '../../../../src/licensing/entitlements/add-ons.ts';
import { decideFeature } from '../../../../src/licensing/entitlements/decide-feature.ts';
import type { LicensesAndPlan } from '../../../../src/licensing/entitlements/decision-cache.ts';
import { decideNewerFeatures } from '../../../../src/licensing/entitlements/newer-features.ts';
import { compileRules, type LicenseNames, type Rules } from '../../../../src/licensing/entitlements/rules.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { assignedPlan } from '../fixtures/assigned-plans.ts';
import { assumptions } from '../fixtures/engine.ts';

const plans: readonly (DetectedPlan | null)[] = [
  null,
  { kind: 'no-plan', module: null },
  { kind: 'suite', plan: null, by: { step: 'description', text: '' } },
  { kind: 'suite', plan: 'growth', by: { step: 'description', text: '' } },
  ...planKeys.map(assignedPlan),
];

/** A set that has those for which `has` returns true and notes every name that it is asked for. */
class AskedNames extends Set<string> {
  readonly asked = new Set<string>();
  private readonly isThere: (name: string) => boolean;
  constructor(isThere: (name: string) => boolean) {
    super();
    this.isThere = isThere;
  }
  override has(name: string): boolean {
    this.asked.add(name);
    return this.isThere(name);
  }
  override [Symbol.iterator](): never {
    throw new Error('a decision that goes through all licenses looks at each of them');
  }
}

/** Decides with all licenses, with none, with each alone and with all others. @returns the names that `looksAt` lacks */
function findOthers({ site, user }: LicenseNames, decide: (given: LicensesAndPlan) => void): string[] {
  const alone = [...site, ...user].map((one) => (name: string) => name === one);
  const presences = [() => true, () => false, ...alone, ...alone.map((is) => (name: string) => !is(name))];
  const others = presences.flatMap((isThere) => {
    const [asked, askedOfUser] = [new AskedNames(isThere), new AskedNames(isThere)];
    for (const isKnown of [true, false]) {
      const known = { siteLicensesKnown: isKnown, userLicensesKnown: isKnown };
      const licenseIndex = { site: asked, user: askedOfUser, ...known, plans: [], expired: new Map() };
      for (const plan of plans) decide({ licenseIndex, plan });
    }
    return [
      ...[...asked.asked].filter((name) => !site.includes(name)),
      ...[...askedOfUser.asked].filter((name) => !user.includes(name)),
    ];
  });
  return [...new Set(others)];
}

const [withParent = ''] = Object.keys(assumptions.containedIn);
const changed = compileRules({
  ...assumptions,
  // As an operator's own file may name them.
  modules: {
    ...assumptions.modules,
    [withParent]: { site: ['own-site'], user: ['own-user'], confidence: 'confirmed' },
  },
  addOnModules: { ...assumptions.addOnModules, cep: ['own-add-on', 'other-add-on'] },
});

describe.each<[string, Rules]>([
  ['the shipped assumptions', compileRules(assumptions)],
  ['assumptions of an operator', changed],
])('looksAt of the rules with %s', (_which, rules) => {
  it('names every license that the decision on a feature asks for, so that equal ones may be shared', () => {
    const others = [...rules.features.values()].flatMap((rule) =>
      findOthers(rule.looksAt, (given) => decideFeature(rule, rules, given)).map(
        (name) => `${rule.feature}: ${name}`,
      ),
    );
    expect(others).toEqual([]);
  });

  it('names every license that the decisions on a user ask for', () => {
    const { addOnModules } = rules.assumptions;
    const others = findOthers(rules.looksAt, (given) => {
      decideNewerFeatures(given, addOnModules);
      decideAddOns(given.licenseIndex, given.plan, addOnModules);
    });
    expect(others).toEqual([]);
    for (const { looksAt } of rules.features.values()) {
      expect(rules.looksAt.site).toEqual(expect.arrayContaining([...looksAt.site]));
      expect(rules.looksAt.user).toEqual(expect.arrayContaining([...looksAt.user]));
    }
  });
});
