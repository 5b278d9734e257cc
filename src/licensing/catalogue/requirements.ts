import { rowsOf } from './catalogue.ts';
import type { FeatureKey } from './feature-keys.ts';
import type { Solution, Tier } from './solutions.ts';
import type { SuitePlan } from './suite-plans.ts';

/**
 * What a feature may need beside its license
 * (docs/superoffice/user-plans.md#9-requirements-on-feature-pages).
 */
export const sideRequirements = [
  /** Only in CRM Online. */
  'online-only',
  /** An administrator has to define statuses first. */
  'statuses-defined',
  /** The data right Target. */
  'data-right-target',
  /** The function right to lock and unlock targets, for those who do that. */
  'function-right-lock-targets',
  /** The license Sales Targets Unlimited, for more dimensions or several groups. */
  'sales-targets-unlimited-for-more',
] as const;

/** Something a feature may need beside its license. */
type SideRequirement = (typeof sideRequirements)[number];

/** What SuperOffice's documentation asks for before a feature is there. */
export interface Requirement {
  /** Any one of them is enough; empty for a common feature, which every plan has. */
  readonly tiers: readonly { readonly solution: Solution; readonly tier: Tier }[];
  /** A license sold under its own name that gives the feature too, or null. */
  readonly license: string | null;
  readonly also: readonly SideRequirement[];
  /** The least CRM Suite plan with it, only where SuperOffice names it for this very feature; null says nothing. */
  readonly suitePlan: SuitePlan | null;
  /** `documented`: stated as a requirement. `inferred`: concluded from where the feature is listed. */
  readonly confidence: 'documented' | 'inferred';
}

type Stated = Pick<Requirement, 'license' | 'also' | 'suitePlan'>;
const nothingMore: Stated = { license: null, also: [], suitePlan: null };

/** The features whose own page states a requirement; pages on anything else are no fact about a feature. */
const stated: Readonly<Partial<Record<FeatureKey, Stated>>> = {
  'quote-management': nothingMore,
  'sales-guide': nothingMore,
  'sale-targets-and-kpis': {
    ...nothingMore,
    also: [
      'online-only',
      'data-right-target',
      'function-right-lock-targets',
      'sales-targets-unlimited-for-more',
    ],
  },
  'project-management': { ...nothingMore, suitePlan: 'core' },
  saint: { license: 'SAINT', also: ['statuses-defined'], suitePlan: 'growth' },
};

/**
 * What SuperOffice's documentation asks for before a feature is there
 * (docs/superoffice/user-plans.md#3-features and #9-requirements-on-feature-pages).
 *
 * Documented are the requirements on a feature's own page, and those of common features: they are in every
 * plan, and nobody signs in without one. All others are inferred: that the listed tiers have the feature is
 * published, that nothing else has it is not, and known plans do hold licenses they are not listed with
 * (docs/superoffice/licenses.md#6-modules-per-feature). The page on SAINT names only the license sold as
 * such, and that on targets says nothing of KPIs: the tiers are those listed.
 *
 * @example
 * getRequirement('saint')
 * // → {
 * //   tiers: [{ solution: 'sales', tier: 'premium' }, { solution: 'service', tier: 'premium' }],
 * //   license: 'SAINT',
 * //   also: ['statuses-defined'],
 * //   suitePlan: 'growth',
 * //   confidence: 'documented',
 * // }
 *
 * @example
 * getRequirement('calendar')
 * // → { tiers: [], license: null, also: [], suitePlan: null, confidence: 'documented' }
 */
export function getRequirement(feature: FeatureKey): Requirement {
  const tiers = rowsOf(feature).flatMap((row) =>
    row.solution === 'common' ? [] : [{ solution: row.solution, tier: row.tier }],
  );
  const own = stated[feature];
  const confidence = own !== undefined || tiers.length === 0 ? 'documented' : 'inferred';
  return { tiers, ...(own ?? nothingMore), confidence };
}
