import type { KnownModule } from './known-modules.ts';
import type { PlanRow } from './license-lookup.ts';
import { type PlanModule, solutionsOf } from './plan-modules.ts';
import { type FoundTier, type PerSolution, perSolution, type Solution, type Tier } from './solutions.ts';

/** Which of the five steps found a tier; `none`: no step did, or the step that spoke contradicted itself. */
export type TierStep = 'premium-module' | 'user-marker' | 'site-marker' | 'description' | 'none';

/** How the tier of a solution was found. `by` is the module name or the description that said so. */
export interface TierFinding {
  readonly solution: Solution;
  readonly tier: FoundTier;
  readonly step: TierStep;
  readonly by: string | null;
}

/** What the steps look at: the modules that come with the plan, and the site licenses of the tenant. */
export interface TierSources {
  readonly modules: ReadonlySet<string>;
  readonly site: ReadonlySet<string>;
}

/**
 * User licenses only the premium tier of a solution has (licences.md 5, inferred).
 * Not `guide-cal`: by the published seat counts every premium plan has it, marketing and service included.
 */
const premiumModules: PerSolution<readonly KnownModule[]> = {
  sales: ['quote-cal', 'target-cal', 'stakeholder-cal'],
  service: [],
  marketing: ['mktg-auto-cal'],
};

type Step = (
  solution: Solution,
  row: PlanRow & { readonly name: PlanModule },
  sources: TierSources,
) => Omit<TierFinding, 'solution'> | null;

const premiumModule: Step = (solution, _row, { modules }) => {
  const by = premiumModules[solution].find((name) => modules.has(name));
  return by === undefined ? null : { tier: 'premium', step: 'premium-module', by };
};

// In a combination nobody knows which solution the user's marker means.
const userMarker: Step = (_solution, row, { modules }) =>
  solutionsOf(row.name).length > 1 ? null : marked('user-marker', 't', modules);

const siteMarker: Step = (solution, _row, { site }) => marked('site-marker', `${solution}-t`, site);

const description: Step = (solution, row) => {
  const only = solutionsOf(row.name).length === 1;
  const words = [...row.description.matchAll(pattern(solution))].map((match) => match[1] ?? '');
  const loose = [...row.description.matchAll(/(essential|premium)/gi)].map((match) => match[1] ?? '');
  const tiers = new Set((only && words.length === 0 ? loose : words).map((word) => word.toLowerCase()));
  if (tiers.size !== 1) return null;
  const tier: Tier = tiers.has('premium') ? 'premium' : 'essential';
  return { tier, step: 'description', by: row.description };
};

const steps: readonly Step[] = [premiumModule, userMarker, siteMarker, description];

/**
 * The tier of each solution of a plan row, with the step that decided (licences.md 5, the whole order inferred).
 * A step that contradicts itself (both `sales-t1` and `sales-t2`) decides nothing and the next one is asked:
 * in a tenant with both tiers the plan's own name is all that is left.
 */
export function findTiers(
  row: PlanRow & { readonly name: PlanModule },
  sources: TierSources,
): readonly TierFinding[] {
  return solutionsOf(row.name).map((solution) => {
    const found = steps.map((step) => step(solution, row, sources)).find((finding) => finding !== null);
    return { solution, ...(found ?? { tier: 'unknown', step: 'none', by: null }) };
  });
}

/** The tier of each solution, `none` where no finding speaks of it; of several findings the best counts. */
export function tiersFrom(findings: readonly TierFinding[]): PerSolution<FoundTier> {
  const order: readonly FoundTier[] = ['premium', 'essential', 'unknown'];
  return perSolution((solution) => {
    const found = findings.filter((finding) => finding.solution === solution).map(({ tier }) => tier);
    return order.find((tier) => found.includes(tier)) ?? 'none';
  });
}

function marked(step: TierStep, prefix: string, names: ReadonlySet<string>) {
  const essential = names.has(`${prefix}1`);
  if (essential === names.has(`${prefix}2`)) return null;
  const tier: Tier = essential ? 'essential' : 'premium';
  return { tier, step, by: `${prefix}${essential ? 1 : 2}` };
}

// Descriptions are written apart (`Sales Essentials`) or run together (`SalesPremiumServicePremium`).
function pattern(solution: Solution): RegExp {
  return new RegExp(`${solution}[^a-z]*(essential|premium)`, 'gi');
}
