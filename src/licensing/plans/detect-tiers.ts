import { type Confidence, maxConfidence } from '../catalogue/confidence.ts';
import { getPlanModuleSolutions, type PlanModule } from '../catalogue/plan-modules.ts';
import {
  type DetectedTier,
  type PerSolution,
  perSolution,
  type Solution,
  solutions,
  type Tier,
} from '../catalogue/solutions.ts';
import type { PlanRow } from '../licenses/license-index.ts';
import { memoizeByText } from '../licenses/memoize-by-text.ts';

/**
 * The step that found a tier. `description-guess`: an abbreviation in the description whose meaning is a guess. `none`: no
 * step found it, or each was contradictory. `what-if`: the plan is hypothetical, so its tier is known.
 */
export type TierStep =
  | 'premium-module'
  | 'user-marker'
  | 'site-marker'
  | 'description'
  | 'description-guess'
  | 'none'
  | 'what-if';

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

/** A row of a current user plan. */
type CurrentPlanRow = PlanRow & { readonly name: PlanModule };

/** The input of the steps: the modules that come with the plan, and the site licenses of the tenant. */
export interface TierSources {
  readonly modules: ReadonlySet<string>;
  readonly site: ReadonlySet<string>;
}

/** A plan row, with the words for tiers in its description. */
type DescribedRow = CurrentPlanRow & { readonly words: readonly TierWord[] };

/** A word for a tier in a description, and the solution that it follows, if any. */
interface TierWord {
  readonly word: string;
  readonly solution: string | undefined;
}

type Step = (
  solution: Solution,
  row: DescribedRow,
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
  const tier = findOnlyTier(solution, row, ['premium', 'essential', 'prem']);
  return tier && { tier, step: 'description', by: row.description, confidence: 'inferred' };
};

// No description with this abbreviation is published: its meaning is a guess by analogy with PREM.
const descriptionGuess: Step = (solution, row) => {
  const tier = findOnlyTier(solution, row, ['ess']);
  return tier && { tier, step: 'description-guess', by: row.description, confidence: 'inferred' };
};

const unknown = { tier: 'unknown', step: 'none', by: null, confidence: 'none', against: [] } as const;

const steps: readonly Step[] = [premiumModule, userMarker, siteMarker, description, descriptionGuess];

/**
 * Detects the tier of each solution of a plan row, with the step that decided
 * (docs/superoffice/licenses.md#5-plans-and-tier-detection; the order of the steps is inferred). A contradictory step
 * (both `sales-t1` and `sales-t2`) is skipped: in a tenant with both tiers only the description of the plan is left.
 */
export function detectTiers(
  row: CurrentPlanRow,
  sources: TierSources,
  assumed: TierIndicators,
): readonly TierFinding[] {
  const described = { ...row, words: findTierWords(row.description) };
  return getPlanModuleSolutions(row.name).map((solution) => {
    const results = steps.flatMap((step) => step(solution, described, sources, assumed) ?? []);
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

const solutionNames = solutions.join('|');
const tierWord = new RegExp(
  `(?:(${solutionNames})[^a-z]*)?` +
    `(premium|essential|(?<=^|[^a-z]|${solutionNames})(?:prem|ess)(?=$|[^a-z]|${solutionNames}))`,
  'gi',
);

const findTierWords = memoizeByText((description): readonly TierWord[] =>
  [...description.toLowerCase().matchAll(tierWord)].map(([, solution, word = '']) => ({ word, solution })),
);

/**
 * The tier that a description names for a solution with these words; null if it names none or both. Parts are separate
 * (`Sales Essentials`), joined (`SalesPREM-ServicePREM-Marketing`) or concatenated (`SalesPremiumServicePremium`). A
 * solution without a word behind it names no tier (docs/superoffice/changes-2026.md#9-users). In the plan of a single
 * solution, a word that follows no solution counts too (`Premium`).
 */
function findOnlyTier(
  solution: Solution,
  { name, words }: DescribedRow,
  meant: readonly string[],
): Tier | null {
  const found = words.filter(({ word }) => meant.includes(word));
  const named = found.filter((each) => each.solution === solution);
  const isSingleSolution = getPlanModuleSolutions(name).length === 1;
  const decisive =
    named.length > 0 || !isSingleSolution ? named : found.filter((each) => each.solution === undefined);
  const tiers = new Set(
    decisive.map(({ word }): Tier => (word.startsWith('prem') ? 'premium' : 'essential')),
  );
  const [tier = null] = tiers;
  return tiers.size === 1 ? tier : null;
}
