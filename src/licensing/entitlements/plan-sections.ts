import type { CatalogueSection } from '../catalogue/catalogue.ts';
import type { FeatureRule } from './rules.ts';

/**
 * The sections of a plan that have a feature in a tenant with these site licenses. A licensed add-on that also gives the
 * feature replaces the Premium tier, not the solution: a license of the tenant does not mean that each user has the
 * solution.
 */
export function sectionsFor(
  { sections, addOnLicenses }: Pick<FeatureRule, 'sections' | 'addOnLicenses'>,
  siteLicenses: ReadonlySet<string>,
): readonly CatalogueSection[] {
  if (!addOnLicenses.some((name) => siteLicenses.has(name))) return sections;
  return sections.map((section) =>
    section.solution === 'common' ? section : { solution: section.solution, tier: 'essential' },
  );
}
