import { readFileSync } from 'node:fs';
import german from '../../locales/de.json' with { type: 'json' };

/**
 * The expected German panel, derived from the published data independently of `src`: tiers are parsed from the plan's
 * description, and plans are tried one by one. Covers users with one known plan and a role that hides nothing.
 */
export interface ExpectedPanel {
  readonly plan: string;
  readonly summary: string;
  readonly rows: readonly PanelRow[];
}

/** A displayed row; `advice` is empty when no upgrade is needed. */
export interface PanelRow {
  readonly row: string;
  readonly state: 'enabled' | 'view-only' | 'upgrade' | 'unknown';
  readonly label: string;
  readonly stateText: string;
  readonly reason: string;
  readonly advice: string;
}

/** Derives the expected panel of a user. */
export function expectedPanel({
  tenantId,
  associateId,
}: {
  tenantId: string;
  associateId: number;
}): ExpectedPanel {
  const modules = requireFound(tenants.find((tenant) => tenant.contextIdentifier === tenantId)).modules;
  const user = requireFound(users[tenantId]?.find((each) => each.associateId === associateId));
  const plan = requireFound(modules.find((module) => module.ModuleName === user.plan));
  const holder = {
    modules,
    tiers: parseTiers(plan.ModuleDescription),
    granted: parseModuleNames(plan.ExtraInfo),
  };

  const common = features.filter(({ group }) => group === 'common');
  const solutionsFirst = [...features.filter(({ group }) => group !== 'common'), ...common];
  const decided = solutionsFirst.map((feature) => ({ feature, decision: decide(feature, holder) }));
  const leaves = decided.filter(({ feature }) => !isGroup(feature));
  const enabled = leaves.filter(({ decision }) => decision.state === 'enabled');
  const keysIn = (list: typeof leaves) => new Set(list.map(({ feature }) => feature.feature_key)).size;
  return {
    plan: planLabel(holder.tiers),
    summary: fill(german.panel.summary, { enabled: keysIn(enabled), total: keysIn(leaves) }),
    rows: decided.map(({ feature, decision }) => toPanelRow(feature, decision, holder)),
  };
}

const solutions = ['sales', 'service', 'marketing'] as const;
const tierNames = ['', 'Essentials', 'Premium'] as const;
/** Per solution: 0 none, 1 Essential, 2 Premium. */
type Tiers = Readonly<Record<(typeof solutions)[number], number>>;

interface Holder {
  readonly modules: readonly Module[];
  readonly tiers: Tiers;
  /** The user licenses that the plan grants. */
  readonly granted: ReadonlySet<string>;
}

type Decision = Pick<PanelRow, 'state'> & { readonly reason: keyof typeof german.reason };

function decide(feature: Feature, { modules, tiers, granted }: Holder): Decision {
  // Ended on 4 December 2024 (release-notes/eol/reports).
  if (feature.feature_key === 'standard-service-reports') return { state: 'unknown', reason: 'discontinued' };
  const sites = feature.site_module.split('|').filter(Boolean);
  const cals = requiredUserLicenses(feature);
  const hasSiteLicense = sites.length === 0 || modules.some(({ ModuleName }) => sites.includes(ModuleName));
  const hasUserLicenses = cals.every((name) => granted.has(name));
  const isLicensed = sites.length + cals.length > 0 && hasSiteLicense && hasUserLicenses;

  // A common row is in every plan; a missing module alone must not take it away
  // (docs/superoffice/licenses.md#6-modules-per-feature).
  const licensed = cals.length > 0 ? 'granted' : 'site-license-only';
  if (feature.group === 'common')
    return { state: 'enabled', reason: isLicensed ? licensed : 'in-every-plan' };
  // The plan decides features that depend only on site licenses or on licenses of common rows.
  if (cals.every(isCommonLicense)) {
    return decideByPlan(
      isInPlan(feature, tiers, modules),
      hasSiteLicense,
      isLicensed ? licensed : 'included-in-plan',
    );
  }
  if (!hasSiteLicense) return { state: 'upgrade', reason: 'site-license-missing' };
  if (hasUserLicenses) return { state: 'enabled', reason: 'granted' };
  if (sites.length === 0) return { state: 'upgrade', reason: 'not-licensed' };
  const editingOnly = cals.every((name) => granted.has(name) || editingLicenses.includes(name));
  return {
    state: 'view-only',
    reason: editingOnly ? 'user-license-missing' : 'user-license-missing-possibly-visible',
  };
}

/** User licenses for editing; others, such as `quote-cal`, enable a screen. */
const editingLicenses = [
  'dash-cal',
  'project-cal',
  'relation-cal',
  'report-cal',
  'sale-cal',
  'selection-cal',
  'stakeholder-cal',
  'target-cal',
];

/**
 * A site license applies to everyone (docs/superoffice/licenses.md#4-extraflags-and-extrainfo), so a user
 * whose plan includes the feature is licensed by it.
 */
function decideByPlan(inPlan: boolean, hasSiteLicense: boolean, enabledBy: Decision['reason']): Decision {
  if (inPlan) return { state: 'enabled', reason: enabledBy };
  return { state: 'upgrade', reason: hasSiteLicense ? 'plan-lacks' : 'site-license-missing' };
}

/** The sales guide also requires `sale-cal`: Marketing Premium users have `guide-cal`, but no sales. */
function requiredUserLicenses({ feature_key, user_module }: Feature): string[] {
  const names = user_module === '' ? [] : [user_module];
  return feature_key === 'sales-guide' ? [...names, 'sale-cal'] : names;
}

/**
 * `report-cal` is in the published sets of plans without Service, where it means Print, so it does not license the
 * Service reports; a site license such as `escalate` licenses only the tenant
 * (docs/superoffice/licenses.md#5-plans-and-tier-detection).
 */
function isCommonLicense(cal: string): boolean {
  return features.some((feature) => feature.group === 'common' && feature.user_module === cal);
}

/**
 * Whether the plan includes any row of the feature. The page on assignment asks for Service Essentials, and the page on
 * FAQ entries for Service Premium or CEP (docs/superoffice/changes-2026.md#3-contradictions).
 */
function isInPlan({ feature_key }: Feature, tiers: Tiers, modules: readonly Module[]): boolean {
  const hasCep = modules.some(({ ModuleName }) => ModuleName === 'cep');
  if (feature_key === 'auto-assign-to-agent' || (feature_key === 'knowledge-base' && hasCep))
    return tiers.service > 0;
  return features
    .filter((feature) => feature.feature_key === feature_key)
    .some(({ group, tier }) => group !== 'common' && tiers[group] >= (tier === 'premium' ? 2 : 1));
}

/** All 26 plans, those with the fewest solutions first, as published. */
const allPlans = [0, 1, 2]
  .flatMap((sales) => [0, 1, 2].map((service) => ({ sales, service })))
  .flatMap((pair) => [0, 1, 2].map((marketing): Tiers => ({ ...pair, marketing })))
  .filter((tiers) => countSteps(tiers) > 0)
  .sort((one, other) => countSolutions(one) - countSolutions(other));

/** The plans that retain the user's tiers, include the feature and add the fewest tier steps. */
function advice(feature: Feature, holder: Holder): string {
  const fitting = allPlans.filter(
    (tiers) =>
      solutions.every((each) => tiers[each] >= holder.tiers[each]) &&
      isInPlan(feature, tiers, holder.modules),
  );
  const fewest = Math.min(...fitting.map(countSteps));
  const plans = fitting
    .filter((tiers) => countSteps(tiers) === fewest)
    .map((tiers) => `${planLabel(tiers)} ${german.seat[seat(tiers, holder.modules)]}`);
  return plans.join(' | ');
}

/**
 * Without a row of the plan's name, none was purchased. For a row of the same name in another tier, it is not
 * published whether its seats apply (docs/superoffice/licenses.md#5-plans-and-tier-detection and #10-unknown), so the
 * user must ask.
 */
function seat(tiers: Tiers, modules: readonly Module[]): 'assign' | 'buy' | 'ask' {
  const name = `ten-${solutions.filter((each) => tiers[each] > 0).join('')}`;
  const row = modules.find((module) => module.ModuleName === name);
  if (row === undefined) return 'buy';
  if (planLabel(parseTiers(row.ModuleDescription)) !== planLabel(tiers)) return 'ask';
  return row.NumberOfLicenses > (row.inUse ?? 0) ? 'assign' : 'buy';
}

/**
 * Whether a license whose meaning is inferred from its name (`N`) decided, and what is published does not lead to the
 * same state; the panel displays that.
 */
function isInferred(feature: Feature, { state }: Decision, { tiers, modules }: Holder): boolean {
  if (feature.confidence !== 'N' || state === 'unknown') return false;
  const inPlan = feature.group === 'common' || isInPlan(feature, tiers, modules);
  return state !== (inPlan ? 'enabled' : 'upgrade');
}

function toPanelRow(feature: Feature, decision: Decision, holder: Holder): PanelRow {
  const { state, reason } = decision;
  const group = isGroup(feature);
  return {
    row: feature.row_id,
    state,
    // A misprint of the published page, which the panel does not repeat
    // (docs/superoffice/user-plans.md#7-languages).
    label: correctedLabels[feature.de] ?? feature.de,
    stateText: german.state[state],
    reason: group
      ? ''
      : `${german.reason[reason]}${isInferred(feature, decision, holder) ? ` ${german.feature.inferred}` : ''}`,
    // View-only users also see the plan for editing.
    advice: ['enabled', 'unknown'].includes(state) || group ? '' : advice(feature, holder),
  };
}

const correctedLabels: Readonly<Record<string, string>> = {
  'Firmen und Persone': 'Firmen und Personen',
  'Google Workplace-Dokumente': 'Google Workspace-Dokumente',
  'E-Mails senden an (max. 500)': 'E-Mails an Selektionsmitglieder senden (max. 500)',
  'Quote Management': 'Angebotsverwaltung (Quote Management)',
  'Integrierter Versanddienst (MailGun)': 'Integrierter Versanddienst (Mailgun)',
};

/** `Sales Essentials`, `SalesPremiumServicePremiumMarketingPremium`. */
function parseTiers(description: string): Tiers {
  const rank = (solution: string) => {
    const [, tier = ''] = new RegExp(`${solution} ?(Essentials|Premium)`).exec(description) ?? [];
    return Math.max(0, tierNames.indexOf(tier as (typeof tierNames)[number]));
  };
  return { sales: rank('Sales'), service: rank('Service'), marketing: rank('Marketing') };
}

function planLabel(tiers: Tiers): string {
  const parts = { sales: 'Sales', service: 'Service', marketing: 'Marketing' };
  return solutions
    .filter((each) => tiers[each] > 0)
    .map((each) => `${parts[each]}-${tierNames[tiers[each]]}`)
    .join(' + ');
}

function parseModuleNames(extraInfo: string): Set<string> {
  return new Set(extraInfo.replace(/^set=/, '').split(','));
}

function isGroup({ row_id }: Feature): boolean {
  return features.some((feature) => feature.parent_row === row_id);
}

function countSteps(tiers: Tiers): number {
  return tiers.sales + tiers.service + tiers.marketing;
}

function countSolutions(tiers: Tiers): number {
  return solutions.filter((each) => tiers[each] > 0).length;
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
}

interface Feature {
  readonly row_id: string;
  readonly group: 'common' | (typeof solutions)[number];
  readonly tier: string;
  readonly parent_row: string;
  readonly feature_key: string;
  readonly de: string;
  readonly site_module: string;
  readonly user_module: string;
  readonly confidence: string;
}

interface Module {
  readonly ModuleName: string;
  readonly ModuleDescription: string;
  readonly NumberOfLicenses: number;
  readonly ExtraInfo: string;
  readonly inUse?: number;
}

const features = readTable('./fixtures/features.tsv') as readonly Feature[];
const { tenants } = readJson('../../sandbox/data/tenants.json') as {
  tenants: readonly { contextIdentifier: string; modules: readonly Module[] }[];
};
const { users } = readJson('../../sandbox/data/users.json') as {
  users: Readonly<Record<string, readonly { associateId: number; plan: string | null }[]>>;
};

function readTable(file: string): unknown {
  const [head = [], ...lines] = read(file)
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return lines.map((line) => Object.fromEntries(head.map((name, at) => [name, line[at] ?? ''])));
}

function readJson(file: string): unknown {
  return JSON.parse(read(file));
}

function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}

function requireFound<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not in the published data');
  return value;
}
