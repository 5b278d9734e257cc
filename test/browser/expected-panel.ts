import { readFileSync } from 'node:fs';
import german from '../../locales/de.json' with { type: 'json' };

/**
 * What the German panel should say of each published feature row, worked out from the published data by the plain
 * rules of the project, on another way than the app's: tiers are read from the plan's description, plans are tried
 * one by one. It covers users with one known plan and a role that hides nothing; nothing here comes from `src`.
 */
export interface ExpectedPanel {
  readonly plan: string;
  readonly summary: string;
  readonly rows: readonly PanelRow[];
}

/** A row as printed; `advice` is empty where nothing needs changing. */
export interface PanelRow {
  readonly row: string;
  readonly state: 'enabled' | 'view-only' | 'upgrade';
  readonly label: string;
  readonly stateText: string;
  readonly reason: string;
  readonly advice: string;
}

export function expectedPanel({
  tenantId,
  associateId,
}: {
  tenantId: string;
  associateId: number;
}): ExpectedPanel {
  const modules = found(tenants.find((tenant) => tenant.contextIdentifier === tenantId)).modules;
  const user = found(users[tenantId]?.find((each) => each.associateId === associateId));
  const plan = found(modules.find((module) => module.ModuleName === user.plan));
  const holder = { modules, tiers: tiersOf(plan.ModuleDescription), granted: namesIn(plan.ExtraInfo) };

  const common = features.filter(({ group }) => group === 'common');
  const solutionsFirst = [...features.filter(({ group }) => group !== 'common'), ...common];
  const decided = solutionsFirst.map((feature) => ({ feature, decision: decide(feature, holder) }));
  const leaves = decided.filter(({ feature }) => !isGroup(feature));
  const enabled = leaves.filter(({ decision }) => decision.state === 'enabled');
  const keysIn = (list: typeof leaves) => new Set(list.map(({ feature }) => feature.feature_key)).size;
  return {
    plan: planLabel(holder.tiers),
    summary: fill(german.panel.summary, { enabled: keysIn(enabled), total: keysIn(leaves) }),
    rows: decided.map(({ feature, decision }) => printed(feature, decision, holder)),
  };
}

const solutions = ['sales', 'service', 'marketing'] as const;
const tierNames = ['', 'Essentials', 'Premium'] as const;
/** Per solution: 0 none, 1 Essential, 2 Premium. */
type Tiers = Readonly<Record<(typeof solutions)[number], number>>;

interface Holder {
  readonly modules: readonly Module[];
  readonly tiers: Tiers;
  /** The user licenses the plan gives. */
  readonly granted: ReadonlySet<string>;
}

type Decision = Pick<PanelRow, 'state'> & { readonly reason: keyof typeof german.reason };

function decide(feature: Feature, { modules, tiers, granted }: Holder): Decision {
  const sites = feature.site_module.split('|').filter(Boolean);
  const cals = userLicensesOf(feature);
  const siteThere = sites.length === 0 || modules.some(({ ModuleName }) => sites.includes(ModuleName));
  const calsThere = cals.every((name) => granted.has(name));
  const allThere = sites.length + cals.length > 0 && siteThere && calsThere;

  // A common row is in every plan; a missing module alone must not take it away
  // (docs/superoffice/licenses.md#6-modules-per-feature).
  const licensed = cals.length > 0 ? 'granted' : 'site-license-only';
  if (feature.group === 'common') return { state: 'enabled', reason: allThere ? licensed : 'in-every-plan' };
  // What only a site license or a license of a common row speaks for, the plan decides.
  if (cals.every(isOfCommonRow)) {
    return byPlan(isInPlan(feature, tiers), siteThere, allThere ? licensed : 'included-in-plan');
  }
  if (!siteThere) return { state: 'upgrade', reason: 'site-license-missing' };
  if (calsThere) return { state: 'enabled', reason: 'granted' };
  if (sites.length === 0) return { state: 'upgrade', reason: 'not-licensed' };
  const editingOnly = cals.every((name) => granted.has(name) || editingLicenses.includes(name));
  return {
    state: 'view-only',
    reason: editingOnly ? 'user-license-missing' : 'user-license-missing-possibly-visible',
  };
}

/** User licenses whose published meaning is editing; `quote-cal`, say, "turns on" a screen instead. */
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
 * A site license applies to everyone (docs/superoffice/licenses.md#4-extraflags-and-extrainfo), so whose plan
 * has the feature is licensed by it.
 */
function byPlan(inPlan: boolean, siteThere: boolean, enabledBy: Decision['reason']): Decision {
  if (inPlan) return { state: 'enabled', reason: enabledBy };
  return { state: 'upgrade', reason: siteThere ? 'plan-lacks' : 'site-license-missing' };
}

/** The sales guide needs `sale-cal` too: Marketing Premium users hold `guide-cal`, but no sales. */
function userLicensesOf({ feature_key, user_module }: Feature): string[] {
  const names = user_module === '' ? [] : [user_module];
  return feature_key === 'sales-guide' ? [...names, 'sale-cal'] : names;
}

/**
 * `report-cal` is in the published sets of plans without Service and stands for Print, so it does not speak
 * for the Service reports; and a site license such as `escalate` speaks only for the tenant
 * (docs/superoffice/licenses.md#5-plans-and-tier-detection).
 */
function isOfCommonRow(cal: string): boolean {
  return features.some((feature) => feature.group === 'common' && feature.user_module === cal);
}

/** A feature listed in several rows is one feature: any of them in the plan will do. */
function isInPlan({ feature_key }: Feature, tiers: Tiers): boolean {
  return features
    .filter((feature) => feature.feature_key === feature_key)
    .some(({ group, tier }) => group !== 'common' && tiers[group] >= (tier === 'premium' ? 2 : 1));
}

/** All 26 plans, the basic ones first as they are published. */
const allPlans = [0, 1, 2]
  .flatMap((sales) => [0, 1, 2].map((service) => ({ sales, service })))
  .flatMap((pair) => [0, 1, 2].map((marketing): Tiers => ({ ...pair, marketing })))
  .filter((tiers) => steps(tiers) > 0)
  .sort((one, other) => countOf(one) - countOf(other));

/** The plans with the fewest more tier steps that keep what the user has and contain the feature. */
function advice(feature: Feature, holder: Holder): string {
  const fitting = allPlans.filter(
    (tiers) => solutions.every((each) => tiers[each] >= holder.tiers[each]) && isInPlan(feature, tiers),
  );
  const least = Math.min(...fitting.map(steps));
  const plans = fitting
    .filter((tiers) => steps(tiers) === least)
    .map((tiers) => `${planLabel(tiers)} ${german.seat[seat(tiers, holder.modules)]}`);
  return plans.join(' | ');
}

/**
 * No row under the plan's name: none was bought. A row of the same name in another tier: whether its seats
 * would do is not published (docs/superoffice/licenses.md#5-plans-and-tier-detection and #10-unknown), so the
 * user has to ask.
 */
function seat(tiers: Tiers, modules: readonly Module[]): 'assign' | 'buy' | 'ask' {
  const name = `ten-${solutions.filter((each) => tiers[each] > 0).join('')}`;
  const row = modules.find((module) => module.ModuleName === name);
  if (row === undefined) return 'buy';
  if (planLabel(tiersOf(row.ModuleDescription)) !== planLabel(tiers)) return 'ask';
  return row.NumberOfLicenses > (row.inUse ?? 0) ? 'assign' : 'buy';
}

/** Where a license whose meaning is only guessed by its name (`N`) decided, the panel says so. */
function isInferred({ confidence }: Feature, reason: Decision['reason']): boolean {
  const bySayOfThePlan = ['in-every-plan', 'included-in-plan', 'plan-lacks'].includes(reason);
  return confidence === 'N' && !bySayOfThePlan;
}

function printed(feature: Feature, { state, reason }: Decision, holder: Holder): PanelRow {
  const group = isGroup(feature);
  return {
    row: feature.row_id,
    state,
    // A misprint of the published page, which the panel does not repeat
    // (docs/superoffice/user-plans.md#7-languages).
    label: feature.de.replace(/Persone$/, 'Personen'),
    stateText: german.state[state],
    reason: group
      ? ''
      : `${german.reason[reason]}${isInferred(feature, reason) ? ` ${german.feature.inferred}` : ''}`,
    // Who may only view is told the plan for editing, too.
    advice: state === 'enabled' || group ? '' : advice(feature, holder),
  };
}

/** `Sales Essentials`, `SalesPremiumServicePremiumMarketingPremium`. */
function tiersOf(description: string): Tiers {
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

function namesIn(extraInfo: string): Set<string> {
  return new Set(extraInfo.replace(/^set=/, '').split(','));
}

function isGroup({ row_id }: Feature): boolean {
  return features.some((feature) => feature.parent_row === row_id);
}

function steps(tiers: Tiers): number {
  return tiers.sales + tiers.service + tiers.marketing;
}

function countOf(tiers: Tiers): number {
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

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not in the published data');
  return value;
}
