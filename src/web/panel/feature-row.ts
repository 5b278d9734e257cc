import type { FeatureKey } from '../../licensing/catalogue/feature-keys.ts';
import { getRowLabel } from '../../licensing/catalogue/labels.ts';
import type { Entitlement, FeatureState } from '../../licensing/entitlements/entitlement.ts';
import type { Language } from '../rendering/i18n.ts';

/** One row of the list of features. */
export interface FeatureRow {
  /** Of the catalogue, such as `SaP1`. */
  readonly id: string;
  /** What its explanation is asked by; null for a group, which speaks through its `children`. */
  readonly feature: FeatureKey | null;
  readonly label: string;
  readonly state: FeatureState;
  readonly stateText: string;
  /** Whether the user asked for it and waits for an answer. */
  readonly isRequested: boolean;
  readonly children: readonly FeatureRow[];
}

/** Puts a decided feature into a row of one language. */
export function featureRow(
  { row, feature, state }: Entitlement,
  children: readonly FeatureRow[],
  asked: boolean,
  language: Language,
): FeatureRow {
  return {
    id: row,
    feature: children.length > 0 ? null : feature,
    label: getRowLabel(row, language.code),
    state,
    stateText: language.t(`state.${state}`),
    isRequested: asked,
    children,
  };
}
