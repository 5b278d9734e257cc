import { describe, expect, it } from 'vitest';
import { catalogue, childrenOf } from '../../../../src/licensing/catalogue/catalogue.ts';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import {
  type Circumstances,
  decideEntitlements,
  undecidedEntitlements,
} from '../../../../src/licensing/entitlements/decide-entitlements.ts';
import type { FeatureState } from '../../../../src/licensing/entitlements/entitlement.ts';
import type { FeatureRule, Rules } from '../../../../src/licensing/entitlements/rules.ts';
import type { LicenseLookup } from '../../../../src/licensing/licenses/license-index.ts';
import type { Upgrade } from '../../../../src/licensing/plans/minimal-upgrades.ts';
import { rules } from '../fixtures/engine.ts';

const nothing: LicenseLookup = {
  site: new Set(),
  siteTold: true,
  user: new Set(),
  userTold: true,
  plans: [],
  lapsed: new Map(),
};
const upgrade: Upgrade = { kind: 'suite-plan', plan: 'growth', perhapsFrom: null };

function decide(lookup: Partial<LicenseLookup>, more: Partial<Circumstances> = {}, by: Rules = rules) {
  const circumstances: Circumstances = {
    lookup: { ...nothing, ...lookup },
    plan: null,
    rights: new Set(),
    notices: [],
    upgradesTo: () => [upgrade],
    ...more,
  };
  return decideEntitlements(by, circumstances);
}

/** The rules with one of them changed. */
function changed(feature: FeatureKey, change: Partial<FeatureRule>): Rules {
  const rule = rules.features.get(feature);
  if (rule === undefined) throw new Error(`no rule for ${feature}`);
  return { ...rules, features: new Map([...rules.features, [feature, { ...rule, ...change }]]) };
}

const ofFeature = (all: ReturnType<typeof decide>, feature: FeatureKey) => {
  const found = all.find((each) => each.feature === feature);
  if (found === undefined) throw new Error(`${feature} is in no row`);
  return found;
};

describe('the rows of one user', () => {
  it('are the catalogue’s, in its order, each with its own id though features repeat', () => {
    const rows = catalogue.map(({ id, feature }) => [id, feature]);
    expect(decide({}).map(({ row, feature }) => [row, feature])).toEqual(rows);
    expect(undecidedEntitlements().map(({ row, feature }) => [row, feature])).toEqual(rows);
  });

  it('of whom nothing is known are unknown, without advice', () => {
    for (const each of undecidedEntitlements()) {
      expect(each).toMatchObject({ state: 'unknown', reason: 'user-unknown', evidence: [], upgrades: [] });
    }
  });

  it('have advice only where an upgrade would change something', () => {
    for (const { state, upgrades, reason } of decide({ site: new Set(['sale']) })) {
      const advised = state === 'upgrade' || state === 'view-only';
      if (reason !== 'group-of-features') expect([state, upgrades.length > 0]).toEqual([state, advised]);
    }
  });
});

describe('a group', () => {
  const [group] = catalogue.filter(({ id }) => childrenOf(id).length > 1);
  if (group === undefined) throw new Error('there is no group');
  const children = childrenOf(group.id);

  /** The group's entitlement where its first features are in these states and the rest need an upgrade. */
  function groupOf(states: readonly FeatureState[]) {
    const stateAt = (index: number) => states[index] ?? 'upgrade';
    const having = (kind: 'site' | 'user', wanted: readonly FeatureState[]) =>
      new Set(
        children
          .map((_child, index) => `${kind}-${index}`)
          .filter((_name, index) => wanted.includes(stateAt(index))),
      );
    const features = new Map(rules.features);
    for (const [index, { feature }] of children.entries()) {
      const hidingRights = stateAt(index) === 'hidden-by-role' ? ['hide-it'] : [];
      const licenses = { site: [`site-${index}`], user: [`user-${index}`], container: null, hidingRights };
      features.set(feature, { ...features.get(feature), ...licenses } as FeatureRule);
    }
    const site = having('site', ['enabled', 'view-only', 'hidden-by-role']);
    const user = having('user', ['enabled', 'hidden-by-role']);
    const all = decide({ site, user }, { rights: new Set(['hide-it']) }, { ...rules, features });
    return ofFeature(all, group?.feature as FeatureKey);
  }

  it('is as good as the best in it, and tells the state of each', () => {
    const mixed = groupOf(['upgrade', 'view-only']);
    expect(mixed).toMatchObject({ state: 'view-only', reason: 'group-of-features', upgrades: [upgrade] });
    expect(groupOf(['view-only', 'enabled'])).toMatchObject({ state: 'enabled', upgrades: [] });
    expect(groupOf(['enabled', 'view-only'])).toMatchObject({ state: 'enabled' });
    expect(groupOf(['upgrade', 'hidden-by-role'])).toMatchObject({ state: 'hidden-by-role', upgrades: [] });
    expect(groupOf(['hidden-by-role', 'view-only'])).toMatchObject({ state: 'view-only' });
    expect(mixed.evidence).toEqual(
      children.map(({ id }, index) => ({
        kind: 'feature',
        row: id,
        state: index === 1 ? 'view-only' : 'upgrade',
      })),
    );
  });

  it('is unknown for whom nothing is told', () => {
    const all = decide({ siteTold: false, userTold: false });
    expect(ofFeature(all, group.feature)).toMatchObject({
      state: 'unknown',
      confidence: 'none',
      upgrades: [],
    });
  });
});

describe('a license that lapsed', () => {
  const feature = 'quote-management';
  const by = changed(feature, { site: ['one', 'other'], user: ['cal'], container: null });
  const has = { site: new Set(['one', 'other']), user: new Set(['cal']) };
  const lapsesOf = (lookup: Partial<LicenseLookup>, more: Partial<Circumstances> = {}) =>
    ofFeature(decide({ ...has, ...lookup }, more, by), feature).evidence.filter(
      ({ kind }) => kind === 'license-lapsed',
    );
  const lapse = (module: string | null, date: string, readOnly = false) => [
    { kind: 'license-lapsed', module, date, readOnly },
  ];

  it('is said of the one that was granted, and of alternatives only when none counts', () => {
    expect(lapsesOf({})).toEqual([]);
    expect(lapsesOf({ lapsed: new Map([['one', '2026-01-01']]) })).toEqual([]);
    const both = new Map([
      ['one', '2026-01-01'],
      ['other', '2026-02-02'],
    ]);
    expect(lapsesOf({ lapsed: both })).toEqual(lapse('one', '2026-01-01'));
    expect(lapsesOf({ site: new Set(['other']), lapsed: both })).toEqual(lapse('other', '2026-02-02'));
  });

  it('is said of the user’s own and of the plan that assigns it', () => {
    expect(lapsesOf({ lapsed: new Map([['cal', '2026-03-03']]) })).toEqual(lapse('cal', '2026-03-03'));
    const plans = [{ name: 'ten-sales', description: '', set: ['cal'] }];
    expect(lapsesOf({ plans, lapsed: new Map([['ten-sales', '2026-04-04']]) })).toEqual(
      lapse('ten-sales', '2026-04-04'),
    );
    expect(lapsesOf({ lapsed: new Map([['of-nobody', '2026-05-05']]) })).toEqual([]);
  });

  it('is said of the whole tenant before any module, and not while it is only near', () => {
    const lapsed = new Map([['cal', '2026-03-03']]);
    const expired = { kind: 'license-expired', date: '2026-06-06', graceDate: null } as const;
    const readOnly = { kind: 'license-read-only', date: '2026-07-07', graceDate: '2026-07-07' } as const;
    const soon = { kind: 'license-expires-soon', date: '2027-01-01', graceDate: null } as const;
    expect(lapsesOf({ lapsed }, { notices: [expired] })).toEqual(lapse(null, '2026-06-06'));
    expect(lapsesOf({ lapsed }, { notices: [readOnly] })).toEqual(lapse(null, '2026-07-07', true));
    expect(lapsesOf({ lapsed }, { notices: [soon] })).toEqual(lapse('cal', '2026-03-03'));
  });

  it('is no matter where the feature is not to be had anyway', () => {
    const lapsed = new Map([['cal', '2026-03-03']]);
    expect(lapsesOf({ site: new Set(), lapsed })).toEqual([]);
    const viewOnly = {
      user: new Set<string>(),
      lapsed: new Map([
        ['one', '2026-01-01'],
        ['other', '2026-02-02'],
      ]),
    };
    expect(lapsesOf(viewOnly)).toEqual(lapse('one', '2026-01-01'));
  });
});
