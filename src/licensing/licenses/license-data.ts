/**
 * What a license row applies to: LicenseType of the web API
 * (docs/superoffice/licenses.md#2-carriers-and-tables).
 */
export type LicenseScope = 'site' | 'user' | 'satellite' | 'unknown';

/**
 * One row of the tenant's license: a purchased module.
 * `seats` is null if SuperOffice does not report them; one of its numbers can be missing without the other. `free` is
 * below 0 if more seats are in use than purchased.
 */
export interface ModuleLicense {
  readonly owner: string;
  readonly name: string;
  readonly description: string;
  readonly tooltip: string;
  readonly version: string;
  readonly scope: LicenseScope;
  readonly purchased: number;
  readonly seats: { readonly inUse: number | null; readonly free: number | null } | null;
  readonly unrestricted: boolean;
  readonly hidden: boolean;
  /** 0 for most rows, 1 for a user plan, 2 for a tier marker. Other values are passed through. */
  readonly extraFlags: number;
  readonly extraInfo: string;
  readonly prerequisite: string;
}

/** The use of a limit of CRM Suite, as SuperOffice reports it. `maximum` is above 0. */
export interface ReportedUse {
  readonly active: number;
  readonly maximum: number;
  /** SuperOffice's own verdicts. */
  readonly near: boolean;
  readonly reached: boolean;
}

/**
 * What the four limit calls report; null for a call that is refused, fails or reports no limit
 * (docs/superoffice/changes-2026.md#4-suite-limits-by-call).
 */
export interface ReportedLimits {
  readonly dashboards: ReportedUse | null;
  readonly 'active-projects': ReportedUse | null;
  readonly 'active-marketing-flows': ReportedUse | null;
  /** A limit that is near or reached. SuperOffice does not name it. */
  readonly nearest: ReportedUse | null;
}

/**
 * The purchased licenses of a tenant, as read from SuperOffice at one time.
 * Dates are calendar dates `YYYY-MM-DD` without a time zone; null means none or no expiry.
 */
export interface TenantLicenses {
  readonly companyName: string;
  readonly serialNumber: string;
  readonly expiryDate: string | null;
  readonly adminWarningDate: string | null;
  readonly graceDate: string | null;
  readonly modules: readonly ModuleLicense[];
  /** Whether every row was readable. Only then does a missing row mean a missing license. */
  readonly complete: boolean;
  /** Only of a tenant with CRM Suite. */
  readonly limits?: ReportedLimits;
}

/** A module license granted to one user. `name` is the module name without its owner. */
export interface GrantedLicense {
  readonly owner: string;
  readonly name: string;
  readonly scope: LicenseScope;
  readonly description: string;
  /** Empty if the source does not have it. */
  readonly version: string;
  /** The last valid day, `YYYY-MM-DD`; null if the license does not expire or the date is not reported. */
  readonly expiryDate: string | null;
  readonly extraFlags: number;
  /**
   * Empty if the source does not have it, such as GetUserLicenses
   * (docs/superoffice/licenses.md#3-endpoints).
   */
  readonly extraInfo: string;
}

/**
 * The licenses of one user. `functionRights` is null if they are unknown:
 * only the user's own sign-in reports them.
 */
export interface UserLicenses {
  readonly associateId: number;
  readonly granted: readonly GrantedLicense[];
  /**
   * Whether `granted` has all of the user's licenses of owner SUPEROFFICE. Only then does a missing row mean a missing
   * license.
   */
  readonly complete: boolean;
  readonly functionRights: readonly string[] | null;
}
