import { type CatalogueRow, catalogue, getChildRows } from '../catalogue/catalogue.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { LicenseNotice } from '../licenses/license-dates.ts';
import type { LicenseIndex } from '../licenses/license-index.ts';
import type { Upgrade } from '../plans/minimal-upgrades.ts';
import { applyFunctionRights } from './apply-function-rights.ts';
import type { DecideBy, LicensesAndPlan } from './decision-cache.ts';
import type { Entitlement, Evidence, FeatureDecision, FeatureState } from './entitlement.ts';
import type { FeatureRule, Rules } from './rules.ts';
import type { FindUpgrades } from './upgrade-cache.ts';

/** The input for deciding the rows of one user. */
export interface DecisionContext extends LicensesAndPlan {
  /** The user's normalized function rights. */
  readonly rights: ReadonlySet<string>;
  readonly notices: readonly LicenseNotice[];
  readonly decideBy: DecideBy;
  readonly findUpgrades: FindUpgrades;
}

const bestFirst: readonly FeatureState[] = ['enabled', 'view-only', 'hidden-by-role', 'unknown', 'upgrade'];

/** Decides the 76 catalogue rows for one user, in catalogue order. */
export function decideEntitlements(rules: Rules, context: DecisionContext): readonly Entitlement[] {
  const decided = new Map<FeatureKey, Entitlement>();
  const decide = context.decideBy(context);
  for (const rule of rules.features.values()) {
    decided.set(rule.feature, toEntitlement(decide(rule), rule, rules, context));
  }
  const getRowEntitlement = (row: CatalogueRow): Entitlement => {
    const entitlement = decided.get(row.feature) ?? undetermined(row, rules);
    return entitlement.row === row.id ? entitlement : { ...entitlement, row: row.id };
  };
  return catalogue.map((row) => {
    const children = getChildRows(row.id);
    return children.length === 0
      ? getRowEntitlement(row)
      : decideGroup(row, children.map(getRowEntitlement), rules);
  });
}

/** Returns the 76 rows for an unknown user; each is `unknown`. */
export function undeterminedEntitlements(rules: Rules): readonly Entitlement[] {
  return catalogue.map((row) => undetermined(row, rules));
}

function undetermined({ id: row, feature }: CatalogueRow, { documentation }: Rules): Entitlement {
  const decision = { state: 'unknown', reason: 'user-unknown', confidence: 'none' } as const;
  return { row, feature, ...decision, evidence: [documentation[feature]], upgrades: [] };
}

/** The state of a feature, given what its licenses decide. */
export function decideState(
  licensed: FeatureDecision,
  rule: FeatureRule,
  context: Pick<DecisionContext, 'rights' | 'plan' | 'findUpgrades'>,
): FeatureState {
  if (!rule.hidingFunctionRights.some((right) => context.rights.has(right))) return licensed.state;
  const upgrades = findFeatureUpgrades(licensed, rule, context);
  return applyFunctionRights(licensed, rule, context.rights, upgrades.length > 0).state;
}

function toEntitlement(
  licensed: FeatureDecision,
  rule: FeatureRule,
  rules: Rules,
  context: DecisionContext,
): Entitlement {
  const upgrades = findFeatureUpgrades(licensed, rule, context);
  const visible = applyFunctionRights(licensed, rule, context.rights, upgrades.length > 0);
  const { state, reason, confidence, evidence } = addExpiration(visible, rule, context);
  return {
    row: rule.rows[0].id,
    feature: rule.feature,
    state,
    reason,
    confidence,
    evidence: [...evidence, rules.documentation[rule.feature]],
    upgrades,
  };
}

function addExpiration(
  decision: FeatureDecision,
  rule: FeatureRule,
  { notices, licenseIndex }: DecisionContext,
): FeatureDecision {
  if (decision.state !== 'enabled' && decision.state !== 'view-only') return decision;
  const expired = findTenantExpiration(notices) ?? findModuleExpiration(rule, licenseIndex);
  return expired === null ? decision : { ...decision, evidence: [...decision.evidence, expired] };
}

function findTenantExpiration(notices: readonly LicenseNotice[]): Evidence | null {
  const notice = notices.find(({ kind }) => kind !== 'license-expires-soon');
  if (notice === undefined) return null;
  const readOnly = notice.kind === 'license-read-only';
  return { kind: 'license-expired', module: null, date: notice.date, readOnly };
}

// One valid site license is sufficient, because they are alternatives. Each user license and each plan must be valid.
function findModuleExpiration(
  { site, user }: FeatureRule,
  { site: siteLicenses, plans, expired }: LicenseIndex,
): Evidence | null {
  if (expired.size === 0) return null;
  const granted = site.filter((name) => siteLicenses.has(name));
  const hasValid = granted.some((name) => !expired.has(name));
  for (const module of [...(hasValid ? [] : granted), ...user, ...plans.map(({ name }) => name)]) {
    const date = expired.get(module);
    if (date !== undefined) return { kind: 'license-expired', module, date, readOnly: false };
  }
  return null;
}

function findFeatureUpgrades(
  { state }: FeatureDecision,
  rule: FeatureRule,
  { plan, findUpgrades }: Pick<DecisionContext, 'plan' | 'findUpgrades'>,
): readonly Upgrade[] {
  if (state !== 'upgrade' && state !== 'view-only') return [];
  return findUpgrades([rule], plan);
}

// A group has no license and takes its state from its best feature.
function decideGroup(
  row: CatalogueRow,
  children: readonly Entitlement[],
  { documentation }: Rules,
): Entitlement {
  const state = bestFirst.find((each) => children.some((child) => child.state === each)) ?? 'unknown';
  const best = children.find((child) => child.state === state);
  return {
    row: row.id,
    feature: row.feature,
    state,
    reason: 'group-of-features',
    confidence: best?.confidence ?? 'none',
    evidence: [
      ...children.map((child) => ({ kind: 'feature', row: child.row, state: child.state }) as const),
      documentation[row.feature],
    ],
    upgrades: best?.upgrades ?? [],
  };
}
