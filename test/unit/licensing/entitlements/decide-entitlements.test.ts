import { describe, expect, it } from 'vitest';
import { catalogue, getChildRows } from '../../../../src/licensing/catalogue/catalogue.ts';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import {
  type DecisionContext,
  decideEntitlements,
  undeterminedEntitlements,
} from '../../../../src/licensing/entitlements/decide-entitlements.ts';
import { decideFeature } from '../../../../src/licensing/entitlements/decide-feature.ts';
import type { FeatureState } from '../../../../src/licensing/entitlements/entitlement.ts';
import type { FeatureRule, Rules } from '../../../../src/licensing/entitlements/rules.ts';
import type { LicenseIndex } from '../../../../src/licensing/licenses/license-index.ts';
import type { Upgrade } from '../../../../src/licensing/plans/minimal-upgrades.ts';
import { rules } from '../fixtures/engine.ts';

const emptyIndex: LicenseIndex = {
  site: new Set(),
  siteLicensesKnown: true,
  user: new Set(),
  userLicensesKnown: true,
  plans: [],
  expired: new Map(),
};
const upgrade: Upgrade = { kind: 'suite-plan', plan: 'growth' };

function decide(licenseIndex: Partial<LicenseIndex>, more: Partial<DecisionContext> = {}, by: Rules = rules) {
  const decisionContext: DecisionContext = {
    licenseIndex: { ...emptyIndex, ...licenseIndex },
    plan: null,
    rights: new Set(),
    notices: [],
    decideBy: (given) => (rule) => decideFeature(rule, by, given),
    findUpgrades: () => [upgrade],
    ...more,
  };
  return decideEntitlements(by, decisionContext);
}

/** Returns the rules with one changed rule. */
function changed(feature: FeatureKey, change: Partial<FeatureRule>): Rules {
  const rule = rules.features.get(feature);
  if (rule === undefined) throw new Error(`no rule for ${feature}`);
  return { ...rules, features: new Map([...rules.features, [feature, { ...rule, ...change }]]) };
}

const findEntitlement = (all: ReturnType<typeof decide>, feature: FeatureKey) => {
  const found = all.find((each) => each.feature === feature);
  if (found === undefined) throw new Error(`no row for ${feature}`);
  return found;
};

describe('decideEntitlements and undeterminedEntitlements', () => {
  it('lists the catalogue rows in order, each with its own id even when features repeat', () => {
    const rows = catalogue.map(({ id, feature }) => [id, feature]);
    expect(decide({}).map(({ row, feature }) => [row, feature])).toEqual(rows);
    expect(undeterminedEntitlements(rules).map(({ row, feature }) => [row, feature])).toEqual(rows);
  });

  it('reports every row as unknown and without upgrades for an unknown user', () => {
    for (const each of undeterminedEntitlements(rules)) {
      expect(each).toMatchObject({ state: 'unknown', reason: 'user-unknown', upgrades: [] });
      expect(each.evidence).toEqual([rules.documentation[each.feature]]);
    }
  });

  it('lists upgrades exactly for the features that are locked or view-only', () => {
    for (const { state, upgrades, reason } of decide({ site: new Set(['sale']) })) {
      const advised = state === 'upgrade' || state === 'view-only';
      if (reason !== 'group-of-features') expect([state, upgrades.length > 0]).toEqual([state, advised]);
    }
  });
});

describe('entitlement of a feature group', () => {
  const [group] = catalogue.filter(({ id }) => getChildRows(id).length > 1);
  if (group === undefined) throw new Error('there is no group');
  const children = getChildRows(group.id);

  /** Decides the group when its first features have the given states and the others require an upgrade. */
  function decideGroup(states: readonly FeatureState[]) {
    const stateAt = (index: number) => states[index] ?? 'upgrade';
    const namesWithState = (kind: 'site' | 'user', included: readonly FeatureState[]) =>
      new Set(
        children
          .map((_child, index) => `${kind}-${index}`)
          .filter((_name, index) => included.includes(stateAt(index))),
      );
    const features = new Map(rules.features);
    for (const [index, { feature }] of children.entries()) {
      const hidingFunctionRights = stateAt(index) === 'hidden-by-role' ? ['hide-it'] : [];
      const licenses = {
        site: [`site-${index}`],
        user: [`user-${index}`],
        parentFeature: null,
        hidingFunctionRights,
      };
      features.set(feature, { ...features.get(feature), ...licenses } as FeatureRule);
    }
    const site = namesWithState('site', ['enabled', 'view-only', 'hidden-by-role']);
    const user = namesWithState('user', ['enabled', 'hidden-by-role']);
    const all = decide({ site, user }, { rights: new Set(['hide-it']) }, { ...rules, features });
    return findEntitlement(all, group?.feature as FeatureKey);
  }

  it('a group has the best state of its features and lists the state of each', () => {
    const mixed = decideGroup(['upgrade', 'view-only']);
    expect(mixed).toMatchObject({ state: 'view-only', reason: 'group-of-features', upgrades: [upgrade] });
    expect(decideGroup(['view-only', 'enabled'])).toMatchObject({ state: 'enabled', upgrades: [] });
    expect(decideGroup(['enabled', 'view-only'])).toMatchObject({ state: 'enabled' });
    expect(decideGroup(['upgrade', 'hidden-by-role'])).toMatchObject({
      state: 'hidden-by-role',
      upgrades: [],
    });
    expect(decideGroup(['hidden-by-role', 'view-only'])).toMatchObject({ state: 'view-only' });
    expect(mixed.evidence).toEqual([
      ...children.map(({ id }, index) => ({
        kind: 'feature',
        row: id,
        state: index === 1 ? 'view-only' : 'upgrade',
      })),
      rules.documentation[mixed.feature],
    ]);
  });

  it('a group is unknown when no licenses are known', () => {
    const all = decide({ siteLicensesKnown: false, userLicensesKnown: false });
    expect(findEntitlement(all, group.feature)).toMatchObject({
      state: 'unknown',
      confidence: 'none',
      upgrades: [],
    });
  });
});

describe('evidence of an expired license', () => {
  const feature = 'quote-management';
  const by = changed(feature, { site: ['one', 'other'], user: ['cal'], parentFeature: null });
  const has = { site: new Set(['one', 'other']), user: new Set(['cal']) };
  const findExpirations = (licenseIndex: Partial<LicenseIndex>, more: Partial<DecisionContext> = {}) =>
    findEntitlement(decide({ ...has, ...licenseIndex }, more, by), feature).evidence.filter(
      ({ kind }) => kind === 'license-expired',
    );
  const expiration = (module: string | null, date: string, readOnly = false) => [
    { kind: 'license-expired', module, date, readOnly },
  ];

  it('an expired site license is named only when all its alternatives have expired', () => {
    expect(findExpirations({})).toEqual([]);
    expect(findExpirations({ expired: new Map([['one', '2026-01-01']]) })).toEqual([]);
    const both = new Map([
      ['one', '2026-01-01'],
      ['other', '2026-02-02'],
    ]);
    expect(findExpirations({ expired: both })).toEqual(expiration('one', '2026-01-01'));
    expect(findExpirations({ site: new Set(['other']), expired: both })).toEqual(
      expiration('other', '2026-02-02'),
    );
  });

  it('the evidence names the expired user license, or the expired plan that assigns it', () => {
    expect(findExpirations({ expired: new Map([['cal', '2026-03-03']]) })).toEqual(
      expiration('cal', '2026-03-03'),
    );
    const plans = [{ name: 'ten-sales', description: '', set: ['cal'] }];
    expect(findExpirations({ plans, expired: new Map([['ten-sales', '2026-04-04']]) })).toEqual(
      expiration('ten-sales', '2026-04-04'),
    );
    expect(findExpirations({ expired: new Map([['not-required', '2026-05-05']]) })).toEqual([]);
  });

  it('the evidence names the tenant license before any module, but not while expiry is only near', () => {
    const expired = new Map([['cal', '2026-03-03']]);
    const past = { kind: 'license-expired', date: '2026-06-06', graceDate: null } as const;
    const readOnly = { kind: 'license-read-only', date: '2026-07-07', graceDate: '2026-07-07' } as const;
    const soon = { kind: 'license-expires-soon', date: '2027-01-01', graceDate: null } as const;
    expect(findExpirations({ expired }, { notices: [past] })).toEqual(expiration(null, '2026-06-06'));
    expect(findExpirations({ expired }, { notices: [readOnly] })).toEqual(
      expiration(null, '2026-07-07', true),
    );
    expect(findExpirations({ expired }, { notices: [soon] })).toEqual(expiration('cal', '2026-03-03'));
  });

  it('evidence is omitted for a locked feature without its site license and given for view-only', () => {
    const expired = new Map([['cal', '2026-03-03']]);
    expect(findExpirations({ site: new Set(), expired })).toEqual([]);
    const viewOnly = {
      user: new Set<string>(),
      expired: new Map([
        ['one', '2026-01-01'],
        ['other', '2026-02-02'],
      ]),
    };
    expect(findExpirations(viewOnly)).toEqual(expiration('one', '2026-01-01'));
  });
});
