import { getFeatureRows } from './catalogue.ts';
import type { FeatureKey } from './feature-keys.ts';
import type { Solution, Tier } from './solutions.ts';
import type { SuitePlan } from './suite-plans.ts';

/**
 * What a feature can need in addition to its license
 * (docs/superoffice/user-plans.md#9-requirements-on-feature-pages).
 */
export const additionalRequirements = [
  /** The feature exists in CRM Online only. */
  'online-only',
  /** An administrator must define statuses first. */
  'statuses-defined',
  /** The user needs the data right Target. */
  'data-right-target',
  /** The function right to lock and unlock targets, for users who lock targets. */
  'function-right-lock-targets',
  /** The license Sales Targets Unlimited, for more dimensions or several groups. */
  'sales-targets-unlimited-for-more',
] as const;

/** A requirement in addition to the license. */
type SideRequirement = (typeof additionalRequirements)[number];

/** What SuperOffice's documentation requires for a feature. */
export interface Requirement {
  /** Any one of them is sufficient; empty for a common feature, which every plan has. */
  readonly tiers: readonly { readonly solution: Solution; readonly tier: Tier }[];
  /** A separately purchased license that also includes the feature, or null. */
  readonly license: string | null;
  readonly also: readonly SideRequirement[];
  /** The lowest CRM Suite plan with the feature, if its own page names one; null does not mean that no plan has it. */
  readonly suitePlan: SuitePlan | null;
  /** `documented`: stated as a requirement. `inferred`: concluded from the tiers that list the feature. */
  readonly confidence: 'documented' | 'inferred';
}

type Stated = Pick<Requirement, 'license' | 'also' | 'suitePlan'>;
const nothingMore: Stated = { license: null, also: [], suitePlan: null };

/** The features whose own page states a requirement. Pages on other subjects are not used as a source. */
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
 * Returns what SuperOffice's documentation requires for a feature
 * (docs/superoffice/user-plans.md#3-features and #9-requirements-on-feature-pages).
 *
 * A requirement is documented if it is on the feature's own page, or if the feature is common: every plan has it, and no
 * user can sign in without a plan. All others are inferred: SuperOffice publishes which tiers have a feature, but not
 * that other tiers lack it, and some plans include licenses that are not listed for them
 * (docs/superoffice/licenses.md#6-modules-per-feature). The page on SAINT names only the SAINT license, and the page on
 * targets does not mention KPIs, so their tiers come from the catalogue.
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
  const tiers = getFeatureRows(feature).flatMap((row) =>
    row.solution === 'common' ? [] : [{ solution: row.solution, tier: row.tier }],
  );
  const ownPage = stated[feature];
  const confidence = ownPage !== undefined || tiers.length === 0 ? 'documented' : 'inferred';
  return { tiers, ...(ownPage ?? nothingMore), confidence };
}
