import { findPlanFeatures, type PlanFeatures, reportOnHeldPlan } from './advice/held-plan-reports.ts';
import { listedPlanLicenses } from './advice/listed-plan-licenses.ts';
import { memoizeNextTierOptions, type NextTierOption } from './advice/next-tier-options.ts';
import { memoizeSuiteTargets } from './advice/suite-target.ts';
import {
  changesOnSuite,
  type FeatureTransition,
  type SuiteTransition,
  suiteTransition,
} from './advice/suite-transition.ts';
import { moveTenant, type TenantTransition } from './advice/tenant-transition.ts';
import { recommendUpgrades, type UpgradeAdvice } from './advice/upgrade-advice.ts';
import { findVisibilityHints, type VisibilityHint } from './advice/visibility-hints.ts';
import { type WhatIf, whatIf } from './advice/what-if.ts';
import {
  type ContractInput,
  getPlanChangeEffect,
  type PlanChange,
  type PlanChangeResult,
} from './billing/contract.ts';
import type { FeatureKey } from './catalogue/feature-keys.ts';
import type { SuitePlan } from './catalogue/suite-plans.ts';
import type { PlanKey } from './catalogue/user-plans.ts';
import { diagnoseLicenses } from './diagnostics/diagnose-licenses.ts';
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import type { Assumptions } from './entitlements/assumptions.ts';
import { memoizeDecisions } from './entitlements/decision-cache.ts';
import type { EntitlementReport } from './entitlements/entitlement-report.ts';
import { memoizeReports } from './entitlements/report-cache.ts';
import { compileRules } from './entitlements/rules.ts';
import { indexTenant, reportUser, type TenantIndex } from './entitlements/user-report.ts';
import type { TenantLicenses, UserLicenses } from './licenses/license-data.ts';
import { type HeldPlan, type IdentifiedSeats, identifyPlan, identifySeats } from './plans/identify-plan.ts';
import { countPlanSeats, type PlanSeats } from './plans/plan-seats.ts';
import { countSuiteSeats, type SuiteSeatsResult } from './plans/suite-seats.ts';

/** Entitlement decisions for the users of one tenant on one day. No license data makes a method throw. */
export interface TenantEntitlements {
  /**
   * Decides every feature of the catalogue for one user. For a null user every feature is `unknown`.
   *
   * @example
   * essentialEntitlements.report(essentialUser).features.get('quote-management')
   * // → {
   * //   row: 'SaP9',
   * //   feature: 'quote-management',
   * //   state: 'upgrade',
   * //   reason: 'site-license-missing',
   * //   confidence: 'documented',
   * //   evidence: [
   * //     { kind: 'module', scope: 'site', name: 'quote', present: false },
   * //     { kind: 'module', scope: 'user', name: 'quote-cal', present: false },
   * //     { kind: 'plan', inclusion: 'no', row: 'SaP9' },
   * //     {
   * //       kind: 'tier',
   * //       solution: 'sales',
   * //       tier: 'essential',
   * //       step: 'user-marker',
   * //       by: 't1',
   * //       confidence: 'documented',
   * //       against: [],
   * //     },
   * //     {
   * //       kind: 'documentation',
   * //       page: {
   * //         path: 'sale/learn/quote/index',
   * //         languages: ['en', 'de', 'no', 'sv', 'da', 'nl'],
   * //         read: '2026-07-24',
   * //       },
   * //       statements: [{ source: 'front-matter', otherPage: null, anyOf: ['sales-premium', 'growth'] }],
   * //       conflict: false,
   * //       parts: [],
   * //       ended: null,
   * //     },
   * //   ],
   * //   upgrades: [
   * //     { kind: 'user-plan', plan: 'sales-premium', steps: 1, assumedEssential: [], seat: 'ask' },
   * //   ],
   * // }
   */
  report(user: UserLicenses | null): EntitlementReport;

  /**
   * Decides every feature for many users, by associate id. Users with the same licenses share a report; if a user occurs
   * twice, the last licenses count.
   *
   * @example
   * premiumEntitlements.reportAll([salesPremiumUser]).get(3456).features.get('knowledge-base').state
   * // → 'upgrade'
   */
  reportAll(users: readonly UserLicenses[]): ReadonlyMap<number, EntitlementReport>;

  /**
   * Finds the minimal plan changes that give the user all requested features. A group stands for its features.
   *
   * @example
   * essentialEntitlements
   *   .upgrades(essentialUser, ['saint', 'mailings'])
   *   .upgrades.map(({ plan, steps, seat }) => [plan, steps, seat])
   * // → [
   * //   ['sales-premium+marketing-essential', 2, 'buy'],
   * //   ['sales-essential+service-premium+marketing-essential', 3, 'buy'],
   * // ]
   */
  upgrades(user: UserLicenses, requestedFeatures: readonly FeatureKey[]): UpgradeAdvice;

  /**
   * Decides what the user would have on another user plan. Null on a CRM Suite tenant, which has no user plans.
   *
   * @example
   * premiumEntitlements.whatIf(salesPremiumUser, 'sales-premium+service-essential').changes[0]
   * // → { feature: 'request-management', before: 'upgrade', after: 'enabled' }
   */
  whatIf(user: UserLicenses, plan: PlanKey): WhatIf | null;

  /**
   * Finds the plans one step above the user's and what each would enable, most features first.
   *
   * @example
   * premiumEntitlements
   *   .nextTierOptions(salesPremiumUser)
   *   .map(({ plan, seat, enables }) => [plan, seat, enables.length])
   * // → [
   * //   ['sales-premium+marketing-essential', 'buy', 11],
   * //   ['sales-premium+service-essential', 'buy', 6],
   * // ]
   */
  nextTierOptions(user: UserLicenses): readonly NextTierOption[];

  /**
   * Lists the documented rights and settings that can keep a feature from being shown although it is licensed; empty
   * for a group. They decide nothing.
   *
   * @example
   * premiumEntitlements.visibilityHints('saint')
   * // → [{ key: 'saint-statuses', right: null }]
   */
  visibilityHints(feature: FeatureKey): readonly VisibilityHint[];

  /**
   * Finds the CRM Suite plan the tenant would move to, and what the move means for one user. `users` are all users of
   * the tenant. The target is cached by the identity of this list, which must not be changed.
   *
   * @example
   * essentialEntitlements.suiteTransition(essentialUser, [essentialUser]).target
   * // → {
   * //   kind: 'plan',
   * //   plan: 'core',
   * //   by: [{ solution: 'sales', tier: 'essential' }],
   * //   unknown: [],
   * //   confidence: 'documented',
   * // }
   */
  suiteTransition(user: UserLicenses, users: readonly UserLicenses[]): SuiteTransition;

  /**
   * Finds what one CRM Suite plan would change for a user, who is on a user plan or on another Suite plan.
   *
   * @example
   * essentialEntitlements.changesOnSuite(essentialUser, 'plus').filter(({ change }) => change === 'lost')
   * // → []
   */
  changesOnSuite(user: UserLicenses, plan: SuitePlan): readonly FeatureTransition[];

  /**
   * Counts the seats of a CRM Suite tenant. `canLogIn` is the number of users who can log in; null if unknown.
   *
   * @example
   * suiteCoreEntitlements.suiteSeats(20)
   * // → { valid: true, state: 'full', purchased: 20, used: 20, free: 0, countedBy: 'can-log-in' }
   */
  suiteSeats(canLogIn: number | null): SuiteSeatsResult;

  /**
   * Lists the seats of each purchased user plan, sorted by module name. Empty if SuperOffice refused access to the
   * licenses.
   *
   * @example
   * premiumEntitlements.planSeats()[0]
   * // → { plan: 'Marketing Premium', module: 'ten-marketing', purchased: 7, inUse: 3, free: 4 }
   */
  planSeats(): readonly PlanSeats[];

  /**
   * Lists the same seats, each with the user plan that it is; null if its tiers are unknown.
   *
   * @example
   * premiumEntitlements.identifiedSeats()[0]?.key
   * // → 'marketing-premium'
   */
  identifiedSeats(): readonly IdentifiedSeats[];

  /**
   * Identifies a user's plan by its text in a list of users.
   *
   * @example
   * premiumEntitlements.identifyPlan('(No Selection)')
   * // → 'none'
   */
  identifyPlan(userPlan: string): HeldPlan;

  /**
   * Finds the features that each of the 26 user plans enables in this tenant. Of no use on CRM Suite, whose users all have
   * the same.
   *
   * @example
   * premiumEntitlements.planFeatures().get('service-premium')?.has('knowledge-base')
   * // → true
   */
  planFeatures(): PlanFeatures;

  /**
   * Decides every feature for a user of whom only the plan is known: with its licenses, no others, and a role that hides
   * nothing.
   *
   * @example
   * premiumEntitlements.reportOnPlan('service-premium').features.get('quote-management')?.state
   * // → 'view-only'
   */
  reportOnPlan(plan: HeldPlan): EntitlementReport;

  /**
   * The licenses that the text of a user's plan in a list of users tells of. They are incomplete.
   *
   * @example
   * premiumEntitlements.licensesOfListedPlan(5, 'Sales-Premium').granted.map(({ name }) => name)
   * // → ['ten-sales']
   */
  licensesOfListedPlan(associateId: number, userPlan: string): UserLicenses;

  /**
   * Finds what a move to CRM Suite means for all users, whose number by plan is `users`: to `plan`, or to the plan that
   * their plans lead to if it is null.
   *
   * @example
   * essentialEntitlements.moveTenant(new Map([['sales-essential', 12]]), null).target.kind
   * // → 'plan'
   */
  moveTenant(users: ReadonlyMap<HeldPlan, number>, plan: SuitePlan | null): TenantTransition;

  /**
   * Finds the day on which a plan change made today takes effect under a contract.
   *
   * @example
   * premiumEntitlements.planChange({ start: '2026-01-31', period: 'yearly' }, 'reduce')
   * // → {
   * //   valid: true,
   * //   rule: 'at-renewal',
   * //   effectiveOn: '2027-01-31',
   * //   possible: 'documented',
   * //   timing: 'inferred',
   * // }
   */
  planChange(contract: Omit<ContractInput, 'today'>, change: PlanChange): PlanChangeResult;

  /**
   * Finds inconsistencies in the tenant's license data. Empty if SuperOffice refused access to the licenses.
   *
   * @example
   * premiumEntitlements.diagnose()
   * // → []
   */
  diagnose(): readonly Diagnostic[];
}

/**
 * Indexes the licenses of a tenant. `tenant` is null if SuperOffice refused access to them: decisions then rest on the
 * user's own licenses, and seats are unknown. `today` is `YYYY-MM-DD`.
 */
export type EntitlementEngine = (tenant: TenantLicenses | null, today: string) => TenantEntitlements;

/** Limits memory: an indexed tenant with its reports takes more than ten times the size of its license data. */
const maxCachedTenants = 64;

/**
 * Creates an entitlement engine with these assumptions. It caches the most recently used tenants by the identity of
 * their license data, which must not be changed.
 *
 * @example
 * createEntitlementEngine(assumptions)(premiumTenant, '2026-12-01').report(salesPremiumUser).plan.plan.label
 * // → 'Sales-Premium'
 */
export function createEntitlementEngine(assumptions: Assumptions): EntitlementEngine {
  const rules = compileRules(assumptions);
  const decideBy = memoizeDecisions(rules);
  const findNextTierOptions = memoizeNextTierOptions();
  const cache = new Map<TenantLicenses, CachedTenant>();
  const findIndexed = (plansKey: string) =>
    [...cache.values()].find(({ index }) => index.plansKey === plansKey)?.index;
  const toCached = (index: TenantIndex, reportOn = memoizeReports(reportUser)) => ({
    index,
    reportOn,
    entitlements: createTenantEntitlements(index, { reportOn, findNextTierOptions }),
  });
  return (tenant, today) => {
    if (tenant === null) return toCached(indexTenant(rules, null, today, decideBy)).entitlements;
    const cached = cache.get(tenant) ?? toCached(indexTenant(rules, tenant, today, decideBy, findIndexed));
    const { index, reportOn } = cached;
    // Nothing else in an index depends on the day.
    const current = index.today === today ? cached : toCached({ ...index, today }, reportOn);
    // LRU by insertion order: the first key is the least recently used tenant.
    cache.delete(tenant);
    cache.set(tenant, current);
    const [oldest] = cache.keys();
    if (cache.size > maxCachedTenants && oldest !== undefined) cache.delete(oldest);
    return current.entitlements;
  };
}

interface CachedTenant {
  readonly index: TenantIndex;
  /** The reports of all days. */
  readonly reportOn: (tenant: TenantIndex, user: UserLicenses) => EntitlementReport;
  readonly entitlements: TenantEntitlements;
}

function createTenantEntitlements(
  tenant: TenantIndex,
  {
    reportOn,
    findNextTierOptions,
  }: Pick<CachedTenant, 'reportOn'> & {
    readonly findNextTierOptions: ReturnType<typeof memoizeNextTierOptions>;
  },
): TenantEntitlements {
  const { rules, licenses, today } = tenant;
  const report = (user: UserLicenses) => reportOn(tenant, user);
  const getSuiteTarget = memoizeSuiteTargets((user) => report(user).plan);
  const { suite, billedByUseFrom, planChanges } = rules.assumptions;
  const planSeats = () => (licenses === null ? [] : countPlanSeats(licenses, billedByUseFrom));
  let planFeatures: PlanFeatures | null = null;
  const reportOnPlan = (plan: HeldPlan) => reportOnHeldPlan(tenant, plan);
  return {
    report: (user) => (user === null ? reportUser(tenant, null) : report(user)),
    reportAll: (users) => new Map(users.map((user) => [user.associateId, report(user)])),
    upgrades: (user, requestedFeatures) => recommendUpgrades(tenant, user, report(user), requestedFeatures),
    whatIf: (user, plan) => whatIf(tenant, user, report(user), plan),
    nextTierOptions: (user) => findNextTierOptions(tenant, user, report(user)),
    visibilityHints: (feature) => {
      const rule = rules.features.get(feature);
      return rule === undefined ? [] : findVisibilityHints(rule);
    },
    changesOnSuite: (user, plan) => changesOnSuite(rules, report(user), plan),
    suiteTransition: (user, users) => suiteTransition(rules, getSuiteTarget(users), report(user)),
    suiteSeats: (canLogIn) =>
      countSuiteSeats(licenses, canLogIn, { modules: suite.modules, billedByUseFrom }),
    planSeats,
    identifiedSeats: () => identifySeats(planSeats(), tenant.purchasedPlans),
    identifyPlan: (userPlan) => identifyPlan(userPlan, tenant.purchasedPlans),
    planFeatures: () => {
      planFeatures ??= findPlanFeatures(reportOnPlan);
      return planFeatures;
    },
    reportOnPlan,
    licensesOfListedPlan: (associateId, userPlan) => listedPlanLicenses(tenant, associateId, userPlan),
    moveTenant: (users, plan) => moveTenant(rules, users, reportOnPlan, plan),
    planChange: (contract, change) => getPlanChangeEffect({ ...contract, today }, change, planChanges),
    diagnose: () => (licenses === null ? [] : diagnoseLicenses(licenses, rules.assumptions)),
  };
}
