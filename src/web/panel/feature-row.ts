import type { FeatureKey } from '../../licensing/catalogue/feature-keys.ts';
import { getRowLabel } from '../../licensing/catalogue/labels.ts';
import type { Entitlement, FeatureState } from '../../licensing/entitlements/entitlement.ts';
import type { Language } from '../rendering/i18n.ts';

/** One row of the feature list. */
export interface FeatureRow {
  /** Id of the catalogue row, such as `SaP1`. */
  readonly id: string;
  /** Key of its explanation; null for a group, whose `children` have explanations. */
  readonly feature: FeatureKey | null;
  readonly label: string;
  readonly state: FeatureState;
  readonly stateText: string;
  /** Whether the user has an open access request for it. */
  readonly isRequested: boolean;
  readonly children: readonly FeatureRow[];
}

/** Makes the row of a decided feature. */
export function featureRow(
  { row, feature, state }: Entitlement,
  children: readonly FeatureRow[],
  isRequested: boolean,
  language: Language,
): FeatureRow {
  return {
    id: row,
    feature: children.length > 0 ? null : feature,
    label: getRowLabel(row, language.code),
    state,
    stateText: language.t(`state.${state}`),
    isRequested,
    children,
  };
}
