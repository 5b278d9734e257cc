import { type Confidence, maxConfidence } from '../catalogue/confidence.ts';
import { getPlanModuleSolutions, type PlanModule } from '../catalogue/plan-modules.ts';
import {
  type DetectedTier,
  type PerSolution,
  perSolution,
  type Solution,
  type Tier,
} from '../catalogue/solutions.ts';
import type { PlanRow } from '../licenses/license-index.ts';

/**
 * The step that found a tier. `none`: no step found it, or each was contradictory. `what-if`: the plan is hypothetical, so
 * its tier is known.
 */
export type TierStep = 'premium-module' | 'user-marker' | 'site-marker' | 'description' | 'none' | 'what-if';

/**
 * How the tier of a solution was found. `by` is the module name or the description that decided. The confidence is the
 * highest of all steps with the same result.
 */
export interface TierFinding {
  readonly solution: Solution;
  readonly tier: DetectedTier;
  readonly step: TierStep;
  readonly by: string | null;
  readonly confidence: Confidence;
  /** The results of later steps that differ, in order; empty if all steps agree. */
  readonly against: readonly ConflictingTier[];
}

/** A tier found by a step, and the module name or description it was found in. */
interface ConflictingTier {
  readonly tier: Tier;
  readonly step: TierStep;
  readonly by: string;
}

/** The input of the steps: the modules that come with the plan, and the site licenses of the tenant. */
export interface TierSources {
  readonly modules: ReadonlySet<string>;
  readonly site: ReadonlySet<string>;
}

type Step = (
  solution: Solution,
  row: PlanRow & { readonly name: PlanModule },
  sources: TierSources,
  assumed: TierIndicators,
) => (ConflictingTier & Pick<TierFinding, 'confidence'>) | null;

/** The licenses that mark a tier: for one user, and for each solution of the tenant. */
export interface TierMarkers {
  readonly user: Readonly<Record<Tier, string>>;
  readonly site: PerSolution<Readonly<Record<Tier, string>>>;
}

/** The licenses that the first three steps look for. */
export interface TierIndicators {
  /** User licenses that only the premium tier of a solution has. */
  readonly premiumModules: PerSolution<readonly string[]>;
  readonly tierMarkers: TierMarkers;
}

const premiumModule: Step = (solution, _row, { modules }, { premiumModules }) => {
  const by = premiumModules[solution].find((name) => modules.has(name));
  return by === undefined ? null : { tier: 'premium', step: 'premium-module', by, confidence: 'inferred' };
};

// The user marker is documented for a plan with one solution. In a combination its solution is unknown.
const userMarker: Step = (_solution, row, { modules }, { tierMarkers }) => {
  const found =
    getPlanModuleSolutions(row.name).length > 1 ? null : findMarkedTier(tierMarkers.user, modules);
  return found && { ...found, step: 'user-marker', confidence: 'documented' };
};

const siteMarker: Step = (solution, _row, { site }, { tierMarkers }) => {
  const found = findMarkedTier(tierMarkers.site[solution], site);
  return found && { ...found, step: 'site-marker', confidence: 'inferred' };
};

const description: Step = (solution, row) => {
  const isSingleSolution = getPlanModuleSolutions(row.name).length === 1;
  const namedTiers = [...row.description.matchAll(toTierPattern(solution))].map((match) => match[1] ?? '');
  const anyTiers = [...row.description.matchAll(/(essential|premium)/gi)].map((match) => match[1] ?? '');
  const tiers = new Set(
    (isSingleSolution && namedTiers.length === 0 ? anyTiers : namedTiers).map((name) => name.toLowerCase()),
  );
  if (tiers.size !== 1) return null;
  const tier: Tier = tiers.has('premium') ? 'premium' : 'essential';
  return { tier, step: 'description', by: row.description, confidence: 'inferred' };
};

const unknown = { tier: 'unknown', step: 'none', by: null, confidence: 'none', against: [] } as const;

const steps: readonly Step[] = [premiumModule, userMarker, siteMarker, description];

/**
 * Detects the tier of each solution of a plan row, with the step that decided
 * (docs/superoffice/licenses.md#5-plans-and-tier-detection; the order of the steps is inferred). A contradictory step
 * (both `sales-t1` and `sales-t2`) is skipped: in a tenant with both tiers only the description of the plan is left.
 */
export function detectTiers(
  row: PlanRow & { readonly name: PlanModule },
  sources: TierSources,
  assumed: TierIndicators,
): readonly TierFinding[] {
  return getPlanModuleSolutions(row.name).map((solution) => {
    const results = steps.flatMap((step) => step(solution, row, sources, assumed) ?? []);
    const [first] = results;
    if (first === undefined) return { solution, ...unknown };
    const agreeing = results.filter(({ tier }) => tier === first.tier);
    const against = results
      .filter(({ tier }) => tier !== first.tier)
      .map(({ tier, step, by }) => ({ tier, step, by }));
    const confidence = maxConfidence(agreeing.map((each) => each.confidence));
    return { solution, ...first, confidence, against };
  });
}

/**
 * Combines findings into one tier per solution; `none` for a solution without a finding. The highest tier counts, and
 * an unknown tier counts more than essential.
 */
export function combineTiers(findings: readonly TierFinding[]): PerSolution<DetectedTier> {
  const order: readonly DetectedTier[] = ['premium', 'unknown', 'essential'];
  return perSolution((solution) => {
    const found = findings.filter((finding) => finding.solution === solution).map(({ tier }) => tier);
    return order.find((tier) => found.includes(tier)) ?? 'none';
  });
}

function findMarkedTier(markers: Readonly<Record<Tier, string>>, names: ReadonlySet<string>) {
  const essential = names.has(markers.essential);
  if (essential === names.has(markers.premium)) return null;
  const tier: Tier = essential ? 'essential' : 'premium';
  return { tier, by: markers[tier] };
}

// Descriptions are separated (`Sales Essentials`) or concatenated (`SalesPremiumServicePremium`).
function toTierPattern(solution: Solution): RegExp {
  return new RegExp(`${solution}[^a-z]*(essential|premium)`, 'gi');
}
