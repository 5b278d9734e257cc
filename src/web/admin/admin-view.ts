import { purchasesService } from '../../licensing/advice/drops-service.ts';
import type { TenantEntitlements } from '../../licensing/entitlement-engine.ts';
import type { TenantLicenses } from '../../licensing/licenses/license-data.ts';
import type { RecordedChange } from '../../snapshots/license-history.ts';
import type { CachedSnapshot } from '../../snapshots/stale-if-error-cache.ts';
import type { AccessRequest } from '../../tenants/access-request-store.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import { type AdministrationAddresses, type AdministrationHelp, administrationHelp } from '../crm-links.ts';
import type { Language } from '../rendering/i18n.ts';
import { formatTimestamp, type Timestamp } from '../rendering/timestamps.ts';
import { type SuiteLimitRow, suiteLimitRows } from '../suite-limit-rows.ts';
import {
  type OpenAccessRequest,
  openAccessRequests,
  type ResolvedAccessRequest,
  resolvedAccessRequests,
} from './access-request-rows.ts';
import { type ChangeRow, changeRows } from './change-messages.ts';
import type { InvalidContract } from './contract-form.ts';
import { type ContractView, contractView } from './contract-view.ts';
import { type LicenseCheckView, licenseCheckView } from './license-check-view.ts';
import type { InvalidResolution } from './resolution-form.ts';
import { type SeatRow, seatRows, seatsNote } from './seat-rows.ts';
import type { InvalidUserData } from './user-data-form.ts';

/** A rejected form with its error; the page shows it again, so that no input is lost. */
export type InvalidForm = InvalidResolution | InvalidContract | InvalidUserData;

/** Values of `views/admin.ejs`. */
export interface AdminView {
  readonly companyName: string;
  readonly tenantId: string;
  readonly csrfToken: string;
  /** Why nothing new is read; empty for an active tenant. */
  readonly statusNotice: string;
  /** The language in the page's URL, which every link carries on; may be empty. */
  readonly lang: string;
  /** The outcome of the request that was just resolved; empty if none was. */
  readonly saved: string;
  readonly open: readonly OpenAccessRequest[];
  readonly resolved: readonly ResolvedAccessRequest[];
  /** How to assign and buy what users ask for. */
  readonly inSuperOffice: AdministrationHelp;
  /** CRM Suite has seats, which some languages call otherwise than the licenses of user plans. */
  readonly seatsHeading: string;
  readonly seats: readonly SeatRow[];
  /** Why no seats are listed; empty if some are. */
  readonly seatsNote: string;
  /** The limits of CRM Suite; empty without it. */
  readonly limits: readonly SuiteLimitRow[];
  /** When the licenses were read; null if SuperOffice refused to return them. */
  readonly asOf: Timestamp | null;
  readonly stale: boolean;
  readonly licenseCheck: LicenseCheckView;
  /** License changes, newest first. */
  readonly changes: readonly ChangeRow[];
  readonly contract: ContractView;
  /** The form to download or erase the data about one user. */
  readonly userData: {
    /** Users to choose from. */
    readonly users: readonly ListedUser[];
    /** The input and the error of a rejected form; empty otherwise. */
    readonly draft: string;
    readonly validationError: string;
    /** That data were just erased; empty otherwise. */
    readonly erased: string;
  };
}

/** A user of the tenant. */
interface ListedUser {
  readonly associateId: number;
  readonly name: string;
}

/** What the administration page is made from. */
export interface AdminInput {
  readonly tenant: Tenant;
  readonly accessRequests: readonly AccessRequest[];
  /** Null if SuperOffice refused to return the licenses. */
  readonly tenantLicenses: CachedSnapshot<TenantLicenses> | null;
  readonly tenantEntitlements: TenantEntitlements;
  readonly changes: readonly RecordedChange[];
  /** `YYYY-MM-DD` in UTC. */
  readonly today: string;
  readonly csrfToken: string;
  readonly language: Language;
  readonly refused: InvalidForm | null;
  readonly lang: string;
  /** The id of the access request that was just resolved, or null. */
  readonly resolved: string | null;
  readonly users: readonly ListedUser[];
  readonly addresses: AdministrationAddresses;
  /** The user whose data were just erased, or null. */
  readonly erased: number | null;
}

/** Makes the values of the administration page. */
export function adminView(input: AdminInput): AdminView {
  const {
    tenant,
    accessRequests,
    tenantLicenses,
    tenantEntitlements,
    today,
    csrfToken,
    language,
    refused,
    lang,
  } = input;
  const resolved = resolvedAccessRequests(accessRequests, language);
  const isSuite = tenantEntitlements.report(null).model === 'suite';
  const seats = tenantLicenses === null ? [] : seatRows(tenantEntitlements, language);
  return {
    companyName: tenant.companyName,
    tenantId: tenant.tenantId,
    csrfToken,
    statusNotice: tenant.status === 'active' ? '' : language.t(`notice.${tenant.status}`),
    lang,
    saved: resolved.find(({ id }) => id === input.resolved)?.outcome ?? '',
    open: openAccessRequests(
      accessRequests,
      { refused: refused?.form === 'resolution' ? refused : null, mayDropService: mayHaveService(input) },
      language,
    ),
    resolved,
    inSuperOffice: administrationHelp(
      isSuite ? ['change-suite'] : ['buy-licenses', 'assign-plan'],
      input.addresses,
      language,
    ),
    seatsHeading: language.t(isSuite ? 'admin.suiteSeats' : 'admin.seats'),
    seats,
    seatsNote: seats.length > 0 ? '' : seatsNote(tenantLicenses !== null, language),
    limits: suiteLimitRows(
      tenantEntitlements.report(null).plan,
      tenantLicenses?.content.limits ?? null,
      language,
    ),
    asOf: tenantLicenses && formatTimestamp(tenantLicenses.readAt, language),
    stale: tenant.status === 'active' && tenantLicenses?.stale === true,
    licenseCheck: licenseCheckView(tenantEntitlements, language),
    changes: changeRows(input.changes, language),
    contract: contractView({
      contract: tenant.contract,
      refused: refused?.form === 'contract' ? refused : null,
      plans: tenantEntitlements,
      today,
      language,
    }),
    userData: userDataView(input),
  };
}

/** Whether a user of the tenant may have a plan with Service, as far as is known. */
function mayHaveService({ tenantLicenses, tenantEntitlements }: AdminInput): boolean {
  return tenantLicenses === null || purchasesService(tenantEntitlements.planSeats());
}

function userDataView({ users, erased, refused, language: { t } }: AdminInput): AdminView['userData'] {
  const invalid = refused?.form === 'user-data' ? refused : null;
  return {
    users,
    draft: invalid?.associateId ?? '',
    validationError: invalid === null ? '' : t(`admin.validationError.${invalid.validationError}`),
    erased: erased === null ? '' : t('admin.userErased', { associateId: erased }),
  };
}
