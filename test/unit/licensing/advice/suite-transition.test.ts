import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSuiteTarget } from '../../../../src/licensing/advice/suite-target.ts';
import {
  type CurrentReport,
  changesOnSuite as changesByRules,
  type FeatureChange,
  type FeatureTransition,
  suiteTransition as transitionByRules,
} from '../../../../src/licensing/advice/suite-transition.ts';
import { catalogue, getChildRows } from '../../../../src/licensing/catalogue/catalogue.ts';
import { findPlanModule } from '../../../../src/licensing/catalogue/plan-modules.ts';
import { tierRank } from '../../../../src/licensing/catalogue/solutions.ts';
import { type SuitePlan, suitePlans } from '../../../../src/licensing/catalogue/suite-plans.ts';
import { type UserPlan, userPlans } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { FeatureState } from '../../../../src/licensing/entitlements/entitlement.ts';
import type { EntitlementReport } from '../../../../src/licensing/entitlements/entitlement-report.ts';
import type { TenantLicenses, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { scaleRuns } from '../../../support/long-form.ts';
import { assumptions, reportEntitlements, rules } from '../fixtures/engine.ts';
import {
  grantedLicense,
  moduleLicense,
  publishedTenant,
  tenantWith,
  userWith,
  userWithPlan,
} from '../fixtures/tenants.ts';

const premium = publishedTenant('premium');
const essential = publishedTenant('essential');
const suite = publishedTenant('suite-core');

function report(tenant: TenantLicenses | null, user: UserLicenses | null): EntitlementReport {
  return reportEntitlements({ tenant, user, today: '2026-12-01' });
}

function changesOnSuite(today: CurrentReport, plan: SuitePlan) {
  return changesByRules(rules, today, plan);
}

function suiteTransition(assignedPlans: readonly (DetectedPlan | null)[], today: CurrentReport) {
  return transitionByRules(rules, findSuiteTarget(assignedPlans), today);
}

function listRows(changes: readonly FeatureTransition[], change: FeatureChange): string {
  return changes.flatMap((each) => (each.change === change ? [each.row] : [])).join(' ');
}

function findRow(changes: readonly FeatureTransition[], row: string) {
  return changes.find((each) => each.row === row);
}

const salesEssential = report(essential, userWithPlan(essential, 'ten-sales'));
const salesPremium = report(premium, userWithPlan(premium, 'ten-sales'));
const marketingPremium = report(premium, userWithPlan(premium, 'ten-marketing'));
const withoutPlan = report(premium, userWithPlan(premium, null));
const unknownUser = report(premium, null);
const suiteCore = report(suite, userWithPlan(suite, null));

// The 20 common features; C1, C6, C10, C15, C19 and C24 are groups.
const common = 'C2 C3 C4 C5 C7 C8 C9 C11 C12 C13 C14 C16 C17 C18 C20 C21 C22 C23 C25 C26';
const forms = 'MaE13 MaE14 MaE15 MaE16 MaE17 MaE18 MaE19';
const mailings = 'MaE1 MaE2 MaE3 MaE4 MaE5 MaE6 MaE7 MaE8 MaE9 MaE11 MaE12';

describe('Suite transition for users of the published tenants', () => {
  it('Sales Essential on Core: requests, projects, guide and tiles are gained, combined selections are lost', () => {
    const changes = changesOnSuite(salesEssential, 'core');
    expect(listRows(changes, 'kept')).toBe(`${common} SaE1 SaE2 SaE3 SaE4 SaE5`);
    expect(listRows(changes, 'gained')).toBe('SaP1 SaP3 SaP8 SvE1 SvE2 SvE3 SvE4 SvP2');
    expect(listRows(changes, 'unknown')).toBe('SvE5');
    expect(listRows(changes, 'still-missing')).toBe(
      `SaP2 SaP4 SaP5 SaP6 SaP9 SvP1 SvP3 SvP4 ${mailings} ${forms} MaP1`,
    );
    expect(listRows(changes, 'limited')).toBe('');
    // Combined selections were view-only.
    expect(listRows(changes, 'lost')).toBe('SaP7');
  });

  it('Sales Essential on Starter: dashboards are limited, custom fields and Mobile CRM are lost', () => {
    const changes = changesOnSuite(salesEssential, 'starter');
    expect(listRows(changes, 'limited')).toBe('C25 SaE3');
    // Custom tiles and combined selections were view-only; Starter has neither.
    expect(listRows(changes, 'lost')).toBe('C4 C9 SaP3 SaP7');
    expect(listRows(changes, 'gained')).toBe('SvE1 SvE2 SvE3 SvP2');
  });

  it('Sales Premium on Growth: all enabled features are kept and view-only marketing flows are lost', () => {
    const changes = changesOnSuite(salesPremium, 'growth');
    expect(listRows(changes, 'kept')).toBe(
      `${common} SaE1 SaE2 SaE3 SaE4 SaE5 SaP1 SaP2 SaP3 SaP4 SaP5 SaP6 SaP7 SaP8 SaP9 ${forms}`,
    );
    expect(listRows(changes, 'gained')).toBe(`SvE1 SvE2 SvE3 SvE4 SvP1 SvP2 SvP3 SvP4 ${mailings}`);
    expect(listRows(changes, 'lost')).toBe('MaP1');
    expect(findRow(changes, 'MaP1')).toMatchObject({ today: { state: 'view-only' }, confidence: 'inferred' });
  });

  it('Marketing Premium on Plus: flows are limited to 10 and everything else is kept or gained', () => {
    const changes = changesOnSuite(marketingPremium, 'plus');
    expect(listRows(changes, 'limited')).toBe('MaP1');
    expect(findRow(changes, 'MaP1')).toEqual({
      feature: 'marketing-automation',
      row: 'MaP1',
      change: 'limited',
      reason: 'suite-plan-limits',
      limit: { name: 'active-marketing-flows', maximum: 10, confidence: 'documented' },
      today: { state: 'enabled', reason: 'granted' },
      confidence: 'published',
    });
    const others = changes.filter(({ change }) => !['kept', 'limited', 'gained'].includes(change));
    expect(others.map(({ row, change }) => [row, change])).toEqual([['SvE5', 'unknown']]);
  });

  it('Marketing Premium on Super: no feature is limited', () => {
    expect(listRows(changesOnSuite(marketingPremium, 'super'), 'limited')).toBe('');
  });
});

describe('Suite transition of one feature', () => {
  it.each([
    [
      'project-management',
      'Sales Premium',
      salesPremium,
      'SaP8',
      'core',
      'limited',
      'suite-plan-limits',
      100,
    ],
    [
      'project-management',
      'Sales Premium',
      salesPremium,
      'SaP8',
      'growth',
      'kept',
      'suite-plan-includes',
      null,
    ],
    [
      'project-management',
      'Sales Premium',
      salesPremium,
      'SaP8',
      'starter',
      'lost',
      'suite-plan-lacks',
      null,
    ],
    [
      'project-management',
      'Sales Essential',
      salesEssential,
      'SaP8',
      'core',
      'gained',
      'suite-plan-includes',
      100,
    ],
    ['SAINT', 'Sales Premium', salesPremium, 'SaP6', 'core', 'lost', 'suite-plan-lacks', null],
    ['SAINT', 'Sales Premium', salesPremium, 'SaP6', 'growth', 'kept', 'suite-plan-includes', null],
    ['quotes', 'Sales Premium', salesPremium, 'SaP9', 'core', 'lost', 'suite-plan-lacks', null],
    ['quotes', 'Sales Premium', salesPremium, 'SaP9', 'starter', 'lost', 'suite-plan-lacks', null],
    ['custom tiles', 'Sales Premium', salesPremium, 'SaP3', 'core', 'kept', 'suite-plan-includes', null],
    ['flows', 'Marketing Premium', marketingPremium, 'MaP1', 'growth', 'lost', 'suite-plan-lacks', null],
    ['flows', 'Sales Premium', salesPremium, 'MaP1', 'plus', 'gained', 'suite-plan-includes', 10],
    ['flows', 'Sales Essential', salesEssential, 'MaP1', 'growth', 'still-missing', 'suite-plan-lacks', null],
    ['charts', 'Sales Essential', salesEssential, 'C25', 'starter', 'limited', 'suite-plan-limits', 3],
    [
      'sales',
      'Marketing Premium',
      marketingPremium,
      'SaE1',
      'starter',
      'gained',
      'suite-plan-includes',
      null,
    ],
    ['projects', 'a user without plan', withoutPlan, 'SaP8', 'core', 'unknown', 'seat-unknown', 100],
    [
      'projects',
      'a user without plan',
      withoutPlan,
      'SaP8',
      'starter',
      'still-missing',
      'suite-plan-lacks',
      null,
    ],
    ['projects', 'an unknown user', unknownUser, 'SaP8', 'growth', 'unknown', 'today-unknown', null],
    ['projects', 'an unknown user', unknownUser, 'SaP8', 'starter', 'unknown', 'today-unknown', null],
    ['quotes', 'an unknown user', unknownUser, 'SaP9', 'core', 'unknown', 'today-unknown', null],
  ] as const)(
    'determines the change of %s for %s (%#)',
    (_feature, _who, today, row, plan, change, reason, maximum) => {
      const found = findRow(changesOnSuite(today, plan), row);
      expect(found).toMatchObject({ change, reason });
      expect(found?.limit?.maximum ?? null).toBe(maximum);
    },
  );

  it('is unknown when the current state of the feature is unknown', () => {
    const unclear = tenantWith(
      moduleLicense({ name: 'ten-sales', description: 'Sales', scope: 'user', extraFlags: 1 }),
    );
    const user = userWith(grantedLicense({ name: 'ten-sales', description: 'Sales', extraFlags: 1 }));
    const changes = changesOnSuite(report(unclear, user), 'growth');
    expect(findRow(changes, 'SaP2')).toMatchObject({
      change: 'unknown',
      reason: 'today-unknown',
      today: { state: 'unknown', reason: 'tier-unknown' },
      confidence: 'none',
    });
  });

  it('treats a feature hidden by the role like an enabled one', () => {
    const user = { ...userWithPlan(premium, 'ten-sales'), functionRights: ['hide-project'] };
    const hidden = report(premium, user);
    expect(findRow(changesOnSuite(hidden, 'growth'), 'SaP8')).toMatchObject({
      change: 'kept',
      today: { state: 'hidden-by-role', reason: 'hidden-by-function-right' },
      confidence: 'inferred',
    });
    expect(findRow(changesOnSuite(hidden, 'core'), 'SaP8')?.change).toBe('limited');
    expect(findRow(changesOnSuite(hidden, 'starter'), 'SaP8')?.change).toBe('lost');
  });

  const viewOnlyReport = (row: string, name: string) => {
    const tenant = tenantWith(...essential.modules, moduleLicense({ name }));
    const today = report(tenant, userWithPlan(tenant, 'ten-sales'));
    expect(today.entitlements.find((each) => each.row === row)).toMatchObject({ state: 'view-only' });
    return today;
  };

  it('reports an unlicensed feature hidden by the role as gained, with both facts as the reason', () => {
    const tenant = tenantWith(...essential.modules, moduleLicense({ name: 'project' }));
    const user = { ...userWithPlan(tenant, 'ten-sales'), functionRights: ['hide-project'] };
    expect(findRow(changesOnSuite(report(tenant, user), 'core'), 'SaP8')).toMatchObject({
      change: 'gained',
      today: { state: 'upgrade', reason: 'not-licensed-and-hidden-by-role' },
      confidence: 'inferred',
    });
  });

  it.each([
    ['documented state and published inclusion', salesPremium, 'SaP8', 'growth', 'kept', 'published'],
    ['documented state and published exclusion', salesPremium, 'SaP6', 'core', 'lost', 'published'],
    ['published state and inferred inclusion', marketingPremium, 'MaE2', 'growth', 'kept', 'inferred'],
    ['inferred state and published inclusion', salesPremium, 'MaE14', 'super', 'kept', 'inferred'],
    [
      'view-only feature that is gained',
      viewOnlyReport('SaP8', 'project'),
      'SaP8',
      'core',
      'gained',
      'published',
    ],
    [
      'view-only feature that is lost',
      viewOnlyReport('SaP8', 'project'),
      'SaP8',
      'starter',
      'lost',
      'inferred',
    ],
    ['unknown state', unknownUser, 'SaP8', 'growth', 'unknown', 'none'],
  ] as const)(
    'has the lower confidence of the current state and the Suite plan: %s',
    (_case, today, row, plan, change, confidence) => {
      expect(findRow(changesOnSuite(today, plan), row)).toMatchObject({ change, confidence });
    },
  );

  it('keeps its confidence when all possible target plans agree on the change', () => {
    const { target, changes } = suiteTransition([salesPremium.plan, null], viewOnlyReport('SaP8', 'project'));
    expect(target).toMatchObject({ kind: 'range', atLeast: 'growth', atMost: 'plus' });
    expect(findRow(changes, 'SaP8')).toMatchObject({ change: 'gained', confidence: 'published' });
    expect(findRow(changes, 'MaE2')).toMatchObject({ change: 'gained', confidence: 'inferred' });
  });
});

describe('transition from one Suite plan to another', () => {
  it('does not report an existing limit as a new one', () => {
    expect(findRow(changesOnSuite(suiteCore, 'core'), 'SaP8')).toMatchObject({
      change: 'kept',
      limit: { maximum: 100 },
    });
    expect(findRow(changesOnSuite(suiteCore, 'growth'), 'SaP8')).toMatchObject({
      change: 'kept',
      limit: null,
    });
  });

  it('limits an unlimited feature on a lower plan', () => {
    expect(findRow(changesOnSuite(suiteCore, 'starter'), 'C25')).toMatchObject({
      change: 'limited',
      limit: { name: 'dashboards', maximum: 3 },
    });
    expect(findRow(changesOnSuite(suiteCore, 'starter'), 'SaP8')?.change).toBe('lost');
  });
});

describe('suiteTransition', () => {
  it('moves the user to the plan that the highest tier in the tenant leads to', () => {
    const { target, changes } = suiteTransition([salesEssential.plan], salesEssential);
    expect(target).toMatchObject({ kind: 'plan', plan: 'core' });
    expect(changes).toEqual(changesOnSuite(salesEssential, 'core'));
    const withMarketingUser = suiteTransition([salesEssential.plan, marketingPremium.plan], salesEssential);
    expect(withMarketingUser.target).toMatchObject({ kind: 'plan', plan: 'plus' });
    expect(withMarketingUser.changes).toEqual(changesOnSuite(salesEssential, 'plus'));
  });

  it('leaves a feature unknown when the possible target plans treat it differently', () => {
    const { target, changes } = suiteTransition([salesEssential.plan, null], salesEssential);
    expect(target).toEqual({ kind: 'range', atLeast: 'core', atMost: 'plus', unknown: [{ kind: 'plan' }] });
    // The same on Core and Plus:
    expect(findRow(changes, 'SaE1')).toEqual(findRow(changesOnSuite(salesEssential, 'core'), 'SaE1'));
    expect(findRow(changes, 'SvE1')?.change).toBe('gained');
    // Gained in both cases, but with a limit of 100 or without a limit:
    expect(findRow(changes, 'SaP8')).toMatchObject({
      change: 'unknown',
      reason: 'target-unknown',
      limit: null,
      confidence: 'none',
    });
    // Gained only on Plus:
    expect(findRow(changes, 'MaE1')).toMatchObject({ change: 'unknown', reason: 'target-unknown' });
    expect(findRow(changes, 'MaP1')).toMatchObject({
      change: 'unknown',
      reason: 'target-unknown',
      limit: null,
    });
  });

  it('returns no changes when there is nothing to migrate', () => {
    expect(suiteTransition([suiteCore.plan], suiteCore)).toEqual({
      target: { kind: 'on-suite', plan: 'core' },
      changes: [],
    });
    expect(suiteTransition([withoutPlan.plan], withoutPlan)).toEqual({
      target: { kind: 'no-assigned-plan' },
      changes: [],
    });
  });

  it('reports an old plan without a published target as unknown', () => {
    const plan = { name: 'superlicense-complete', description: 'Complete CRM User', extraFlags: 1 };
    const tenant = tenantWith(moduleLicense({ ...plan, scope: 'user', extraInfo: 'set=user,web,sale-cal' }));
    const today = report(tenant, userWithPlan(tenant, 'superlicense-complete'));
    const { target, changes } = suiteTransition([today.plan], today);
    expect(target).toEqual({
      kind: 'range',
      atLeast: 'starter',
      atMost: 'plus',
      unknown: [{ kind: 'old-plan', module: 'superlicense-complete' }],
    });
    expect(changes).toHaveLength(62);
    expect(findRow(changes, 'SaP8')?.change).toBe('unknown');
  });
});

describe('Suite transition properties', () => {
  const runs = { numRuns: scaleRuns(2_000) };
  const features = catalogue.filter(({ id }) => getChildRows(id).length === 0);
  const site = [...new Set(catalogue.flatMap(({ feature }) => assumptions.modules[feature].site))].map(
    (name) => moduleLicense({ name }),
  );

  // A user with the user licenses of all rows of a plan, in a tenant with every site license.
  function createPlanReport({ tiers, label }: UserPlan): EntitlementReport {
    const contained = features.filter(
      ({ solution, tier }) => tier === 'common' || tierRank(tiers[solution]) >= tierRank(tier),
    );
    const set = new Set([
      'user',
      'web',
      ...contained.flatMap(({ feature }) => assumptions.modules[feature].user),
    ]);
    const name = findPlanModule(tiers) ?? '';
    const row = { name, description: label, extraFlags: 1, extraInfo: `set=${[...set].join(',')}` };
    const tenant = tenantWith(...site, moduleLicense({ ...row, scope: 'user' }));
    return report(tenant, userWithPlan(tenant, name));
  }

  const planReports = userPlans.map(createPlanReport);
  const grants = fc
    .subarray([...rules.features.values()].flatMap(({ site, user }) => [...site, ...user]))
    .map((names) => userWith(...names.map((name) => grantedLicense({ name }))));
  const anyReport = fc.oneof(
    fc.constantFrom(
      ...planReports,
      salesEssential,
      salesPremium,
      marketingPremium,
      withoutPlan,
      unknownUser,
      suiteCore,
    ),
    fc.tuple(fc.constantFrom(premium, essential, null), grants).map(([tenant, user]) => report(tenant, user)),
  );

  it('decides each of the 62 features once, in catalogue order', () => {
    fc.assert(
      fc.property(anyReport, fc.constantFrom(...suitePlans), (today, plan) => {
        const rows = changesOnSuite(today, plan).map(({ row }) => row);
        const order = features.map(({ id }) => id).filter((id) => rows.includes(id));
        expect(rows).toEqual(order);
        expect(new Set(changesOnSuite(today, plan).map(({ feature }) => feature)).size).toBe(62);
        expect(rows).toHaveLength(62);
      }),
      runs,
    );
  });

  const allowedOnHigherPlan: Readonly<Record<FeatureChange, readonly FeatureChange[]>> = {
    kept: ['kept'],
    limited: ['limited', 'kept'],
    gained: ['gained'],
    lost: ['lost', 'unknown', 'limited', 'kept', 'gained'],
    'still-missing': ['still-missing', 'unknown', 'gained'],
    unknown: ['unknown', 'kept', 'limited', 'gained'],
  };
  const getMaximum = (transition: FeatureTransition) => transition.limit?.maximum ?? Number.POSITIVE_INFINITY;
  const enabledChanges: readonly FeatureChange[] = ['kept', 'limited', 'gained'];

  function isBetter(lower: FeatureTransition, higher: FeatureTransition | undefined): boolean {
    if (higher === undefined || !allowedOnHigherPlan[lower.change].includes(higher.change)) return false;
    return !enabledChanges.includes(lower.change) || getMaximum(higher) >= getMaximum(lower);
  }

  it('a higher plan never takes away a feature or sets a lower limit', () => {
    fc.assert(
      fc.property(anyReport, fc.nat({ max: 3 }), (today, at) => {
        const [lower, higher] = suitePlans.slice(at, at + 2).map((plan) => changesOnSuite(today, plan));
        expect((lower ?? []).filter((each, index) => !isBetter(each, higher?.[index]))).toEqual([]);
      }),
      runs,
    );
  });

  const possibleStates: Readonly<Record<FeatureChange, readonly FeatureState[]>> = {
    kept: ['enabled', 'hidden-by-role'],
    limited: ['enabled', 'hidden-by-role'],
    gained: ['view-only', 'upgrade'],
    lost: ['enabled', 'view-only', 'hidden-by-role'],
    'still-missing': ['upgrade'],
    unknown: ['enabled', 'view-only', 'hidden-by-role', 'upgrade', 'unknown'],
  };

  function isSound({ change, today, limit, confidence }: FeatureTransition): boolean {
    if (limit?.maximum === 0 || (change === 'limited' && limit === null)) return false;
    return possibleStates[change].includes(today.state) && (change === 'unknown') === (confidence === 'none');
  }

  it('every change fits the current state, has no limit of 0, and lacks confidence only if unknown', () => {
    fc.assert(
      fc.property(anyReport, fc.constantFrom(...suitePlans), (today, plan) => {
        expect(changesOnSuite(today, plan).filter((each) => !isSound(each))).toEqual([]);
      }),
      runs,
    );
  });

  it.each(planReports)(
    'the published table never takes an enabled feature from a user of its plan (%#)',
    (today) => {
      const { target, changes } = suiteTransition([today.plan], today);
      expect(target.kind).toBe('plan');
      expect(
        changes.filter(({ change, today: before }) => change === 'lost' && before.state === 'enabled'),
      ).toEqual([]);
      expect(
        listRows(changes, 'unknown')
          .split(' ')
          .filter((row) => row.startsWith('C')),
      ).toEqual([]);
    },
  );

  it('changes reported for an undetermined target hold for every possible plan', () => {
    fc.assert(
      fc.property(anyReport, fc.constantFrom(...planReports), (today, other) => {
        const { target, changes } = suiteTransition([other.plan, null], today);
        if (target.kind !== 'range') return;
        const [from, to] = [target.atLeast, target.atMost].map((plan) => suitePlans.indexOf(plan));
        const certain = changes.filter(({ change }) => change !== 'unknown');
        for (const plan of suitePlans.slice(from, (to ?? 0) + 1)) {
          const onPlan = changesOnSuite(today, plan).filter(({ row }) => findRow(certain, row) !== undefined);
          expect(onPlan.map(({ change, limit }) => ({ change, limit }))).toEqual(
            certain.map(({ change, limit }) => ({ change, limit })),
          );
        }
      }),
      { numRuns: 500 },
    );
  });
});
