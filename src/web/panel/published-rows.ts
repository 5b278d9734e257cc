import { getAddOnLabel } from '../../licensing/catalogue/add-ons.ts';
import { getNewerFeatureLabel } from '../../licensing/catalogue/newer-features.ts';
import type { FeatureState, Reason } from '../../licensing/entitlements/entitlement.ts';
import type { EntitlementReport } from '../../licensing/entitlements/entitlement-report.ts';
import type { Language } from '../rendering/i18n.ts';
import { type DocumentationView, describeDocumentation } from './documentation-view.ts';

/** An add-on or a newer feature, with what SuperOffice publishes about it. */
export interface PublishedRow {
  readonly id: string;
  readonly label: string;
  readonly state: FeatureState;
  readonly stateText: string;
  readonly reason: string;
  readonly documentation: DocumentationView;
}

/** The rows of the add-on subscriptions. */
export function addOnRows({ addOns }: EntitlementReport, language: Language): readonly PublishedRow[] {
  return addOns.map(({ key, documentation, ...decided }) => ({
    id: key,
    label: getAddOnLabel(key, language.code),
    ...describeDecided(decided, language),
    documentation: describeDocumentation(documentation, language),
  }));
}

/** The rows of the features that SuperOffice has documented since the list of user plans. */
export function newerFeatureRows(
  { newerFeatures }: EntitlementReport,
  language: Language,
): readonly PublishedRow[] {
  return newerFeatures.map(({ feature, requirement, ...decided }) => ({
    id: feature.key,
    label: getNewerFeatureLabel(feature, language.code),
    ...describeDecided(decided, language),
    documentation: describeDocumentation(requirement, language),
  }));
}

/** The state of an add-on or a newer feature, and its reason, in words. */
export function describeDecided(
  { state, reason }: { readonly state: FeatureState; readonly reason: Reason },
  { t }: Language,
): Pick<PublishedRow, 'state' | 'stateText' | 'reason'> {
  return { state, stateText: t(`state.${state}`), reason: t(`reason.${reason}`) };
}
