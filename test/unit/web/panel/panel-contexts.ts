import type { TenantLicenses, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import type { AccessRequest } from '../../../../src/tenants/access-request-store.ts';
import type { Tenant } from '../../../../src/tenants/tenant.ts';
import type { AdministrationAddresses } from '../../../../src/web/crm-links.ts';
import { type EntitledPanelContext, withEntitlements } from '../../../../src/web/panel/panel-context.ts';
import type { Language } from '../../../../src/web/rendering/i18n.ts';
import { entitlementEngine } from '../../licensing/fixtures/engine.ts';
import { english } from '../harness.ts';

/** When the license data of a panel context were read. */
export const readAt = Date.UTC(2026, 10, 22, 10);

export const tenant: Tenant = {
  tenantId: 'Cust12345',
  companyName: 'Designteamet',
  serial: '1010000001',
  consentedAt: new Date(readAt),
  provisionedAt: null,
  panels: [],
  contract: null,
  status: 'active',
  provisionedFingerprint: null,
  reconciliation: { at: new Date(readAt), failures: 0, lastError: null, setupStartedAt: null },
  deletion: { reportedAt: null, announcedAt: null },
  leavingSince: null,
  systemToken: () => '',
};

/** The addresses for administrators, with a shop. */
export const addresses: AdministrationAddresses = {
  users: 'https://online2.superoffice.com/Cust12345/default.aspx?adminusers',
  licenses: 'https://online2.superoffice.com/Cust12345/default.aspx?adminlicense',
  roles: 'https://online2.superoffice.com/Cust12345/default.aspx?adminroles',
  shop: 'https://shop.superoffice.com/',
};

/** What a panel context is made of; null: SuperOffice refused to return the licenses. */
export interface Given {
  readonly tenant: TenantLicenses | null;
  readonly user: UserLicenses | null;
  readonly today?: string;
  readonly language?: Language;
  readonly accessRequests?: readonly AccessRequest[];
  readonly contract?: Tenant['contract'];
  readonly isAdministrator?: boolean;
  readonly isFromList?: boolean;
}

/** The panel context of a signed-in user, with the report of the test engine. */
export function createContext(given: Given): EntitledPanelContext {
  const {
    today = '2026-12-01',
    language = english,
    accessRequests = [],
    contract = null,
    isAdministrator = false,
  } = given;
  const snapshotOf = <T>(content: T | null) =>
    content === null ? null : { content, readAt, stale: false, version: 1 };
  const context = {
    url: {
      tenantId: 'Cust12345',
      associateId: 5,
      language: 'en',
      signedInAt: 0,
      cookieProbe: false,
      isLoadingShown: false,
    },
    tenant: { ...tenant, contract },
    session: {
      tenantId: 'Cust12345',
      associateId: 5,
      isAdministrator,
      name: 'Markus Brandt',
      signedInAt: 0,
    },
    tenantLicenses: snapshotOf(given.tenant),
    userLicenses: snapshotOf(given.user),
    isFromList: given.isFromList ?? false,
    openRequests: null,
    accessRequests,
    language,
    csrfToken: 'a token',
    crmScreenPattern: 'https://online2.superoffice.com/Cust12345/default.aspx?{target}',
    backUrl: '/panel?uctx=Cust12345&usid=5&lang=en',
    today,
  };
  return withEntitlements(context, entitlementEngine);
}

/** An access request of the panel's user. */
export function requestAccess(subject: string, changes: Partial<AccessRequest> = {}): AccessRequest {
  return {
    id: '00000000-0000-4000-8000-000000000000',
    associateId: 5,
    requestedBy: 'Markus Brandt',
    subject,
    reason: '',
    requestedAt: new Date(readAt),
    state: 'open',
    comment: '',
    resolvedBy: null,
    resolvedAt: null,
    ...changes,
  };
}
