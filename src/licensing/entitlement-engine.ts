import { type NextTierOption, nextTierOptions } from './advice/next-tier-options.ts';
import { memoizeSuiteTargets } from './advice/suite-target.ts';
import {
  changesOnSuite,
  type FeatureTransition,
  type SuiteTransition,
  suiteTransition,
} from './advice/suite-transition.ts';
import { recommendUpgrades, type UpgradeAdvice } from './advice/upgrade-advice.ts';
import { type WhatIf, whatIf } from './advice/what-if.ts';
import {
  type ContractQuestion,
  type PlanChange,
  type PlanChangeAnswer,
  planChangeOn,
} from './billing/contract.ts';
import type { FeatureKey } from './catalogue/feature-keys.ts';
import type { SuitePlan } from './catalogue/suite-plans.ts';
import type { PlanKey } from './catalogue/user-plans.ts';
import { diagnoseLicenses } from './diagnostics/diagnose-licenses.ts';
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import type { Assumptions } from './entitlements/assumptions.ts';
import type { EntitlementReport } from './entitlements/entitlement-report.ts';
import { memoizeReports } from './entitlements/report-cache.ts';
import { compileRules, type Rules } from './entitlements/rules.ts';
import { summarizeTenant, type TenantSummary } from './entitlements/tenant-summary.ts';
import { indexTenant, reportUser } from './entitlements/user-report.ts';
import type { TenantLicenses, UserLicenses } from './licenses/license-data.ts';
import { type SuiteSeatsAnswer, suiteSeats } from './plans/suite-seats.ts';

/** Decides for the users of one tenant, on one day. Total: any license data gives an answer, none an exception. */
export interface TenantEntitlements {
  /**
   * Every feature of the catalogue for one user; null where the user is unknown: then every feature is.
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
   * //   ],
   * //   upgrades: [
   * //     { kind: 'user-plan', plan: 'sales-premium', steps: 1, assumedEssential: [], seat: 'ask' },
   * //   ],
   * // }
   */
  report(user: UserLicenses | null): EntitlementReport;

  /**
   * Every feature for many users, and how many have it in which state. Users alike in their licenses share a report.
   *
   * @example
   * premiumEntitlements.reportAll([salesPremiumUser, servicePremiumUser]).features.get('knowledge-base')
   * // → { upgrade: 1, enabled: 1 }
   */
  reportAll(users: readonly UserLicenses[]): TenantSummary;

  /**
   * What it takes to give the user all of these features at once; a group stands for the features in it.
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
   * What the user would have on another user plan; null on a CRM Suite tenant, where there are none.
   *
   * @example
   * premiumEntitlements.whatIf(salesPremiumUser, 'sales-premium+service-essential').changes[0]
   * // → { feature: 'request-management', before: 'upgrade', after: 'enabled' }
   */
  whatIf(user: UserLicenses, plan: PlanKey): WhatIf | null;

  /**
   * The plans one step above the user's, those that would enable most first, each with what it would enable.
   *
   * @example
   * premiumEntitlements
   *   .nextTierOptions(salesPremiumUser)
   *   .map(({ plan, seat, enables }) => [plan, seat, enables.length])
   * // → [
   * //   ['sales-premium+marketing-essential', 'buy', 11],
   * //   ['sales-premium+service-essential', 'buy', 5],
   * // ]
   */
  nextTierOptions(user: UserLicenses): readonly NextTierOption[];

  /**
   * Where the users would move on CRM Suite, and what that means for one of them; `users` are all of the tenant, in
   * a list that must not be changed: asked with the same list for each of them, it is read once.
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
   * What one CRM Suite plan would mean for a user, on user plans or on another Suite plan.
   *
   * @example
   * essentialEntitlements.changesOnSuite(essentialUser, 'plus').filter(({ change }) => change === 'lost')
   * // → []
   */
  changesOnSuite(user: UserLicenses, plan: SuitePlan): readonly FeatureTransition[];

  /**
   * The seats of a CRM Suite tenant; `canLogIn`: how many users can log in, null where nobody counted.
   *
   * @example
   * suiteCoreEntitlements.suiteSeats(20)
   * // → { valid: true, state: 'full', purchased: 20, used: 20, free: 0, countedBy: 'can-log-in' }
   */
  suiteSeats(canLogIn: number | null): SuiteSeatsAnswer;

  /**
   * When a plan change made today counts under a contract that started on a day and is billed by a period.
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
  planChange(contract: Omit<ContractQuestion, 'today'>, change: PlanChange): PlanChangeAnswer;

  /**
   * What does not add up in the tenant's license data; nothing is known where the license was refused.
   *
   * @example
   * premiumEntitlements.diagnose()
   * // → []
   */
  diagnose(): readonly Diagnostic[];
}

/**
 * Opens what a tenant bought. `tenant` is null where SuperOffice refused its license: the user's own licenses still
 * say much, seats stay open. `today` is `YYYY-MM-DD`.
 */
export type EntitlementEngine = (tenant: TenantLicenses | null, today: string) => TenantEntitlements;

/** So many tenants stay open: with their reports they weigh ten times and more what their license data do. */
const maxOpenTenants = 64;

/**
 * Makes a license engine that goes by these assumptions. It remembers the tenants it opened of late, by the object that
 * holds their license data, which must not be changed.
 *
 * @example
 * createEntitlementEngine(assumptions)(premiumTenant, '2026-12-01').report(salesPremiumUser).plan.plan.label
 * // → 'Sales-Premium'
 */
export function createEntitlementEngine(assumptions: Assumptions): EntitlementEngine {
  const rules = compileRules(assumptions);
  const opened = new Map<TenantLicenses, { readonly today: string; readonly plans: TenantEntitlements }>();
  return (tenant, today) => {
    if (tenant === null) return openTenant(rules, null, today);
    const known = opened.get(tenant);
    const open = known?.today === today ? known : { today, plans: openTenant(rules, tenant, today) };
    // A map keeps its order: the first is the one that was not asked for the longest.
    opened.delete(tenant);
    opened.set(tenant, open);
    const [longest] = opened.keys();
    if (opened.size > maxOpenTenants && longest !== undefined) opened.delete(longest);
    return open.plans;
  };
}

function openTenant(rules: Rules, licenses: TenantLicenses | null, today: string): TenantEntitlements {
  const tenant = indexTenant(rules, licenses, today);
  const report = memoizeReports((user) => reportUser(tenant, user));
  const targetOf = memoizeSuiteTargets((user) => report(user).plan);
  const { modules } = rules.assumptions.suite;
  return {
    report: (user) => (user === null ? reportUser(tenant, null) : report(user)),
    reportAll: (users) => summarizeTenant(users.map((user) => [user.associateId, report(user)] as const)),
    upgrades: (user, requestedFeatures) => recommendUpgrades(tenant, user, report(user), requestedFeatures),
    whatIf: (user, plan) => whatIf(tenant, user, report(user), plan),
    nextTierOptions: (user) => nextTierOptions(tenant, user, report(user)),
    changesOnSuite: (user, plan) => changesOnSuite(rules, report(user), plan),
    suiteTransition: (user, users) => suiteTransition(rules, targetOf(users), report(user)),
    suiteSeats: (canLogIn) => suiteSeats(licenses, canLogIn, modules),
    planChange: (contract, change) =>
      planChangeOn({ ...contract, today }, change, rules.assumptions.planChanges),
    diagnose: () => (licenses === null ? [] : diagnoseLicenses(licenses, rules.assumptions)),
  };
}
