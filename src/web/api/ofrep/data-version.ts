import type { TenantLicenses, UserLicenses } from '../../../licensing/licenses/license-data.ts';
import type { TenantStatus } from '../../../tenants/tenant.ts';
import { digestOf } from './snapshot-digest.ts';

/** The version of what the answers for all users of a tenant rest on, the same in every process. */
export function tenantVersion(status: TenantStatus, licenses: TenantLicenses | null, today: string): string {
  return `${status}-${digestOf(licenses)}-${today}`;
}

/** The version of what the answers for one user rest on: that of the tenant, and the user's licenses. */
export function dataVersion(ofTenant: string, licenses: UserLicenses | null): string {
  return `${ofTenant}.${digestOf(licenses)}`;
}

const versionPattern = /^([\w-]{1,60})\.([\w-]{1,20})$/;

/** Whether a text has the form of a `dataVersion`. */
export function isDataVersion(text: string): boolean {
  return versionPattern.test(text);
}

/** Takes a `dataVersion` apart; a text that is none gives empty parts. */
export function splitDataVersion(version: string): { readonly ofTenant: string; readonly ofUser: string } {
  const [, ofTenant = '', ofUser = ''] = versionPattern.exec(version) ?? [];
  return { ofTenant, ofUser };
}
