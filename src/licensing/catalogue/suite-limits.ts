import type { FeatureKey } from './feature-keys.ts';
import type { SuitePlan } from './suite-plans.ts';

/**
 * What CRM Suite plans limit; flows count while they run or pause
 * (docs/superoffice/user-plans.md#8-crm-suite).
 */
export const suiteLimitNames = [
  'dashboards',
  'active-projects',
  'custom-objects',
  'active-marketing-flows',
] as const;

/** One of the four things CRM Suite plans limit. */
export type SuiteLimitName = (typeof suiteLimitNames)[number];

/** How many are allowed; 0: the plan has none of it. */
export type SuiteLimit = number | 'unlimited';

/** The limits of each CRM Suite plan, as published (docs/superoffice/user-plans.md#8-crm-suite). */
export const suiteLimits: Readonly<Record<SuitePlan, Readonly<Record<SuiteLimitName, SuiteLimit>>>> = {
  starter: { dashboards: 3, 'active-projects': 0, 'custom-objects': 0, 'active-marketing-flows': 0 },
  core: {
    dashboards: 'unlimited',
    'active-projects': 100,
    'custom-objects': 0,
    'active-marketing-flows': 0,
  },
  growth: {
    dashboards: 'unlimited',
    'active-projects': 'unlimited',
    'custom-objects': 15,
    'active-marketing-flows': 0,
  },
  plus: {
    dashboards: 'unlimited',
    'active-projects': 'unlimited',
    'custom-objects': 'unlimited',
    'active-marketing-flows': 10,
  },
  super: {
    dashboards: 'unlimited',
    'active-projects': 'unlimited',
    'custom-objects': 'unlimited',
    'active-marketing-flows': 'unlimited',
  },
};

/** The features a limit bites on. Custom objects stand in no row of the catalogue. */
export type LimitedFeatures = Readonly<Partial<Record<FeatureKey, Omit<FeatureLimit, 'maximum'>>>>;

/** A number a feature is limited to. `confidence`: how sure it is that this limit is about this feature. */
export interface FeatureLimit {
  readonly name: SuiteLimitName;
  readonly maximum: number;
  readonly confidence: 'documented' | 'inferred';
}

/**
 * What a Suite plan limits a feature to, by the assumed features each limit bites on; null where it sets no number, be
 * it unlimited or not counted.
 *
 * @example
 * featureLimit('project-management', 'core', assumptions.suite.limitedFeatures)
 * // → { name: 'active-projects', maximum: 100, confidence: 'documented' }
 *
 * @example
 * featureLimit('project-management', 'growth', assumptions.suite.limitedFeatures)
 * // → null
 */
export function featureLimit(
  feature: FeatureKey,
  plan: SuitePlan,
  limitedFeatures: LimitedFeatures,
): FeatureLimit | null {
  const limited = limitedFeatures[feature];
  if (limited === undefined) return null;
  const maximum = suiteLimits[plan][limited.name];
  return maximum === 'unlimited' ? null : { ...limited, maximum };
}

/**
 * How far a limit is used up: a warning from 85 %, a stop at 100 %
 * (docs/superoffice/user-plans.md#8-crm-suite).
 */
export type LimitUse = 'free' | 'near' | 'reached';

/**
 * How far a count uses up a limit; 0 of 0 is `reached`, since no more can be made.
 * Null where a number is no count: negative, broken, or no number at all.
 *
 * @example
 * judgeUse(85, 100)
 * // → 'near'
 *
 * @example
 * judgeUse(0, 0)
 * // → 'reached'
 */
export function judgeUse(count: number, limit: SuiteLimit): LimitUse | null {
  if (!isCount(count)) return null;
  if (limit === 'unlimited') return 'free';
  if (!isCount(limit)) return null;
  if (count >= limit) return 'reached';
  return count * 100 >= limit * 85 ? 'near' : 'free';
}

/**
 * What SuperOffice tells of one limit, without saying which (FencingInfo,
 * docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export interface FencingReading {
  readonly activeCount: number;
  readonly maximum: number;
  readonly isNearing: boolean;
  readonly hasReached: boolean;
}

/**
 * Which limit a reading is about: never told, so at best inferred from its maximum
 * (docs/superoffice/licenses.md#10-unknown).
 */
export type FencedLimit =
  | { readonly known: true; readonly name: SuiteLimitName; readonly confidence: 'inferred' }
  | {
      readonly known: false;
      readonly reason: 'suite-plan-unknown' | 'maximum-zero' | 'maximum-in-no-limit';
    };

/** A reading, understood as far as it can be. */
export interface FencingVerdict {
  readonly limit: FencedLimit;
  /** What SuperOffice's own flags say. */
  readonly use: LimitUse;
  /** Whether its numbers say the same as its flags. */
  readonly consistent: boolean;
}

/**
 * Judges a reading of GetFencingInfo on a tenant with this Suite plan; `plan` is null where it is unknown.
 * SuperOffice's flags decide, its numbers only confirm them.
 *
 * @example
 * judgeFencing({ activeCount: 97, maximum: 100, isNearing: true, hasReached: false }, 'core')
 * // → {
 * //   limit: { known: true, name: 'active-projects', confidence: 'inferred' },
 * //   use: 'near',
 * //   consistent: true,
 * // }
 *
 * @example
 * judgeFencing({ activeCount: 2, maximum: 100, isNearing: false, hasReached: false }, 'growth')
 * // → { limit: { known: false, reason: 'maximum-in-no-limit' }, use: 'free', consistent: true }
 */
export function judgeFencing(reading: FencingReading, plan: SuitePlan | null): FencingVerdict {
  const use = useByFlags(reading);
  return {
    limit: fencedLimit(reading.maximum, plan),
    use,
    consistent: judgeUse(reading.activeCount, reading.maximum) === use,
  };
}

function useByFlags({ isNearing, hasReached }: FencingReading): LimitUse {
  if (hasReached) return 'reached';
  return isNearing ? 'near' : 'free';
}

function fencedLimit(maximum: number, plan: SuitePlan | null): FencedLimit {
  if (plan === null) return { known: false, reason: 'suite-plan-unknown' };
  // How a reply writes "unlimited" or "no limit here" is unknown: 0 may be that.
  if (maximum === 0) return { known: false, reason: 'maximum-zero' };
  // Beside 0 no plan has one number twice.
  const name = suiteLimitNames.find((each) => suiteLimits[plan][each] === maximum);
  if (name === undefined) return { known: false, reason: 'maximum-in-no-limit' };
  return { known: true, name, confidence: 'inferred' };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
