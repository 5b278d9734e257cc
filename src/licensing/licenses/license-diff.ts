import type { ModuleLicense, TenantLicenses } from './license-data.ts';

/** A difference between two license snapshots. Dates are `YYYY-MM-DD`; null means none. */
export type LicenseChange =
  /** A module license was added or removed. */
  | { readonly kind: 'added' | 'removed'; readonly module: ChangedModule; readonly purchased: number }
  /** The purchased number of a module license changed. */
  | {
      readonly kind: 'purchased';
      readonly module: ChangedModule;
      readonly from: number;
      readonly to: number;
    }
  /** The modules of a user plan changed. */
  | { readonly kind: 'contents'; readonly module: ChangedModule; readonly from: string; readonly to: string }
  /** The expiry date of the tenant's license changed. */
  | { readonly kind: 'expiry'; readonly from: string | null; readonly to: string | null }
  /** The user plan of a user changed; empty for none. */
  | { readonly kind: 'user-plan'; readonly from: string; readonly to: string };

interface ChangedModule {
  readonly owner: string;
  readonly name: string;
  readonly description: string;
}

/**
 * Compares two snapshots of a tenant's licenses. A module missing from an incomplete snapshot is not reported as removed, a
 * purchased number that is missing (0) is no change, and changes of seats in use are ignored.
 */
export function diffLicenses(before: TenantLicenses, after: TenantLicenses): LicenseChange[] {
  const [oldRows, newRows] = [indexByIdentity(before), indexByIdentity(after)];
  const changes: LicenseChange[] = [];
  for (const [identity, row] of newRows) {
    const oldRow = oldRows.get(identity);
    if (oldRow !== undefined) changes.push(...diffRows(oldRow, row));
    else if (before.complete)
      changes.push({ kind: 'added', module: toChangedModule(row), purchased: row.purchased });
  }
  for (const [identity, row] of oldRows) {
    if (after.complete && !newRows.has(identity))
      changes.push({ kind: 'removed', module: toChangedModule(row), purchased: row.purchased });
  }
  if (before.expiryDate !== after.expiryDate)
    changes.push({ kind: 'expiry', from: before.expiryDate, to: after.expiryDate });
  return changes;
}

function diffRows(before: ModuleLicense, after: ModuleLicense): LicenseChange[] {
  const module = toChangedModule(after);
  const changes: LicenseChange[] = [];
  const isReported = before.purchased > 0 && after.purchased > 0;
  if (isReported && before.purchased !== after.purchased)
    changes.push({ kind: 'purchased', module, from: before.purchased, to: after.purchased });
  if (before.extraInfo !== after.extraInfo)
    changes.push({ kind: 'contents', module, from: before.extraInfo, to: after.extraInfo });
  return changes;
}

function indexByIdentity({ modules }: TenantLicenses): Map<string, ModuleLicense> {
  return new Map(modules.map((row) => [`${row.owner}.${row.name}`.toLowerCase(), row]));
}

function toChangedModule({ owner, name, description }: ModuleLicense): ChangedModule {
  return { owner, name, description };
}

/** A user and their user plan; empty for none. */
interface UserWithPlan {
  readonly associateId: number;
  readonly userPlan: string;
}

/** Finds the users whose user plan changed between two lists. Empty if the first list has no users. */
export function diffUserPlans(
  before: readonly UserWithPlan[],
  after: readonly UserWithPlan[],
): { readonly associateId: number; readonly change: LicenseChange }[] {
  if (before.length === 0) return [];
  const [oldPlans, newPlans] = [toUserPlans(before), toUserPlans(after)];
  return [...new Set([...oldPlans.keys(), ...newPlans.keys()])].flatMap((associateId) => {
    const [from, to] = [oldPlans.get(associateId) ?? '', newPlans.get(associateId) ?? ''];
    return from === to ? [] : [{ associateId, change: { kind: 'user-plan', from, to } as const }];
  });
}

function toUserPlans(users: readonly UserWithPlan[]): Map<number, string> {
  return new Map(users.map(({ associateId, userPlan }) => [associateId, userPlan]));
}
