import { planUrl } from '../links.ts';
import { planLabel } from '../plan-names.ts';
import type { EntitledPanelContext } from './panel-context.ts';
import { type SeatView, seatView } from './seat-view.ts';

/** A plan one step above the user's, and what it would add. */
export interface SuggestedUpgrade {
  readonly plan: string;
  readonly text: string;
  /** Null for a CRM Suite plan, which covers the whole company. */
  readonly seat: SeatView | null;
  readonly href: string;
}

const maxShown = 3;

/** The plans one step above the user's that enable the most features. */
export function suggestUpgrades({
  userLicenses,
  tenantEntitlements,
  url,
  language,
}: EntitledPanelContext): SuggestedUpgrade[] {
  const { t } = language;
  const steps = userLicenses === null ? [] : tenantEntitlements.nextTierOptions(userLicenses.content);
  return steps.slice(0, maxShown).map((step) => ({
    plan: planLabel(step.plan, language),
    text: t('panel.suggestedUpgrade', { count: step.enables.length }),
    seat: step.kind === 'user-plan' ? seatView(step.seat, language) : null,
    href: planUrl(url, step.plan),
  }));
}
