import { findAddOnHint } from '../../licensing/advice/visibility-hints.ts';
import { type AddOnKey, getAddOnLabel } from '../../licensing/catalogue/add-ons.ts';
import { getNewerFeatureLabel } from '../../licensing/catalogue/newer-features.ts';
import type { FeatureState, Reason } from '../../licensing/entitlements/entitlement.ts';
import type { EntitlementReport } from '../../licensing/entitlements/entitlement-report.ts';
import { type CrmLink, screenLink } from '../crm-links.ts';
import type { Language } from '../rendering/i18n.ts';
import { type DocumentationView, describeDocumentation } from './documentation-view.ts';
import type { EntitledPanelContext } from './panel-context.ts';

/** An add-on or a newer feature, with what SuperOffice publishes about it. */
export interface PublishedRow {
  readonly id: string;
  readonly label: string;
  readonly state: FeatureState;
  readonly stateText: string;
  readonly reason: string;
  /** What can keep it from being shown; empty if nothing is known or the tenant does not have it. */
  readonly hint: string;
  /** Opens its screen; null if it is not enabled or has none. */
  readonly crmLink: CrmLink | null;
  readonly documentation: DocumentationView;
}

/** The rows of the add-on subscriptions. */
export function addOnRows(context: EntitledPanelContext): readonly PublishedRow[] {
  const { report, language } = context;
  return report.addOns.map(({ key, documentation, ...decided }) => ({
    id: key,
    label: getAddOnLabel(key, language.code),
    ...describeState(decided, language),
    hint: hintText(key, decided.state, language),
    crmLink: decided.state === 'enabled' ? screenLink(key, context) : null,
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
    ...describeState(decided, language),
    hint: '',
    crmLink: null,
    documentation: describeDocumentation(requirement, language),
  }));
}

function hintText(addOn: AddOnKey, state: FeatureState, { t }: Language): string {
  const hint = state === 'enabled' ? findAddOnHint(addOn) : null;
  return hint === null ? '' : t(`visibilityHint.${hint}`);
}

function describeState(
  { state, reason }: { readonly state: FeatureState; readonly reason: Reason },
  { t }: Language,
): Pick<PublishedRow, 'state' | 'stateText' | 'reason'> {
  return { state, stateText: t(`state.${state}`), reason: t(`reason.${reason}`) };
}
