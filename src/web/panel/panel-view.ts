import { addOnLabel } from '../../plans/add-ons.ts';
import { type CatalogueRow, catalogue, childrenOf } from '../../plans/catalogue.ts';
import type { FeatureCounts, PlanReport } from '../../plans/plan-report.ts';
import type { RecognisedPlan } from '../../plans/recognise-plan.ts';
import type { DatedSnapshot } from '../../tenants/last-good.ts';
import type { Language } from '../languages.ts';
import { catalogueLanguage, type FeatureView, featureView } from './feature-view.ts';

interface TierView {
  readonly title: string;
  readonly features: readonly FeatureView[];
}

interface SolutionView {
  readonly id: CatalogueRow['solution'];
  readonly title: string;
  readonly tally: string;
  readonly tiers: readonly TierView[];
}

/** Everything `views/panel.ejs` prints. */
export interface PanelView {
  readonly companyName: string;
  readonly plan: string;
  readonly planNote: string;
  /** Null where nothing is known of the user's features. */
  readonly summary: { readonly text: string; readonly rest: string; readonly enabledPercent: number } | null;
  readonly asOf: string;
  readonly notices: readonly string[];
  readonly solutions: readonly SolutionView[];
  readonly addOns: readonly FeatureView[];
  readonly unknownModules: string;
}

/** Puts a plan report into the words of one language. Decides nothing about features. */
export function panelView(input: {
  report: PlanReport;
  companyName: string;
  snapshots: readonly (DatedSnapshot<unknown> | null)[];
  language: Language;
}): PanelView {
  const { report, companyName, language } = input;
  const { t } = language;
  const snapshots = input.snapshots.filter((snapshot) => snapshot !== null);
  const readAt = Math.min(...snapshots.map((snapshot) => snapshot.readAt));
  const stale = snapshots.some((snapshot) => snapshot.stale);
  return {
    companyName,
    plan: planName(report.plan, language),
    planNote: planNote(report.plan, language),
    summary: summaryOf(report.counts, language),
    asOf:
      snapshots.length === 0
        ? ''
        : t(stale ? 'panel.asOfStale' : 'panel.asOf', { moment: language.moment(readAt) }),
    notices: noticesOf(report, input.snapshots, language),
    solutions: solutionViews(report, language),
    addOns: report.addOns.map((addOn) => ({
      id: addOn.key,
      label: addOnLabel(addOn.key, catalogueLanguage(language)),
      state: addOn.state,
      stateText: t(`state.${addOn.state}`),
      reason: t(`reason.${addOn.reason}`),
      upgrade: '',
      children: [],
    })),
    unknownModules: report.unknownModules.join(', '),
  };
}

function summaryOf(counts: FeatureCounts, { t }: Language): PanelView['summary'] {
  const { total, enabled, upgrade, viewOnly, hiddenByRole, unknown } = counts;
  if (unknown === total) return null;
  const rest = { upgrade, 'view-only': viewOnly, 'hidden-by-role': hiddenByRole, unknown };
  return {
    text: t('panel.summary', { enabled, total }),
    rest: Object.entries(rest)
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${t(`state.${state}`)}: ${count}`)
      .join(' · '),
    enabledPercent: Math.round((100 * enabled) / total),
  };
}

function planName(plan: RecognisedPlan | null, { t }: Language): string {
  switch (plan?.kind) {
    case 'user-plan':
      return plan.plan?.label ?? plan.description;
    case 'old-plan':
    case 'undocumented-plan':
      return plan.description;
    case 'suite':
      return t('plan.suite', { plan: plan.plan === null ? '' : t(`suitePlan.${plan.plan}`) }).trim();
    case 'no-plan':
      return t('plan.none');
    case undefined:
      return t('plan.unknown');
  }
}

function planNote(plan: RecognisedPlan | null, { t }: Language): string {
  if (plan === null) return t('planNote.unknown');
  if (plan.kind === 'user-plan') return plan.plan === null ? t('planNote.tierUnknown') : '';
  return t(`planNote.${plan.kind}`);
}

function noticesOf(
  report: PlanReport,
  [bought]: readonly (DatedSnapshot<unknown> | null)[],
  { t, date }: Language,
): string[] {
  const dates = report.notices.map(({ kind, date: day, graceDate }) => {
    const known = t(`notice.${kind}`, { date: date(day) });
    const inGrace = kind === 'license-expired' && graceDate !== null;
    return inGrace ? `${known} ${t('notice.grace', { date: date(graceDate) })}` : known;
  });
  return bought ? dates : [...dates, t('notice.tenantLicenseRefused')];
}

/** What every plan has comes last: nobody opens the panel to look for it. */
const tiersBySolution = [
  ['sales', ['essential', 'premium']],
  ['service', ['essential', 'premium']],
  ['marketing', ['essential', 'premium']],
  ['common', ['common']],
] as const;

function solutionViews(report: PlanReport, language: Language): SolutionView[] {
  const { t } = language;
  const decided = new Map(report.entitlements.map((entitlement) => [entitlement.row, entitlement]));
  const viewOf = (row: CatalogueRow): FeatureView[] => {
    const entitlement = decided.get(row.id);
    const children = childrenOf(row.id).flatMap(viewOf);
    return entitlement === undefined ? [] : [featureView(entitlement, children, language)];
  };
  return tiersBySolution.map(([solution, tiers]) => {
    const rows = catalogue.filter((row) => row.solution === solution);
    const leaves = rows.filter((row) => childrenOf(row.id).length === 0);
    const enabled = leaves.filter((row) => decided.get(row.id)?.state === 'enabled').length;
    return {
      id: solution,
      title: t(`solution.${solution}`),
      tally: t('panel.tally', { enabled, total: leaves.length }),
      tiers: tiers.map((tier) => ({
        title: tier === 'common' ? '' : t(`tier.${tier}`),
        features: rows.filter((row) => row.tier === tier && row.parent === null).flatMap(viewOf),
      })),
    };
  });
}
