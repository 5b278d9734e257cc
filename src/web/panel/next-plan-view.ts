import { planUrl } from '../links.ts';
import { planLabel } from '../plan-names.ts';
import type { DecidedContext } from './panel-context.ts';

/** What one step up from the user's plan would add. */
export interface SuggestedUpgrade {
  readonly plan: string;
  readonly text: string;
  /** What it takes to get it; empty for a CRM Suite plan, which is one for the whole company. */
  readonly seat: string;
  readonly href: string;
}

const maxShown = 3;

/** The plans one step up that would enable most. */
export function suggestUpgrades({
  userLicenses,
  tenantEntitlements,
  url,
  language,
}: DecidedContext): SuggestedUpgrade[] {
  const { t } = language;
  const steps = userLicenses === null ? [] : tenantEntitlements.nextTierOptions(userLicenses.content);
  return steps.slice(0, maxShown).map((step) => ({
    plan: planLabel(step.plan, language),
    text: t('panel.suggestedUpgrade', { count: step.enables.length }),
    seat: step.kind === 'user-plan' ? t(`seat.${step.seat}`) : '',
    href: planUrl(url, step.plan),
  }));
}
