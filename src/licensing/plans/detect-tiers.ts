import { type Confidence, maxConfidence } from '../catalogue/confidence.ts';
import { getPlanModuleSolutions, type PlanModule } from '../catalogue/plan-modules.ts';
import {
  type FoundTier,
  type PerSolution,
  perSolution,
  type Solution,
  type Tier,
} from '../catalogue/solutions.ts';
import type { PlanRow } from '../licenses/license-index.ts';

/**
 * Which of the five steps found a tier; `none`: no step did; one that contradicts itself tells nothing. `what-if`:
 * the plan is only asked about.
 */
export type TierStep = 'premium-module' | 'user-marker' | 'site-marker' | 'description' | 'none' | 'what-if';

/**
 * How the tier of a solution was found. `by` is the module name or the description that said so; it is as sure as the
 * surest step that says the same.
 */
export interface TierFinding {
  readonly solution: Solution;
  readonly tier: FoundTier;
  readonly step: TierStep;
  readonly by: string | null;
  readonly confidence: Confidence;
  /** What later steps say otherwise, in their order; empty where all that speak agree. */
  readonly against: readonly OtherTier[];
}

/** A tier that a step names, and what made it say so. */
interface OtherTier {
  readonly tier: Tier;
  readonly step: TierStep;
  readonly by: string;
}

/** What the steps look at: the modules that come with the plan, and the site licenses of the tenant. */
export interface TierSources {
  readonly modules: ReadonlySet<string>;
  readonly site: ReadonlySet<string>;
}

type Step = (
  solution: Solution,
  row: PlanRow & { readonly name: PlanModule },
  sources: TierSources,
  assumed: TierIndicators,
) => (OtherTier & Pick<TierFinding, 'confidence'>) | null;

/** The licenses that mark a tier: of one user, and of each solution tenant-wide. */
export interface TierMarkers {
  readonly user: Readonly<Record<Tier, string>>;
  readonly site: PerSolution<Readonly<Record<Tier, string>>>;
}

/** What the first three steps go by. */
export interface TierIndicators {
  /** User licenses only the premium tier of a solution has. */
  readonly premiumModules: PerSolution<readonly string[]>;
  readonly tierMarkers: TierMarkers;
}

const premiumModule: Step = (solution, _row, { modules }, { premiumModules }) => {
  const by = premiumModules[solution].find((name) => modules.has(name));
  return by === undefined ? null : { tier: 'premium', step: 'premium-module', by, confidence: 'inferred' };
};

// In a combination nobody knows which solution the user's marker means; of one solution it is documented.
const userMarker: Step = (_solution, row, { modules }, { tierMarkers }) => {
  const found = getPlanModuleSolutions(row.name).length > 1 ? null : marked(tierMarkers.user, modules);
  return found && { ...found, step: 'user-marker', confidence: 'documented' };
};

const siteMarker: Step = (solution, _row, { site }, { tierMarkers }) => {
  const found = marked(tierMarkers.site[solution], site);
  return found && { ...found, step: 'site-marker', confidence: 'inferred' };
};

const description: Step = (solution, row) => {
  const only = getPlanModuleSolutions(row.name).length === 1;
  const words = [...row.description.matchAll(pattern(solution))].map((match) => match[1] ?? '');
  const loose = [...row.description.matchAll(/(essential|premium)/gi)].map((match) => match[1] ?? '');
  const tiers = new Set((only && words.length === 0 ? loose : words).map((word) => word.toLowerCase()));
  if (tiers.size !== 1) return null;
  const tier: Tier = tiers.has('premium') ? 'premium' : 'essential';
  return { tier, step: 'description', by: row.description, confidence: 'inferred' };
};

const unknown = { tier: 'unknown', step: 'none', by: null, confidence: 'none', against: [] } as const;

const steps: readonly Step[] = [premiumModule, userMarker, siteMarker, description];

/**
 * The tier of each solution of a plan row, with the step that decided
 * (docs/superoffice/licenses.md#5-plans-and-tier-detection, the whole order inferred). A step that
 * contradicts itself (both `sales-t1` and `sales-t2`) decides nothing and the next one is asked: in a tenant
 * with both tiers the plan's own name is all that is left.
 */
export function detectTiers(
  row: PlanRow & { readonly name: PlanModule },
  sources: TierSources,
  assumed: TierIndicators,
): readonly TierFinding[] {
  return getPlanModuleSolutions(row.name).map((solution) => {
    const told = steps.flatMap((step) => step(solution, row, sources, assumed) ?? []);
    const [first] = told;
    if (first === undefined) return { solution, ...unknown };
    const agreeing = told.filter(({ tier }) => tier === first.tier);
    const against = told
      .filter(({ tier }) => tier !== first.tier)
      .map(({ tier, step, by }) => ({ tier, step, by }));
    const confidence = maxConfidence(agreeing.map((each) => each.confidence));
    return { solution, ...first, confidence, against };
  });
}

/** The tier of each solution, `none` where no finding speaks of it; of several findings the best counts, and an unknown one may be the better. */
export function tiersFrom(findings: readonly TierFinding[]): PerSolution<FoundTier> {
  const order: readonly FoundTier[] = ['premium', 'unknown', 'essential'];
  return perSolution((solution) => {
    const found = findings.filter((finding) => finding.solution === solution).map(({ tier }) => tier);
    return order.find((tier) => found.includes(tier)) ?? 'none';
  });
}

function marked(markers: Readonly<Record<Tier, string>>, names: ReadonlySet<string>) {
  const essential = names.has(markers.essential);
  if (essential === names.has(markers.premium)) return null;
  const tier: Tier = essential ? 'essential' : 'premium';
  return { tier, by: markers[tier] };
}

// Descriptions are written apart (`Sales Essentials`) or run together (`SalesPremiumServicePremium`).
function pattern(solution: Solution): RegExp {
  return new RegExp(`${solution}[^a-z]*(essential|premium)`, 'gi');
}
