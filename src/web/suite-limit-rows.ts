import type { ReportedLimits } from '../licensing/licenses/license-data.ts';
import type { DetectedPlan } from '../licensing/plans/detect-plan.ts';
import {
  type LimitLevel,
  type SuiteLimitStatus,
  suiteLimitStatuses,
} from '../licensing/plans/suite-limit-statuses.ts';
import { planLabel } from './plan-names.ts';
import type { Language } from './rendering/i18n.ts';

/** A limit of the tenant's CRM Suite plan, as `views/partials/suite-limits.ejs` shows it. */
export interface SuiteLimitRow {
  readonly name: string;
  readonly value: string;
  readonly level: LimitLevel;
  /** The warning; empty below 85 %. */
  readonly warning: string;
  /** What is restricted at 100 %, and what to do; empty below 85 %. */
  readonly advice: string;
}

/** The limits of a tenant; empty without CRM Suite, or if nothing is known. */
export function suiteLimitRows(
  plan: DetectedPlan | null,
  reported: ReportedLimits | null,
  language: Language,
): readonly SuiteLimitRow[] {
  if (plan?.kind !== 'suite') return [];
  return suiteLimitStatuses(plan.plan, reported).map((status) => toRow(status, language));
}

function toRow(status: SuiteLimitStatus, language: Language): SuiteLimitRow {
  const { name, level } = status;
  const { t } = language;
  return {
    name: t(`limit.${name}`),
    value: describeUse(status, language),
    level,
    warning: level === 'below' ? '' : t(`limit.level.${level}`),
    advice: level === 'below' ? '' : describeAdvice(status, language),
  };
}

/** "97 of 100"; the maximum alone if its use is not reported. */
function describeUse({ maximum, active }: SuiteLimitStatus, { t, number }: Language): string {
  if (maximum === 'unlimited') return t('panel.unlimited');
  if (active !== null) return t('limit.use', { active: number(active), maximum: number(maximum) });
  return maximum === 0 ? number(0) : t('limit.notReported', { maximum: number(maximum) });
}

function describeAdvice({ name, liftedBy }: SuiteLimitStatus, language: Language): string {
  const { t } = language;
  const stops = t(`limit.stops.${name}`);
  return liftedBy === null ? stops : `${stops} ${t('limit.lifted', { plan: planLabel(liftedBy, language) })}`;
}
