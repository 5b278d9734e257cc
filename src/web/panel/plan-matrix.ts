import { type CatalogueRow, catalogue, getChildRows } from '../../licensing/catalogue/catalogue.ts';
import { getRowLabel } from '../../licensing/catalogue/labels.ts';
import type { FeatureState } from '../../licensing/entitlements/entitlement.ts';
import type { Seat } from '../../licensing/plans/seat-availability.ts';
import { planUrl } from '../links.ts';
import { assignedPlanName, isSuitePlan, planLabel } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';
import type { EntitledPanelContext } from './panel-context.ts';
import { type FeatureOutcome, featuresWith, type PlanChange, type PlanOutcome } from './plan-outcome.ts';
import type { PlanSelection } from './plan-selection.ts';

/** A plan as a column of the matrix. */
interface MatrixColumn {
  readonly label: string;
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
  /** Whether the state has an icon, because it is neither simply included nor missing. */
  readonly hasIcon: boolean;
  /** What the sign of the cell means. */
  readonly text: string;
  /** The maximum number on a CRM Suite plan; empty without a limit. */
  readonly limit: string;
}

/** A feature in the matrix. */
interface MatrixRow {
  readonly label: string;
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

/** Plans side by side, feature by feature. */
export interface PlanMatrix {
  readonly columns: readonly MatrixColumn[];
  readonly groups: readonly MatrixGroup[];
  readonly hasSeats: boolean;
  /** The states shown by an icon, with their names. */
  readonly icons: readonly { readonly state: FeatureState; readonly text: string }[];
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
  const cells = groups.flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  return {
    columns: plans.map((each) => matrixColumn(each, context, selection)),
    groups,
    hasSeats: outcomes.some(({ seat }) => seat !== null),
    icons: iconStates
      .filter((state) => cells.some((cell) => cell.state === state))
      .map((state) => ({ state, text: language.t(`state.${state}`) })),
  };
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
  { differencesOnly }: PlanSelection,
): MatrixColumn {
  const { plan, features, seat } = outcome;
  const { t } = language;
  const leaves = [...features].filter(([feature]) => {
    const row = report.features.get(feature)?.row;
    return row !== undefined && getChildRows(row).length === 0;
  });
  const gained = featuresWith(outcome, 'gained').length;
  const lost = featuresWith(outcome, 'lost').length;
  const label = plan !== null && isSuitePlan(plan) ? t(`suitePlan.${plan}`) : null;
  return {
    label: label ?? (plan === null ? assignedPlanName(report.plan, language) : planLabel(plan, language)),
    href: plan === null || role !== 'other' ? '' : planUrl(url, plan, differencesOnly),
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
  const rows = leaves.map(({ id, feature }) => ({
    label: getRowLabel(id, language.code),
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
        enabled: leaves.filter(({ feature }) => outcome.features.get(feature)?.state === 'enabled').length,
        total: leaves.length,
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
  const isIncluded = state === 'enabled';
  const hasIcon = iconStates.some((each) => each === state);
  const words = [
    ...(change === 'gained' ? [t('compare.cell.gained')] : []),
    ...(change === 'lost' ? [t('compare.cell.lost')] : []),
    ...(hasIcon ? [t(`state.${state}`)] : []),
  ];
  const text = words.join(' · ') || t(isIncluded ? 'compare.cell.included' : 'compare.cell.missing');
  return { role, state, change, hasIcon, text, limit: limit === null ? '' : `≤ ${number(limit.maximum)}` };
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
