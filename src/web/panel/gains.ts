import { nextPlansAbove } from '../../plans/next-plans.ts';
import { readerQuery } from './panel-address.ts';
import { type AnyPlan, planLabel } from './plan-names.ts';
import type { Visit } from './visit.ts';

/** What one step up from the user's plan would add. */
export interface GainView {
  readonly plan: string;
  readonly text: string;
  readonly seat: string;
  readonly href: string;
}

const mostShown = 3;

/** The plans one step up, those that would enable most first; a plan that would enable nothing is none. */
export function gainsOf({ report, held, plans, address, language }: Visit): GainView[] {
  const { t } = language;
  const user = held?.content;
  if (user === undefined) return [];
  const gains = nextPlansAbove(report.plan).map(({ kind, plan }) => {
    if (kind === 'suite-plan') {
      const gained = plans.changesOnSuite(user, plan).filter(({ change }) => change === 'gained');
      return { plan, count: gained.length, seat: '' };
    }
    const whatIf = plans.whatIf(user, plan);
    const enabled = whatIf?.changes.filter(({ after }) => after === 'enabled') ?? [];
    return { plan, count: enabled.length, seat: whatIf === null ? '' : t(`seat.${whatIf.seat}`) };
  });
  return gains
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, mostShown)
    .map(({ plan, count, seat }: { plan: AnyPlan; count: number; seat: string }) => ({
      plan: planLabel(plan, language),
      text: t('panel.gain', { count }),
      seat,
      href: `/panel/plan?${readerQuery(address)}&plan=${encodeURIComponent(plan)}`,
    }));
}
