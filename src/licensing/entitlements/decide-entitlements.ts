import { type CatalogueRow, catalogue, getChildRows } from '../catalogue/catalogue.ts';
import type { FeatureKey } from '../catalogue/feature-keys.ts';
import type { Notice } from '../licenses/license-dates.ts';
import type { LicenseIndex } from '../licenses/license-index.ts';
import type { DetectedPlan } from '../plans/detect-plan.ts';
import type { Upgrade } from '../plans/minimal-upgrades.ts';
import { applyFunctionRights } from './apply-function-rights.ts';
import { decideByLicense } from './decide-by-license.ts';
import type { Entitlement, Evidence, FeatureDecision, FeatureState } from './entitlement.ts';
import type { FeatureRule, Rules } from './rules.ts';
import type { FindUpgrades } from './upgrade-cache.ts';

/** What the rows of one user are decided from. */
export interface DecisionContext {
  readonly licenseIndex: LicenseIndex;
  readonly plan: DetectedPlan | null;
  /** The user's function rights as they are compared. */
  readonly rights: ReadonlySet<string>;
  readonly notices: readonly Notice[];
  readonly findUpgrades: FindUpgrades;
}

const bestFirst: readonly FeatureState[] = ['enabled', 'view-only', 'hidden-by-role', 'unknown', 'upgrade'];

/** Decides the 76 catalogue rows for one user, in catalogue order. */
export function decideEntitlements(rules: Rules, decisionContext: DecisionContext): readonly Entitlement[] {
  const decided = new Map<FeatureKey, Entitlement>();
  for (const rule of rules.features.values()) {
    decided.set(rule.feature, featureEntitlement(rule, rules, decisionContext));
  }
  const inRow = (row: CatalogueRow): Entitlement => {
    const entitlement = decided.get(row.feature) ?? undetermined(row);
    return entitlement.row === row.id ? entitlement : { ...entitlement, row: row.id };
  };
  return catalogue.map((row) => {
    const children = getChildRows(row.id);
    return children.length === 0 ? inRow(row) : groupEntitlement(row, children.map(inRow));
  });
}

/** The 76 rows of a user of whom nothing is known. */
export function undeterminedEntitlements(): readonly Entitlement[] {
  return catalogue.map(undetermined);
}

function undetermined({ id: row, feature }: CatalogueRow): Entitlement {
  const verdict = { state: 'unknown', reason: 'user-unknown', confidence: 'none', evidence: [] } as const;
  return { row, feature, ...verdict, upgrades: [] };
}

function featureEntitlement(rule: FeatureRule, rules: Rules, decisionContext: DecisionContext): Entitlement {
  const licensed = decideByLicense(rule, rules, decisionContext);
  const upgrades = upgradesFor(licensed, rule, decisionContext);
  const visible = applyFunctionRights(licensed, rule, decisionContext.rights, upgrades.length > 0);
  const { state, reason, confidence, evidence } = withExpiration(visible, rule, decisionContext);
  return { row: rule.rows[0].id, feature: rule.feature, state, reason, confidence, evidence, upgrades };
}

function withExpiration(
  verdict: FeatureDecision,
  rule: FeatureRule,
  { notices, licenseIndex }: DecisionContext,
): FeatureDecision {
  if (verdict.state !== 'enabled' && verdict.state !== 'view-only') return verdict;
  const expired = tenantExpiration(notices) ?? modulesExpiration(rule, licenseIndex);
  return expired === null ? verdict : { ...verdict, evidence: [...verdict.evidence, expired] };
}

function tenantExpiration(notices: readonly Notice[]): Evidence | null {
  const notice = notices.find(({ kind }) => kind !== 'license-expires-soon');
  if (notice === undefined) return null;
  const readOnly = notice.kind === 'license-read-only';
  return { kind: 'license-expired', module: null, date: notice.date, readOnly };
}

// Of alternatives one that still counts is enough; of licenses needed together each has to. A plan counts for all.
function modulesExpiration(
  { site, user }: FeatureRule,
  { site: held, plans, expired }: LicenseIndex,
): Evidence | null {
  if (expired.size === 0) return null;
  const granted = site.filter((name) => held.has(name));
  const counting = granted.some((name) => !expired.has(name));
  for (const module of [...(counting ? [] : granted), ...user, ...plans.map(({ name }) => name)]) {
    const date = expired.get(module);
    if (date !== undefined) return { kind: 'license-expired', module, date, readOnly: false };
  }
  return null;
}

function upgradesFor(
  { state }: FeatureDecision,
  rule: FeatureRule,
  { plan, findUpgrades }: DecisionContext,
): readonly Upgrade[] {
  if (state !== 'upgrade' && state !== 'view-only') return [];
  return findUpgrades([rule], plan);
}

// A group has no license of its own: it is as good as the best feature in it.
function groupEntitlement(row: CatalogueRow, children: readonly Entitlement[]): Entitlement {
  const state = bestFirst.find((each) => children.some((child) => child.state === each)) ?? 'unknown';
  const best = children.find((child) => child.state === state);
  return {
    row: row.id,
    feature: row.feature,
    state,
    reason: 'group-of-features',
    confidence: best?.confidence ?? 'none',
    evidence: children.map((child) => ({ kind: 'feature', row: child.row, state: child.state })),
    upgrades: best?.upgrades ?? [],
  };
}
