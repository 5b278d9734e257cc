import { planUrl } from '../links.ts';
import { planLabel } from '../plan-names.ts';
import type { Visit } from './panel-context.ts';

/** What one step up from the user's plan would add. */
export interface GainView {
  readonly plan: string;
  readonly text: string;
  /** What it takes to get it; empty for a CRM Suite plan, which is one for the whole company. */
  readonly seat: string;
  readonly href: string;
}

const mostShown = 3;

/** The plans one step up that would enable most. */
export function gainsOf({ held, plans, address, language }: Visit): GainView[] {
  const { t } = language;
  const steps = held === null ? [] : plans.stepsUp(held.content);
  return steps.slice(0, mostShown).map((step) => ({
    plan: planLabel(step.plan, language),
    text: t('panel.gain', { count: step.enables.length }),
    seat: step.kind === 'user-plan' ? t(`seat.${step.seat}`) : '',
    href: planUrl(address, step.plan),
  }));
}
