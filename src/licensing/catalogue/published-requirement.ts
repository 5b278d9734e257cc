import { type AddOnKey, addOnKeys } from './add-ons.ts';
import { type CatalogueSection, getFeatureRows, isGroup } from './catalogue.ts';
import type { FeatureKey } from './feature-keys.ts';
import { type Language, languages } from './languages.ts';
import {
  type Ask,
  addOnPages,
  type BasicPlan,
  defaultReadDate,
  type FeaturePart,
  featurePages,
  type PublishedPageData,
} from './published-pages.ts';
import { solutions } from './solutions.ts';
import { type SuitePlan, suitePlans } from './suite-plans.ts';

/**
 * Where a statement stands, strongest first: where pages disagree, the first one counts. It is inferred from how
 * SuperOffice maintains them (docs/superoffice/changes-2026.md#3-contradictions): a sentence was written for the feature,
 * front matter was partly added by rules, the list of user plans is of 2024, and other pages have another subject. The
 * tier of an administration page follows its folder.
 */
const strongestFirst = [
  'sentence',
  'front-matter',
  'plan-list',
  'other-page',
  'administration-page',
] as const;

/** Where a statement stands. */
export type StatementSource = (typeof strongestFirst)[number];

/** A page of SuperOffice's documentation. */
export interface PublishedPage {
  /** Path without extension; with a leading `/` its address has no language part. */
  readonly path: string;
  readonly languages: readonly Language[];
  /** The day of the edition that was read, `YYYY-MM-DD`. */
  readonly read: string;
}

/** What one place of the documentation asks for; any one of `anyOf` is sufficient. */
export interface Statement {
  readonly source: StatementSource;
  /** The page, if it is not the feature's own; null also for the list of user plans. */
  readonly otherPage: PublishedPage | null;
  readonly anyOf: readonly Ask[];
}

/** What SuperOffice's documentation asks for. */
export interface PublishedRequirement {
  readonly page: PublishedPage;
  /** Strongest first. Weaker statements that repeat a stronger one are left out. */
  readonly statements: readonly Statement[];
  /** Whether statements disagree; the first on user plans and the first on CRM Suite plans count. */
  readonly conflict: boolean;
  readonly parts: readonly { readonly part: FeaturePart; readonly anyOf: readonly Ask[] }[];
  /** The day on which SuperOffice ended the feature, `YYYY-MM-DD`, or null. */
  readonly ended: string | null;
  /** The sections of the list of user plans that count, or those that replace them; empty for an add-on. */
  readonly sections: readonly CatalogueSection[];
  /** The add-on that also gives the feature, or null. */
  readonly addOn: AddOnKey | null;
  /** The lowest CRM Suite plan with the feature; null if no page names one. */
  readonly suitePlan: SuitePlan | null;
}

const requirements = new Map<FeatureKey, PublishedRequirement>();

/** Returns what SuperOffice's documentation asks for a feature of the catalogue. */
export function getPublishedRequirement(feature: FeatureKey): PublishedRequirement {
  const known =
    requirements.get(feature) ??
    toRequirement(featurePages[feature], isGroup(feature) ? [] : getFeatureRows(feature));
  requirements.set(feature, known);
  return known;
}

/** Returns what SuperOffice's documentation asks for an add-on. */
export function getAddOnRequirement(addOn: AddOnKey): PublishedRequirement {
  return toRequirement(addOnPages[addOn], []);
}

/**
 * Applies the rule for statements that disagree. `listed`: the sections of the list of user plans that have the feature.
 */
export function toRequirement(
  data: PublishedPageData,
  listed: readonly CatalogueSection[],
): PublishedRequirement {
  const all = listStatements(data, listed).sort(
    (a, b) => strongestFirst.indexOf(a.source) - strongestFirst.indexOf(b.source),
  );
  const onUserPlans = all.find(({ anyOf }) => userPlanAsks(anyOf).length > 0);
  const onSuite = all.find(({ anyOf }) => findSuitePlan(anyOf) !== null);
  const disagrees = ({ anyOf }: Statement) =>
    disagreeOn(userPlanAsks, anyOf, onUserPlans?.anyOf ?? []) ||
    disagreeOn((asks) => asks.filter(isSuitePlan).slice(0, 1), anyOf, onSuite?.anyOf ?? []);
  const asked = onUserPlans?.anyOf ?? [];
  return {
    page: toPage(data),
    statements: all.filter((each) => each === onUserPlans || each === onSuite || disagrees(each)),
    conflict: all.some(disagrees),
    parts: data.parts ?? [],
    ended: data.ended ?? null,
    sections: onUserPlans?.source === 'plan-list' ? listed : toSections(asked),
    addOn: asked.find(isAddOn) ?? null,
    suitePlan: findSuitePlan(onSuite?.anyOf ?? []),
  };
}

/** Whether an alternative is the user plan of one solution. */
export function isBasicPlan(ask: Ask): ask is BasicPlan {
  return !isSuitePlan(ask) && !isAddOn(ask);
}

/** Whether alternatives name an Essential plan of each solution, which together are every user plan. */
export function isEveryPlan(anyOf: readonly Ask[]): boolean {
  return essentialPlans.every((plan) => anyOf.includes(plan));
}

const essentialPlans: readonly BasicPlan[] = solutions.map((solution) => `${solution}-essential` as const);

function isSuitePlan(ask: Ask): ask is SuitePlan {
  return suitePlans.some((plan) => plan === ask);
}

/** Whether an alternative is an add-on. */
export function isAddOn(ask: Ask): ask is AddOnKey {
  return addOnKeys.some((key) => key === ask);
}

function listStatements(
  { page, sentences = [], frontMatter, otherPages = [] }: PublishedPageData,
  listed: readonly CatalogueSection[],
): Statement[] {
  const own = (source: StatementSource, anyOf: readonly Ask[]) => ({ source, otherPage: null, anyOf });
  return [
    ...sentences.map((anyOf) => own('sentence', anyOf)),
    ...(frontMatter === undefined
      ? []
      : [own(isAdministrationPage(page) ? 'administration-page' : 'front-matter', frontMatter)]),
    ...(listed.length === 0 ? [] : [own('plan-list', listed.flatMap(toAsks))]),
    ...otherPages.map((other) => ({
      source: isAdministrationPage(other.page) ? ('administration-page' as const) : ('other-page' as const),
      otherPage: toPage(other),
      anyOf: other.anyOf,
    })),
  ];
}

// The pages on licenses lie in the folder of administration, but plans are their subject.
function isAdministrationPage(page: string): boolean {
  return page.split('/').includes('admin') && page !== 'admin/license/crm-suite';
}

function toPage({
  page,
  languages: own = languages,
  read = defaultReadDate,
}: PublishedPageData): PublishedPage {
  return { path: page, languages: own, read };
}

function toAsks({ solution, tier }: CatalogueSection): readonly Ask[] {
  return solution === 'common' ? essentialPlans : [`${solution}-${tier}`];
}

function toSections(asked: readonly Ask[]): readonly CatalogueSection[] {
  if (isEveryPlan(asked)) return [{ solution: 'common', tier: 'common' }];
  return solutions.flatMap((solution) =>
    (['essential', 'premium'] as const).flatMap((tier) =>
      asked.includes(`${solution}-${tier}`) ? [{ solution, tier }] : [],
    ),
  );
}

function userPlanAsks(anyOf: readonly Ask[]): readonly Ask[] {
  return anyOf.filter((ask) => !isSuitePlan(ask));
}

function findSuitePlan(anyOf: readonly Ask[]): SuitePlan | null {
  return anyOf.find(isSuitePlan) ?? null;
}

/** Whether both lists name alternatives of one kind, but not the same ones. */
function disagreeOn(
  select: (asks: readonly Ask[]) => readonly Ask[],
  a: readonly Ask[],
  b: readonly Ask[],
): boolean {
  const [own, other] = [select(a), select(b)];
  return own.length > 0 && (own.length !== other.length || own.some((ask) => !other.includes(ask)));
}
