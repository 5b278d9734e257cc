import { type CatalogueRow, catalogue, getChildRows } from '../../licensing/catalogue/catalogue.ts';
import { getRowLabel } from '../../licensing/catalogue/labels.ts';
import type { FeatureState } from '../../licensing/entitlements/entitlement.ts';
import type { Seat } from '../../licensing/plans/seat-availability.ts';
import { planUrl } from '../links.ts';
import { assignedPlanName, isSuitePlan, planLabel } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';
import { describeCounted, isCounted } from './feature-row.ts';
import type { EntitledPanelContext } from './panel-context.ts';
import { type FeatureOutcome, featuresWith, type PlanChange, type PlanOutcome } from './plan-outcome.ts';
import {
  findOwnPlan,
  findPartOfSolution,
  getMatrixPlans,
  getPlanParts,
  mayCombine,
  type PlanSelection,
} from './plan-selection.ts';

/** A plan as a column of the matrix. */
interface MatrixColumn {
  readonly label: string;
  /** Whether it is meant in addition to the own plan or instead of it; empty if that is plain. */
  readonly basis: string;
  /** Compares this plan; empty for the own plan and for the chosen one. */
  readonly href: string;
  readonly role: ColumnRole;
  /** How many features are enabled. */
  readonly enabled: string;
  /** How many features it adds and takes away; empty for the own plan. */
  readonly gained: string;
  readonly lost: string;
  readonly losesAny: boolean;
  readonly seat: Seat | null;
  readonly seatText: string;
}

/** Why a narrow page shows a column: only `own` and `chosen` remain there. */
type ColumnRole = 'own' | 'chosen' | 'other';

/** A feature on a plan. */
interface MatrixCell {
  readonly role: ColumnRole;
  readonly state: FeatureState;
  readonly change: PlanChange | null;
  /** The names of its icons. */
  readonly icons: readonly string[];
  /** What the icons mean. */
  readonly text: string;
  /** The maximum number on a CRM Suite plan; empty without a limit. */
  readonly limit: string;
}

/** A feature in the matrix. */
interface MatrixRow {
  readonly label: string;
  /** Where it is counted, if another solution lists it before; empty if it is counted here. */
  readonly countedUnder: string;
  readonly cells: readonly MatrixCell[];
}

/** The features of a solution. */
interface MatrixGroup {
  readonly id: CatalogueRow['solution'];
  readonly title: string;
  /** The number of enabled features of each plan. */
  readonly tallies: readonly { readonly role: ColumnRole; readonly text: string }[];
  /** Whether its rows are shown at first: if a plan differs from the own one. */
  readonly isOpen: boolean;
  readonly rows: readonly MatrixRow[];
}

/** An icon of the cells; the state or the change gives it its colour. */
interface LegendEntry {
  readonly icon: string;
  readonly state: FeatureState;
  readonly change: PlanChange | null;
  readonly text: string;
}

/** Plans side by side, feature by feature. */
export interface PlanMatrix {
  /** What the columns compare. */
  readonly basis: string;
  readonly columns: readonly MatrixColumn[];
  readonly groups: readonly MatrixGroup[];
  readonly hasSeats: boolean;
  /** The icons of the cells, with what they mean. */
  readonly legend: readonly LegendEntry[];
}

/** Puts plans side by side. The own plan is one of them; the chosen one is null if it is not another. */
export function planMatrix(
  context: EntitledPanelContext,
  outcomes: readonly PlanOutcome[],
  selection: PlanSelection,
): PlanMatrix {
  const { language } = context;
  const plans = outcomes.map((outcome) => ({ outcome, role: findRole(outcome, selection) }));
  const groups = (['sales', 'service', 'marketing', 'common'] as const)
    .map((solution) => matrixGroup(solution, plans, language))
    .map((group) => (selection.differencesOnly ? withDifferences(group) : group))
    .filter(({ rows }) => rows.length > 0);
  return {
    basis: describeBasis(context, selection),
    columns: plans.map((each) => matrixColumn(each, context, selection)),
    groups,
    hasSeats: outcomes.some(({ seat }) => seat !== null),
    legend: describeIcons(groups, language),
  };
}

function describeBasis({ report, language }: EntitledPanelContext, { basis }: PlanSelection): string {
  if (report.plan?.kind === 'no-plan') return language.t('compare.columns.no-plan');
  return language.t(`compare.columns.${basis}`, { plan: assignedPlanName(report.plan, language) });
}

/** The four basic icons, and those of the other states that cells have. */
function describeIcons(groups: readonly MatrixGroup[], { t }: Language): readonly LegendEntry[] {
  const cells = groups.flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  return [
    { icon: 'included', state: 'enabled', change: null, text: t('compare.cell.included') },
    { icon: 'missing', state: 'upgrade', change: null, text: t('compare.cell.missing') },
    { icon: 'gained', state: 'enabled', change: 'gained', text: t('compare.cell.gained') },
    { icon: 'lost', state: 'upgrade', change: 'lost', text: t('compare.cell.lost') },
    ...iconStates
      .filter((state) => cells.some((cell) => cell.state === state))
      .map((state) => ({ icon: state, state, change: null, text: t(`state.${state}`) })),
  ];
}

interface MatrixPlan {
  readonly outcome: PlanOutcome;
  readonly role: ColumnRole;
}

function findRole({ plan, isOwn }: PlanOutcome, { chosen }: PlanSelection): ColumnRole {
  if (isOwn) return 'own';
  return plan === chosen ? 'chosen' : 'other';
}

function matrixColumn(
  { outcome, role }: MatrixPlan,
  { report, url, language }: EntitledPanelContext,
  selection: PlanSelection,
): MatrixColumn {
  const { plan, features, seat } = outcome;
  const { differencesOnly } = selection;
  const { t } = language;
  const leaves = [...features].filter(([feature]) => {
    const row = report.features.get(feature)?.row;
    return row !== undefined && getChildRows(row).length === 0;
  });
  const gained = featuresWith(outcome, 'gained').length;
  const lost = featuresWith(outcome, 'lost').length;
  const isInstead = selection.basis === 'instead' && mayCombine(report);
  return {
    ...nameColumn({ outcome, role }, { report, language }, selection),
    href: plan === null || role !== 'other' ? '' : planUrl(url, plan, { differencesOnly, isInstead }),
    role,
    enabled: t('panel.tally', {
      enabled: leaves.filter(([, { state }]) => state === 'enabled').length,
      total: leaves.length,
    }),
    gained: role === 'own' ? '' : signed('+', gained, language),
    lost: role === 'own' ? '' : signed('−', lost, language),
    losesAny: lost > 0,
    seat,
    seatText: seat === null ? '' : t(`seatBadge.${seat}`),
  };
}

/** A plan in addition to the own one is named by what it adds, another tier of the same solution by what it replaces. */
function nameColumn(
  { outcome: { plan }, role }: MatrixPlan,
  { report, language }: Pick<EntitledPanelContext, 'report' | 'language'>,
  { basis }: PlanSelection,
): Pick<MatrixColumn, 'label' | 'basis'> {
  const { t } = language;
  if (plan === null) return { label: assignedPlanName(report.plan, language), basis: '' };
  if (isSuitePlan(plan)) return { label: t(`suitePlan.${plan}`), basis: '' };
  const label = planLabel(plan, language);
  const own = findOwnPlan(report);
  if (role === 'own' || own === null) return { label, basis: '' };
  if (basis === 'instead') return { label, basis: t('compare.column.instead') };
  if (role === 'chosen') return { label, basis: '' };
  const [added = plan] = getMatrixPlans(report).filter(
    (part) => getPlanParts(plan).includes(part) && !getPlanParts(own).includes(part),
  );
  const replaced = findPartOfSolution(own, added);
  return {
    label: planLabel(added, language),
    basis:
      replaced === null
        ? t('compare.column.in-addition')
        : t('compare.column.instead-of', { plan: planLabel(replaced, language) }),
  };
}

function signed(sign: string, count: number, { number }: Language): string {
  return count === 0 ? '0' : `${sign}${number(count)}`;
}

function matrixGroup(
  solution: CatalogueRow['solution'],
  plans: readonly MatrixPlan[],
  language: Language,
): MatrixGroup {
  const { t } = language;
  const leaves = catalogue.filter((row) => row.solution === solution && getChildRows(row.id).length === 0);
  const counted = leaves.filter(isCounted);
  const rows = leaves.map(({ id, feature }) => ({
    label: getRowLabel(id, language.code),
    countedUnder: describeCounted({ id, feature }, language),
    cells: plans.flatMap(({ outcome, role }) => {
      const found = outcome.features.get(feature);
      return found === undefined ? [] : [matrixCell(found, role, language)];
    }),
  }));
  return {
    id: solution,
    title: t(`solution.${solution}`),
    tallies: plans.map(({ outcome, role }) => ({
      role,
      text: t('panel.tally', {
        enabled: counted.filter(({ feature }) => outcome.features.get(feature)?.state === 'enabled').length,
        total: counted.length,
      }),
    })),
    isOpen: rows.some(hasDifference),
    rows,
  };
}

const iconStates = ['view-only', 'hidden-by-role', 'unknown'] as const;

function matrixCell(
  { state, change, limit }: FeatureOutcome,
  role: ColumnRole,
  { t, number }: Language,
): MatrixCell {
  const shown = [
    ...(change === 'gained' || change === 'lost' ? ([change] as const) : []),
    ...iconStates.filter((each) => each === state),
  ];
  const icons =
    shown.length > 0 ? shown : [state === 'enabled' ? ('included' as const) : ('missing' as const)];
  return {
    role,
    state,
    change,
    icons,
    text: icons
      .map((icon) => (isIconState(icon) ? t(`state.${icon}`) : t(`compare.cell.${icon}`)))
      .join(' · '),
    limit: limit === null ? '' : `≤ ${number(limit.maximum)}`,
  };
}

function isIconState(icon: string): boolean {
  return iconStates.some((each) => each === icon);
}

/** The rows in which the chosen plan differs from the own one; without a chosen plan, any plan. */
function withDifferences(group: MatrixGroup): MatrixGroup {
  const hasChosen = group.rows.some(({ cells }) => cells.some(({ role }) => role === 'chosen'));
  const isShown = ({ cells }: MatrixRow) =>
    cells.some(({ change, role }) => change !== null && (!hasChosen || role === 'chosen'));
  return { ...group, isOpen: true, rows: group.rows.filter(isShown) };
}

function hasDifference({ cells }: MatrixRow): boolean {
  return cells.some(({ change }) => change !== null);
}
