import { solutions } from '../catalogue/solutions.ts';
import { groupBy, sortedUnique } from '../licenses/collections.ts';
import { dedupeRows } from '../licenses/duplicate-rows.ts';
import type { ModuleLicense, TenantLicenses } from '../licenses/license-data.ts';
import { isSuperOffice, moduleName, onlySuperOffice } from '../licenses/module-names.ts';
import { isCount, sum, sumPurchased } from '../licenses/seat-counts.ts';
import type { TierMarkers } from '../plans/detect-tiers.ts';
import type { Diagnostic } from './diagnostic.ts';
import {
  type CountedPlanRow,
  checkSeatCounts,
  isDocumentedFlag,
  type ModuleRows,
  toCountedPlanRows,
} from './seat-count-check.ts';

/**
 * What does not add up in what a tenant bought, for its administrators and for operators: by kind, then by name,
 * whatever the order of the licenses. A number or set that was not told proves nothing.
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
  { tierMarkers }: { readonly tierMarkers: TierMarkers },
): readonly Diagnostic[] {
  const told = groupBy(onlySuperOffice(tenant.modules), ({ name }) => moduleName(name));
  const modules = new Map([...told].map(([name, rows]) => [name, dedupeRows(rows)] as const));
  const plans = [...modules].flatMap(([name, rows]) => rows.flatMap((row) => toCountedPlanRows(name, row)));
  const each = (check: Check) => [...modules].flatMap(([module, rows]) => check(module, rows));
  const onAbsence = [
    ...checkSeatCounts(modules, plans),
    ...missingSetNames(modules, plans),
    ...each((module, rows) => missingPrerequisites(module, rows, modules)),
  ];
  return [
    ...(tenant.complete ? onAbsence : [{ kind: 'license-incomplete' } as const]),
    ...missingSets(plans),
    ...each(unknownFlags),
    ...duplicateRows(told, modules),
    ...each(severalVersions),
    ...each(excessUse),
    ...markedTwice(modules, tierMarkers.site),
    ...foreignOwners(tenant.modules),
  ];
}

type Check = (module: string, rows: readonly ModuleLicense[]) => readonly Diagnostic[];

function missingSetNames(modules: ModuleRows, plans: readonly CountedPlanRow[]): readonly Diagnostic[] {
  return [...groupBy(plans, ({ plan }) => plan)].flatMap(([plan, rows]) =>
    sortedUnique(rows.flatMap(({ set }) => set))
      .filter((module) => !modules.has(module))
      .map((module) => ({ kind: 'set-name-missing', plan, module }) as const),
  );
}

function missingSets(plans: readonly CountedPlanRow[]): readonly Diagnostic[] {
  const empty = plans.filter(({ set, expectsSet }) => expectsSet && set.length === 0);
  return sortedUnique(empty.map(({ plan }) => plan)).map((plan) => ({ kind: 'plan-without-set', plan }));
}

function unknownFlags(module: string, rows: readonly ModuleLicense[]): readonly Diagnostic[] {
  const flags = new Set(rows.map(({ extraFlags }) => extraFlags).filter((flag) => !isDocumentedFlag(flag)));
  return [...flags]
    .sort() // as texts: NaN has its place too
    .map((extraFlags) => ({ kind: 'extra-flags-unknown', module, extraFlags }));
}

function missingPrerequisites(
  module: string,
  rows: readonly ModuleLicense[],
  modules: ModuleRows,
): readonly Diagnostic[] {
  return sortedUnique(rows.map(({ prerequisite }) => moduleName(prerequisite)))
    .filter((prerequisite) => prerequisite !== '' && !modules.has(prerequisite))
    .map((prerequisite) => ({ kind: 'prerequisite-missing', module, prerequisite }));
}

function duplicateRows(told: ModuleRows, once: ModuleRows): readonly Diagnostic[] {
  return [...told]
    .filter(([module, rows]) => rows.length > (once.get(module) ?? []).length)
    .map(([module, rows]) => ({ kind: 'duplicate-row', module, rows: rows.length }));
}

function severalVersions(module: string, rows: readonly ModuleLicense[]): readonly Diagnostic[] {
  const versions = sortedUnique(rows.map(({ version }) => version));
  return versions.length > 1 ? [{ kind: 'several-versions', module, versions }] : [];
}

function excessUse(module: string, rows: readonly ModuleLicense[]): readonly Diagnostic[] {
  const purchased = sumPurchased(rows);
  const inUse = sum(rows.map(({ seats }) => (seats !== null && isCount(seats.inUse) ? seats.inUse : 0)));
  if (purchased === null || inUse <= purchased) return [];
  return [{ kind: 'more-in-use-than-purchased', module, inUse, purchased }];
}

function markedTwice(modules: ModuleRows, markers: TierMarkers['site']): readonly Diagnostic[] {
  return solutions.flatMap((solution) => {
    const by = [markers[solution].essential, markers[solution].premium] as const;
    return by.every((name) => modules.has(name)) ? [{ kind: 'both-tiers-marked', solution, by }] : [];
  });
}

function foreignOwners(all: readonly ModuleLicense[]): readonly Diagnostic[] {
  const foreign = all.filter(({ owner }) => !isSuperOffice(owner)).map(({ owner }) => owner.trim());
  return [...groupBy(foreign, (owner) => owner.toLowerCase())].map(([key, owners]) => {
    const [owner = key] = sortedUnique(owners);
    return { kind: 'foreign-owner', owner, modules: owners.length };
  });
}
