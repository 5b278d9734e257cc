/**
 * What a license row applies to: LicenseType of the web API, in our words
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export type LicenseScope = 'site' | 'user' | 'satellite' | 'unknown';

/**
 * One row of the tenant's license: a module it bought.
 * `seats` is null where SuperOffice did not tell how many are in use.
 */
export interface ModuleLicense {
  readonly owner: string;
  readonly name: string;
  readonly description: string;
  readonly tooltip: string;
  readonly version: string;
  readonly scope: LicenseScope;
  readonly purchased: number;
  readonly seats: { readonly inUse: number; readonly free: number } | null;
  readonly unrestricted: boolean;
  readonly hidden: boolean;
  /** 0 most rows, 1 a user plan, 2 a tier marker; other values are kept as sent. */
  readonly extraFlags: number;
  readonly extraInfo: string;
  readonly prerequisite: string;
}

/**
 * What a tenant bought, as read from SuperOffice at one moment.
 * Dates are calendar dates `YYYY-MM-DD` without a time zone; null = none or forever.
 */
export interface TenantLicenses {
  readonly companyName: string;
  readonly serialNumber: string;
  readonly expiryDate: string | null;
  readonly adminWarningDate: string | null;
  readonly graceDate: string | null;
  readonly modules: readonly ModuleLicense[];
  /** True where every row of it was readable: only then does absence prove anything. */
  readonly complete: boolean;
}

/** A module license granted to one user. `name` is the module name without its owner. */
export interface GrantedLicense {
  readonly owner: string;
  readonly name: string;
  readonly scope: LicenseScope;
  readonly description: string;
  /** Empty where the source did not carry it. */
  readonly version: string;
  /** `YYYY-MM-DD`, the last day it counts; null = forever, or not told. */
  readonly expiryDate: string | null;
  readonly extraFlags: number;
  /**
   * Empty where the source did not carry it (GetUserLicenses has none,
   * docs/superoffice/licenses.md#3-endpoints).
   */
  readonly extraInfo: string;
}

/**
 * What one user holds. `functionRights` is null where nobody told:
 * only the user's own sign-in shows them.
 */
export interface UserLicenses {
  readonly associateId: number;
  readonly granted: readonly GrantedLicense[];
  /** True where all licenses of SuperOffice's own the user holds are among `granted`: only then does absence prove anything. */
  readonly complete: boolean;
  readonly functionRights: readonly string[] | null;
}
