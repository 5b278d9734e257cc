import type { ModuleLicense, TenantLicenses } from './license-data.ts';

/** What changed between two readings of licenses. Dates are `YYYY-MM-DD`; null = none. */
export type LicenseChange =
  /** A module license the tenant did not have, or has no more. */
  | { readonly kind: 'added' | 'removed'; readonly module: ModuleOfChange; readonly purchased: number }
  /** Another number of them was bought. */
  | {
      readonly kind: 'purchased';
      readonly module: ModuleOfChange;
      readonly from: number;
      readonly to: number;
    }
  /** A user plan is made of other modules. */
  | { readonly kind: 'contents'; readonly module: ModuleOfChange; readonly from: string; readonly to: string }
  /** The tenant's whole license ends on another day. */
  | { readonly kind: 'expiry'; readonly from: string | null; readonly to: string | null }
  /** A user has another user plan; empty for none. */
  | { readonly kind: 'user-plan'; readonly from: string; readonly to: string };

interface ModuleOfChange {
  readonly owner: string;
  readonly name: string;
  readonly description: string;
}

/**
 * What changed in what a tenant bought. A module that is missing from a reading with unreadable rows is not gone, and
 * seats in use are no change of licenses.
 */
export function diffLicenses(before: TenantLicenses, after: TenantLicenses): LicenseChange[] {
  const [old, fresh] = [byIdentity(before), byIdentity(after)];
  const changes: LicenseChange[] = [];
  for (const [identity, row] of fresh) {
    const known = old.get(identity);
    if (known !== undefined) changes.push(...changesOf(known, row));
    else if (before.complete) changes.push({ kind: 'added', module: named(row), purchased: row.purchased });
  }
  for (const [identity, row] of old) {
    if (after.complete && !fresh.has(identity))
      changes.push({ kind: 'removed', module: named(row), purchased: row.purchased });
  }
  if (before.expiryDate !== after.expiryDate)
    changes.push({ kind: 'expiry', from: before.expiryDate, to: after.expiryDate });
  return changes;
}

function changesOf(before: ModuleLicense, after: ModuleLicense): LicenseChange[] {
  const module = named(after);
  const changes: LicenseChange[] = [];
  if (before.purchased !== after.purchased)
    changes.push({ kind: 'purchased', module, from: before.purchased, to: after.purchased });
  if (before.extraInfo !== after.extraInfo)
    changes.push({ kind: 'contents', module, from: before.extraInfo, to: after.extraInfo });
  return changes;
}

function byIdentity({ modules }: TenantLicenses): Map<string, ModuleLicense> {
  return new Map(modules.map((row) => [`${row.owner}.${row.name}`.toLowerCase(), row]));
}

function named({ owner, name, description }: ModuleLicense): ModuleOfChange {
  return { owner, name, description };
}

/** A user and the user plan they have; empty for none. */
interface UserWithPlan {
  readonly associateId: number;
  readonly userPlan: string;
}

/** Whose user plan changed from one list of users to the next; a list without any user before says nothing. */
export function diffUserPlans(
  before: readonly UserWithPlan[],
  after: readonly UserWithPlan[],
): { readonly associateId: number; readonly change: LicenseChange }[] {
  if (before.length === 0) return [];
  const [old, fresh] = [plansOf(before), plansOf(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((associateId) => {
    const [from, to] = [old.get(associateId) ?? '', fresh.get(associateId) ?? ''];
    return from === to ? [] : [{ associateId, change: { kind: 'user-plan', from, to } as const }];
  });
}

function plansOf(users: readonly UserWithPlan[]): Map<number, string> {
  return new Map(users.map(({ associateId, userPlan }) => [associateId, userPlan]));
}
