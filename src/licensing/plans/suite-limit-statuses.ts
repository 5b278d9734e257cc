import {
  type SuiteLimit,
  type SuiteLimitName,
  suiteLimitNames,
  suiteLimits,
} from '../catalogue/suite-limits.ts';
import { type SuitePlan, suitePlans } from '../catalogue/suite-plans.ts';
import type { ReportedLimits, ReportedUse } from '../licenses/license-data.ts';

/** SuperOffice warns from 85 % and restricts the feature at 100 % (docs/superoffice/user-plans.md#8-crm-suite). */
export type LimitLevel = 'below' | 'near' | 'reached';

/** A limit of a tenant's CRM Suite plan, as far as it is published and reported. */
export interface SuiteLimitStatus {
  /** `unnamed`: SuperOffice reports a limit that is near or reached without naming it. */
  readonly name: SuiteLimitName | 'unnamed';
  /** The reported maximum, else the published one of the plan. */
  readonly maximum: SuiteLimit;
  /** The number in use; null if it is not reported. */
  readonly active: number | null;
  readonly level: LimitLevel;
  /** The smallest plan with a higher limit; null if no plan has one. */
  readonly liftedBy: SuitePlan | null;
}

const warningPercent = 85;
const namesWithOwnCall = ['dashboards', 'active-projects', 'active-marketing-flows'] as const;

/**
 * The limits of a tenant with CRM Suite. `plan` is null if it is undetermined, `reported` if nothing was read; a limit that
 * is neither published nor reported is left out.
 *
 * @example
 * suiteLimitStatuses('core', null)[1]
 * // → { name: 'active-projects', maximum: 100, active: null, level: 'below', liftedBy: 'growth' }
 */
export function suiteLimitStatuses(
  plan: SuitePlan | null,
  reported: ReportedLimits | null,
): readonly SuiteLimitStatus[] {
  const uses = reported === null ? new Map() : nameUses(reported);
  return [...suiteLimitNames, 'unnamed' as const].flatMap((name) => {
    const use: ReportedUse | null = uses.get(name) ?? null;
    const published = plan === null || name === 'unnamed' ? null : suiteLimits[plan][name];
    const maximum = use?.maximum ?? published;
    if (maximum === null) return [];
    const liftedBy = name === 'unnamed' ? null : findLiftingPlan(name, maximum);
    return [{ name, maximum, active: use?.active ?? null, level: getLevel(use), liftedBy }];
  });
}

/** The reported uses by name. The unnamed one is recognized by its maximum, which differs from limit to limit. */
function nameUses(reported: ReportedLimits): ReadonlyMap<SuiteLimitStatus['name'], ReportedUse> {
  const uses = new Map<SuiteLimitStatus['name'], ReportedUse>();
  for (const name of namesWithOwnCall) {
    const use = reported[name];
    if (use !== null) uses.set(name, use);
  }
  const { nearest } = reported;
  if (nearest === null || [...uses.values()].some(({ maximum }) => maximum === nearest.maximum)) return uses;
  const name = suiteLimitNames.find((each) =>
    suitePlans.some((plan) => suiteLimits[plan][each] === nearest.maximum),
  );
  return uses.set(name === undefined || uses.has(name) ? 'unnamed' : name, nearest);
}

function findLiftingPlan(name: SuiteLimitName, maximum: SuiteLimit): SuitePlan | null {
  if (maximum === 'unlimited') return null;
  const isHigher = (limit: SuiteLimit) => limit === 'unlimited' || limit > maximum;
  return suitePlans.find((plan) => isHigher(suiteLimits[plan][name])) ?? null;
}

function getLevel(use: ReportedUse | null): LimitLevel {
  if (use === null) return 'below';
  if (use.reached || use.active >= use.maximum) return 'reached';
  return use.near || use.active * 100 >= use.maximum * warningPercent ? 'near' : 'below';
}
