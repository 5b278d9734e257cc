import type { TenantEntitlements } from '../../licensing/entitlement-engine.ts';
import type { TenantLicenses } from '../../licensing/licenses/license-data.ts';
import type { RecordedChange } from '../../snapshots/license-history.ts';
import type { CachedSnapshot } from '../../snapshots/stale-if-error-cache.ts';
import type { AccessRequest } from '../../tenants/access-request-store.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { Language } from '../rendering/i18n.ts';
import { formatTimestamp, type Timestamp } from '../rendering/timestamps.ts';
import {
  type OpenAccessRequest,
  openAccessRequests,
  type ResolvedAccessRequest,
  resolvedAccessRequests,
} from './access-request-rows.ts';
import { type ChangeRow, changeRows } from './change-messages.ts';
import type { InvalidContract } from './contract-form.ts';
import { type ContractView, contractView } from './contract-view.ts';
import { describeDiagnostic } from './diagnostic-messages.ts';
import type { InvalidResolution } from './resolution-form.ts';
import { type SeatRow, seatRows, seatsNote } from './seat-rows.ts';

/** A form that was not right: nothing typed is lost. */
export type InvalidForm = InvalidResolution | InvalidContract;

/** Everything `views/admin.ejs` prints. */
export interface AdminView {
  readonly companyName: string;
  readonly tenantId: string;
  readonly csrfToken: string;
  /** The language asked for by the page's address, as every address in it has it; may be empty. */
  readonly lang: string;
  /** What was answered just now, in words; empty where nothing was. */
  readonly saved: string;
  readonly open: readonly OpenAccessRequest[];
  readonly resolved: readonly ResolvedAccessRequest[];
  readonly seats: readonly SeatRow[];
  /** Why no seats are listed; empty where some are. */
  readonly seatsNote: string;
  /** Null where SuperOffice told nothing. */
  readonly asOf: Timestamp | null;
  readonly stale: boolean;
  readonly diagnostics: readonly string[];
  /** What changed in the licenses, the newest first. */
  readonly changes: readonly ChangeRow[];
  readonly contract: ContractView;
}

/** What administrators work with, and the form of theirs that was refused, if one was. */
export interface AdminInput {
  readonly tenant: Tenant;
  readonly accessRequests: readonly AccessRequest[];
  /** What the tenant bought; null where SuperOffice refused to tell. */
  readonly tenantLicenses: CachedSnapshot<TenantLicenses> | null;
  readonly tenantEntitlements: TenantEntitlements;
  readonly changes: readonly RecordedChange[];
  /** `YYYY-MM-DD`, of UTC. */
  readonly today: string;
  readonly csrfToken: string;
  readonly language: Language;
  readonly refused: InvalidForm | null;
  readonly lang: string;
  /** The wish that was answered just now, or null. */
  readonly resolved: string | null;
}

/** Puts what administrators work with into the words of one language. */
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
  const answered = resolvedAccessRequests(accessRequests, language);
  const seats = tenantLicenses === null ? [] : seatRows(tenantLicenses.content, tenantEntitlements, language);
  return {
    companyName: tenant.companyName,
    tenantId: tenant.tenantId,
    csrfToken,
    lang,
    saved: answered.find(({ id }) => id === input.resolved)?.outcome ?? '',
    open: openAccessRequests(accessRequests, refused?.form === 'resolution' ? refused : null, language),
    resolved: answered,
    seats,
    seatsNote: seats.length > 0 ? '' : seatsNote(tenantLicenses !== null, language),
    asOf: tenantLicenses && formatTimestamp(tenantLicenses.readAt, language),
    stale: tenantLicenses?.stale === true,
    diagnostics: tenantEntitlements.diagnose().map((each) => describeDiagnostic(each, language)),
    changes: changeRows(input.changes, language),
    contract: contractView({
      contract: tenant.contract,
      refused: refused?.form === 'contract' ? refused : null,
      plans: tenantEntitlements,
      today,
      language,
    }),
  };
}
