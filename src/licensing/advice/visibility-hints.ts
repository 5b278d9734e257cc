import type { AddOnKey } from '../catalogue/add-ons.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { FeatureRule } from '../entitlements/rules.ts';

/** A documented right or setting that can keep a licensed feature, or a part of it, from being shown. */
export interface VisibilityHint {
  readonly key: VisibilityHintKey;
  /**
   * The functional right as SuperOffice names it, in English in every language; null if the text of the hint names it, or
   * is about a setting.
   */
  readonly right: string | null;
}

/** The key of a hint, each with a text in every language. */
export type VisibilityHintKey =
  | 'role-hides'
  | 'role-opens'
  | 'edit-flow-content'
  | 'run-flows'
  | 'flow-solutions'
  | 'flow-sms'
  | 'lock-targets'
  | 'target-types'
  | 'target-data-right'
  | 'saint-statuses'
  | 'sale-type-stakeholders'
  | 'stakeholders-preference'
  | 'sale-type-guide'
  | 'approve-quotes'
  | 'pin-dashboards'
  | 'mark-spam'
  | 'update-consent'
  | 'selection-follow-ups'
  | 'selection-email'
  | 'video-service'
  | 'ai-switched-on';

/** The names of the functional rights that hide a screen, by internal name. */
const screenRights: Readonly<Record<string, string>> = {
  'hide-company': 'Hide Company screen',
  'hide-inbox': 'Hide Inbox screen',
  'hide-marketing': 'Hide Marketing screen',
  'hide-project': 'Hide Project screen',
  'hide-sale': 'Hide Sale screen',
  'hide-selection': 'Hide Selection screen',
  'hide-service': 'Hide Service screen',
};

/**
 * The name by which an administrator finds a functional right that hides a screen; its internal name if none is known.
 *
 * @example
 * getScreenRightName('hide-project')
 * // → 'Hide Project screen'
 */
export function getScreenRightName(right: string): string {
  return screenRights[right] ?? right;
}

const inText = (key: VisibilityHintKey): VisibilityHint => ({ key, right: null });
const pinDashboards: VisibilityHint = { key: 'pin-dashboards', right: 'Dashboard administrator' };
const knowledgeBase: VisibilityHint = { key: 'role-opens', right: 'Knowledge Base' };

const hints: Readonly<Partial<Record<FeatureKey, readonly VisibilityHint[]>>> = {
  'companies-and-contacts': [{ key: 'role-hides', right: 'Hide Company screen' }],
  'superoffice-inbox': [{ key: 'role-hides', right: 'Hide Inbox screen' }],
  'consent-management': [{ key: 'update-consent', right: 'Can update consent for contact' }],
  'video-meeting-integration': [inText('video-service')],
  'selection-tasks': [{ key: 'selection-follow-ups', right: 'Can create tasks for a selection' }],
  'send-email-to-max-500': [{ key: 'selection-email', right: 'Can send email to selection members' }],
  'dashboards-default-charts': [pinDashboards],
  'dashboards-default-tiles': [pinDashboards],
  'dashboards-custom-tiles': [pinDashboards],
  'sales-guide': [inText('sale-type-guide')],
  stakeholders: [inText('sale-type-stakeholders'), inText('stakeholders-preference')],
  'sale-targets-and-kpis': [
    inText('target-data-right'),
    inText('lock-targets'),
    { key: 'target-types', right: 'Targets administrator' },
  ],
  saint: [inText('saint-statuses')],
  'quote-management': [{ key: 'approve-quotes', right: 'Can approve quotes' }],
  'request-management': [{ key: 'mark-spam', right: 'Can mark requests as Spam' }],
  'auto-reply-and-reply-templates': [knowledgeBase],
  'knowledge-base': [knowledgeBase],
  'marketing-automation': [
    { key: 'edit-flow-content', right: 'Can edit flow content' },
    { key: 'run-flows', right: 'Flow administrator' },
    inText('flow-solutions'),
    inText('flow-sms'),
  ],
};

/**
 * Lists what can keep a licensed feature from being shown, according to SuperOffice's documentation
 * (docs/superoffice/changes-2026.md#13-rights-and-settings-that-hide-a-feature). The internal names of most of these
 * rights and the values of the settings are unknown, so the hints are help for a user and decide nothing.
 *
 * @example
 * findVisibilityHints(rules.features.get('stakeholders')).map(({ key }) => key)
 * // → ['role-hides', 'sale-type-stakeholders', 'stakeholders-preference']
 */
export function findVisibilityHints({
  feature,
  hidingFunctionRights,
}: FeatureRule): readonly VisibilityHint[] {
  const hiding = hidingFunctionRights.map(
    (right): VisibilityHint => ({ key: 'role-hides', right: getScreenRightName(right) }),
  );
  return [...hiding, ...(hints[feature] ?? [])];
}

/**
 * Returns the key of the hint for an add-on (docs/superoffice/changes-2026.md#12-ai-services); null if there is none.
 *
 * @example
 * findAddOnHint('ai')
 * // → 'ai-switched-on'
 */
export function findAddOnHint(addOn: AddOnKey): VisibilityHintKey | null {
  return addOn === 'ai' ? 'ai-switched-on' : null;
}
