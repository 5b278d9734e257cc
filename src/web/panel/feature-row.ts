import { type CatalogueRow, getFeatureRows } from '../../licensing/catalogue/catalogue.ts';
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
  /** Where it is counted, if another solution lists it before; empty if it is counted here. */
  readonly countedUnder: string;
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
    countedUnder: describeCounted({ id: row, feature }, language),
    children,
  };
}

/** Whether a row is where its feature is counted: the first one that lists it. All solutions together count it once. */
export function isCounted({ id, feature }: Pick<CatalogueRow, 'id' | 'feature'>): boolean {
  return getFeatureRows(feature)[0]?.id === id;
}

/** Names the solution under which a row's feature is counted; empty if it is counted in this row. */
export function describeCounted(row: Pick<CatalogueRow, 'id' | 'feature'>, { t }: Language): string {
  const [first] = getFeatureRows(row.feature);
  if (first === undefined || isCounted(row)) return '';
  return t('panel.countedUnder', { solution: t(`solution.${first.solution}`) });
}
