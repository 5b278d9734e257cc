import type { CatalogueRow, RowPlace } from './catalogue.ts';
import type { FeatureKey } from './feature-keys.ts';

/** The five plans of SuperOffice CRM Suite, each containing the one before (user-plans.md 8). */
export const suitePlans = ['starter', 'core', 'growth', 'plus', 'super'] as const;

/** A plan of SuperOffice CRM Suite; all users of a tenant share it. */
export type SuitePlan = (typeof suitePlans)[number];

/** From which Suite plan a feature is there. */
export interface SuiteNeed {
  /** The least plan that has it for certain. */
  readonly from: SuitePlan;
  /** A lesser plan that may have it already, or null. */
  readonly perhapsFrom: SuitePlan | null;
  readonly confidence: 'documented' | 'inferred';
}

/** Whether a Suite plan reaches another: the plans are cumulative. */
export function suiteReaches(plan: SuitePlan, needed: SuitePlan): boolean {
  return suitePlans.indexOf(plan) >= suitePlans.indexOf(needed);
}

type PlaceName = 'common' | 'sales' | 'service' | 'marketing';

const documented = (from: SuitePlan): SuiteNeed => ({ from, perhapsFrom: null, confidence: 'documented' });
const inferred = (from: SuitePlan): SuiteNeed => ({ from, perhapsFrom: null, confidence: 'inferred' });

// By the table of transitions and the notes on feature pages, of which Sales Premium's say "Core" or "Growth". Which
// pages carry them is not known, so for a single feature all of this is inferred (user-plans.md 8 and 9).
const needByPlace: Readonly<Record<'essential' | 'premium', Readonly<Record<PlaceName, SuiteNeed>>>> = {
  essential: {
    common: inferred('starter'),
    sales: inferred('starter'),
    service: inferred('starter'),
    marketing: inferred('growth'),
  },
  premium: {
    common: inferred('starter'),
    sales: { from: 'growth', perhapsFrom: 'core', confidence: 'inferred' },
    service: inferred('growth'),
    marketing: inferred('plus'),
  },
};

// Features whose own page names the Suite plan (user-plans.md 9).
const needByFeature: Partial<Record<FeatureKey, SuiteNeed>> = {
  'project-management': documented('core'),
  saint: documented('growth'),
};

/** From which Suite plan a feature is there; `rows` are all rows of one feature. */
export function suiteNeedOf(rows: readonly CatalogueRow[]): SuiteNeed {
  const feature = rows[0]?.feature;
  const own = feature === undefined ? undefined : needByFeature[feature];
  return own ?? rows.map(needOfPlace).reduce(least, inferred('super'));
}

function needOfPlace({ solution, tier }: RowPlace): SuiteNeed {
  return needByPlace[tier === 'common' ? 'essential' : tier][solution];
}

function least(a: SuiteNeed, b: SuiteNeed): SuiteNeed {
  return suiteReaches(b.from, a.from) ? a : b;
}
