import { addOnLabel } from '../plans/add-ons.ts';
import { type CatalogueRow, catalogue } from '../plans/catalogue.ts';
import type { Entitlement, FeatureState } from '../plans/entitlement.ts';
import { labelOf } from '../plans/labels.ts';
import { type Language as CatalogueLanguage, isLanguage } from '../plans/languages.ts';
import type { PlanReport } from '../plans/plan-report.ts';
import type { RecognisedPlan } from '../plans/recognise-plan.ts';
import type { Upgrade } from '../plans/upgrades.ts';
import { planOf } from '../plans/user-plans.ts';
import type { DatedSnapshot } from '../tenants/last-good.ts';
import type { Language } from './languages.ts';

/** One feature or add-on as the page prints it. */
export interface FeatureView {
  readonly id: string;
  readonly label: string;
  readonly state: FeatureState;
  readonly stateText: string;
  readonly reason: string;
  /** What would add it, in words; empty where nothing is known to. */
  readonly upgrade: string;
  readonly children: readonly FeatureView[];
}

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
  readonly summary: string;
  readonly enabledPercent: number;
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
  const { enabled, total } = report.counts;
  return {
    companyName,
    plan: planName(report.plan, language),
    planNote: planNote(report.plan, language),
    summary: t('panel.summary', { enabled, total }),
    enabledPercent: Math.round((100 * enabled) / total),
    asOf:
      snapshots.length === 0
        ? ''
        : t(stale ? 'panel.asOfStale' : 'panel.asOf', { moment: language.moment(readAt) }),
    notices: noticesOf(report, input.snapshots, language),
    solutions: solutionViews(report, language),
    addOns: report.addOns.map((addOn) => ({
      id: addOn.key,
      label: addOnLabel(addOn.key, catalogueLanguage(language)),
      ...stateWords(addOn, language),
      upgrade: '',
      children: [],
    })),
    unknownModules: report.unknownModules.join(', '),
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
  const dates = report.notices.map((notice) => t(`notice.${notice.kind}`, { date: date(notice.date) }));
  return bought ? dates : [...dates, t('notice.tenantLicenseRefused')];
}

const tiersBySolution = [
  ['common', ['common']],
  ['sales', ['essential', 'premium']],
  ['service', ['essential', 'premium']],
  ['marketing', ['essential', 'premium']],
] as const;

function solutionViews(report: PlanReport, language: Language): SolutionView[] {
  const { t } = language;
  const decided = new Map(report.entitlements.map((entitlement) => [entitlement.row, entitlement]));
  const viewOf = (row: CatalogueRow): FeatureView[] => {
    const entitlement = decided.get(row.id);
    const children = catalogue.filter((child) => child.parent === row.id).flatMap(viewOf);
    return entitlement === undefined ? [] : [featureView(entitlement, children, language)];
  };
  return tiersBySolution.map(([solution, tiers]) => {
    const rows = catalogue.filter((row) => row.solution === solution);
    const leaves = rows.filter((row) => !rows.some((other) => other.parent === row.id));
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

function featureView(
  entitlement: Entitlement,
  children: readonly FeatureView[],
  language: Language,
): FeatureView {
  return {
    id: entitlement.row,
    label: labelOf(entitlement.row, catalogueLanguage(language)),
    ...stateWords(entitlement, language),
    upgrade: children.length > 0 ? '' : upgradeWords(entitlement.upgrades, language),
    children,
  };
}

function stateWords({ state, reason }: Pick<Entitlement, 'state' | 'reason'>, { t }: Language) {
  return { state, stateText: t(`state.${state}`), reason: t(`reason.${reason}`) };
}

/** The least changes only: those that tie for the fewest tier steps. */
function upgradeWords(upgrades: readonly Upgrade[], { t, or }: Language): string {
  const [first] = upgrades;
  if (first === undefined) return '';
  if (first.kind === 'suite-plan') {
    const plan = t(`suitePlan.${first.plan}`);
    if (first.perhapsFrom === null) return t('upgrade.suite', { plan });
    return t('upgrade.suitePerhaps', { plan, perhaps: t(`suitePlan.${first.perhapsFrom}`) });
  }
  const least = upgrades.flatMap((each) =>
    each.kind === 'user-plan' && each.steps === first.steps
      ? [t(`upgrade.seat.${each.seat}`, { plan: planOf(each.plan).label })]
      : [],
  );
  return t('upgrade.plans', { plans: or(least) });
}

function catalogueLanguage({ code }: Language): CatalogueLanguage {
  return isLanguage(code) ? code : 'en';
}
