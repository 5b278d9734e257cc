import { isPlanRow } from '../catalogue/plan-modules.ts';
import { solutions } from '../catalogue/solutions.ts';
import { groupBy, sortedUnique } from '../licenses/collections.ts';
import { dedupeRows } from '../licenses/duplicate-rows.ts';
import { countInUse, sum, sumPurchased } from '../licenses/license-counts.ts';
import type { ModuleLicense, TenantLicenses } from '../licenses/license-data.ts';
import { isSuperOffice, normalizeModuleName, onlySuperOffice } from '../licenses/module-names.ts';
import { isBilledByUse } from '../plans/billed-by-use.ts';
import type { TierMarkers } from '../plans/detect-tiers.ts';
import type { Diagnostic } from './diagnostic.ts';
import { foldExcessUse } from './excess-use.ts';
import {
  type CountedPlanRow,
  checkSeatCounts,
  isDocumentedFlag,
  type ModuleRows,
  toCountedPlanRows,
} from './seat-count-check.ts';

/**
 * Finds inconsistencies in a tenant's licenses, for its administrators and for operators. The result is sorted by kind,
 * then by name, and does not depend on the order of the licenses. A number or set that is not reported is not checked. A
 * user plan with more seats in use than purchased comes first, with what follows from it. The totals of a tenant that pays
 * for the seats in use are not compared.
 *
 * @example
 * diagnoseLicenses(premiumTenant, assumptions)
 * // → []
 *
 * @example
 * diagnoseLicenses(
 *   { ...premiumTenant, modules: premiumTenant.modules.filter(({ name }) => name !== 'ej-client') },
 *   assumptions,
 * )
 * // → [
 * //   { kind: 'set-name-missing', plan: 'ten-salesservicemarketing', module: 'ej-client' },
 * //   { kind: 'set-name-missing', plan: 'ten-service', module: 'ej-client' },
 * // ]
 */
export function diagnoseLicenses(
  tenant: TenantLicenses,
  { tierMarkers, billedByUseFrom }: { readonly tierMarkers: TierMarkers; readonly billedByUseFrom: number },
): readonly Diagnostic[] {
  const allRows = groupBy(onlySuperOffice(tenant.modules), ({ name }) => normalizeModuleName(name));
  const modules = new Map([...allRows].map(([name, rows]) => [name, dedupeRows(rows)] as const));
  const plans = [...modules].flatMap(([name, rows]) => rows.flatMap((row) => toCountedPlanRows(name, row)));
  const checkEach = (check: Check) => [...modules].flatMap(([module, rows]) => check(module, rows));
  const planRows = [...modules].flatMap(([name, rows]) => rows.filter((row) => isPlanRow(name, row)));
  const absenceChecks = [
    ...(isBilledByUse(planRows, billedByUseFrom) ? [] : checkSeatCounts(modules, plans)),
    ...findMissingSetNames(modules, plans),
    ...checkEach((module, rows) => findMissingPrerequisites(module, rows, modules)),
  ];
  const found = [
    ...(tenant.complete ? absenceChecks : [{ kind: 'license-incomplete' } as const]),
    ...findMissingSets(plans),
    ...checkEach(findUnknownFlags),
    ...findDuplicateRows(allRows, modules),
    ...checkEach(findSeveralVersions),
    ...checkEach(findExcessUse),
    ...findAmbiguousTierMarkers(modules, tierMarkers.site),
    ...findForeignOwners(tenant.modules),
  ];
  return foldExcessUse(found, plans);
}

type Check = (module: string, rows: readonly ModuleLicense[]) => readonly Diagnostic[];

function findMissingSetNames(modules: ModuleRows, plans: readonly CountedPlanRow[]): readonly Diagnostic[] {
  return [...groupBy(plans, ({ plan }) => plan)].flatMap(([plan, rows]) =>
    sortedUnique(rows.flatMap(({ set }) => set))
      .filter((module) => !modules.has(module))
      .map((module) => ({ kind: 'set-name-missing', plan, module }) as const),
  );
}

function findMissingSets(plans: readonly CountedPlanRow[]): readonly Diagnostic[] {
  const empty = plans.filter(({ set, expectsSet }) => expectsSet && set.length === 0);
  return sortedUnique(empty.map(({ plan }) => plan)).map((plan) => ({ kind: 'plan-without-set', plan }));
}

function findUnknownFlags(module: string, rows: readonly ModuleLicense[]): readonly Diagnostic[] {
  const flags = new Set(rows.map(({ extraFlags }) => extraFlags).filter((flag) => !isDocumentedFlag(flag)));
  return [...flags]
    .sort() // as strings, so that NaN has a defined position
    .map((extraFlags) => ({ kind: 'extra-flags-unknown', module, extraFlags }));
}

function findMissingPrerequisites(
  module: string,
  rows: readonly ModuleLicense[],
  modules: ModuleRows,
): readonly Diagnostic[] {
  return sortedUnique(rows.map(({ prerequisite }) => normalizeModuleName(prerequisite)))
    .filter((prerequisite) => prerequisite !== '' && !modules.has(prerequisite))
    .map((prerequisite) => ({ kind: 'prerequisite-missing', module, prerequisite }));
}

function findDuplicateRows(allRows: ModuleRows, deduped: ModuleRows): readonly Diagnostic[] {
  return [...allRows]
    .filter(([module, rows]) => rows.length > (deduped.get(module) ?? []).length)
    .map(([module, rows]) => ({ kind: 'duplicate-row', module, rows: rows.length }));
}

function findSeveralVersions(module: string, rows: readonly ModuleLicense[]): readonly Diagnostic[] {
  const versions = sortedUnique(rows.map(({ version }) => version));
  return versions.length > 1 ? [{ kind: 'several-versions', module, versions }] : [];
}

function findExcessUse(module: string, rows: readonly ModuleLicense[]): readonly Diagnostic[] {
  const purchased = sumPurchased(rows);
  const inUse = sum(rows.map((row) => countInUse(row) ?? 0));
  if (purchased === null || inUse <= purchased) return [];
  return [{ kind: 'more-in-use-than-purchased', module, inUse, purchased, derived: [] }];
}

function findAmbiguousTierMarkers(modules: ModuleRows, markers: TierMarkers['site']): readonly Diagnostic[] {
  return solutions.flatMap((solution) => {
    const by = [markers[solution].essential, markers[solution].premium] as const;
    return by.every((name) => modules.has(name)) ? [{ kind: 'both-tiers-marked', solution, by }] : [];
  });
}

function findForeignOwners(all: readonly ModuleLicense[]): readonly Diagnostic[] {
  const foreign = all.filter(({ owner }) => !isSuperOffice(owner)).map(({ owner }) => owner.trim());
  return [...groupBy(foreign, (owner) => owner.toLowerCase())].map(([key, owners]) => {
    const [owner = key] = sortedUnique(owners);
    return { kind: 'foreign-owner', owner, modules: owners.length };
  });
}
