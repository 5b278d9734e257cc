import type { EntitlementReport } from '../../../licensing/entitlements/entitlement-report.ts';
import type { TenantLicenses, UserLicenses } from '../../../licensing/licenses/license-data.ts';
import type { Snapshot } from '../../../snapshots/snapshot-store.ts';
import type { DirectoryUser } from '../../../snapshots/user-directory.ts';

/** What the text is made from. */
export interface SupportInput {
  readonly tenantId: string;
  readonly user: DirectoryUser;
  /** The day that is shown, `YYYY-MM-DD`. */
  readonly day: string;
  /** The text of the plan on that day. */
  readonly userPlan: string;
  readonly tenantLicenses: Snapshot<TenantLicenses> | null;
  readonly userLicenses: Snapshot<UserLicenses> | null;
  /** Null if the features on that day are not known. */
  readonly report: EntitlementReport | null;
}

/**
 * Describes what Planlens shows for a user, in SuperOffice's and our own keys, which are the same in every language. It has
 * numbers in place of names, and no secrets.
 */
export function supportText(input: SupportInput): string {
  const { tenantId, user, day, userPlan, tenantLicenses, userLicenses, report } = input;
  return [
    `Planlens: ${tenantId}, user ${user.associateId}, ${day}`,
    `Plan: ${userPlan || '-'}; state: ${user.state}`,
    `Licenses read: company ${toTime(tenantLicenses)}, user ${toTime(userLicenses)}`,
    ...(report === null ? [] : reportLines(report)),
    ...(userLicenses === null ? [] : licenseLines(userLicenses.content)),
  ].join('\n');
}

function toTime(snapshot: Snapshot<unknown> | null): string {
  return snapshot === null ? 'not reported' : new Date(snapshot.readAt).toISOString();
}

function reportLines({ model, plan, counts, features, unknownModules }: EntitlementReport): string[] {
  const { enabled, total } = counts;
  return [
    `Model: ${model}; detected: ${plan?.kind ?? 'unknown'}; enabled: ${enabled} of ${total}`,
    ...[...features.values()].map(
      ({ feature, state, reason, confidence }) => `${feature}: ${state}, ${reason}, ${confidence}`,
    ),
    ...(unknownModules.length === 0 ? [] : [`Unknown modules: ${unknownModules.join(', ')}`]),
  ];
}

function licenseLines({ granted, complete, functionRights }: UserLicenses): string[] {
  const names = granted.map(({ owner, name }) => `${owner}.${name}`.toLowerCase());
  return [
    `Granted${complete ? '' : ' (incomplete)'}: ${names.join(', ') || '-'}`,
    `Functional rights: ${functionRights === null ? 'not reported' : functionRights.join(', ') || '-'}`,
  ];
}
