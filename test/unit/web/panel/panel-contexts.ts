import type { TenantLicenses, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import type { Wish } from '../../../../src/tenants/access-request-store.ts';
import type { Tenant } from '../../../../src/tenants/tenant-store.ts';
import type { Visit } from '../../../../src/web/panel/panel-context.ts';
import type { Language } from '../../../../src/web/rendering/i18n.ts';
import { licenseEngine } from '../../licensing/fixtures/engine.ts';
import { english } from '../harness.ts';

/** When the license data of a visit were read. */
export const readAt = Date.UTC(2026, 10, 22, 10);

export const tenant: Tenant = {
  ctx: 'Cust12345',
  companyName: 'Designteamet',
  serial: '1010000001',
  consentedAt: new Date(readAt),
  provisionedAt: null,
  panels: [],
  contract: null,
  standing: 'active',
  provisionedAs: null,
  lookedAfter: { at: new Date(readAt), failures: 0, problem: null, setupBeganAt: null },
  systemToken: () => '',
};

/** What a visit is made of; null: SuperOffice refused to tell. */
export interface Given {
  readonly tenant: TenantLicenses | null;
  readonly user: UserLicenses | null;
  readonly today?: string;
  readonly language?: Language;
  readonly wishes?: readonly Wish[];
  readonly contract?: Tenant['contract'];
}

/** A signed-in user's visit as the panel opens it. */
export function visitOf(given: Given): Visit {
  const { today = '2026-12-01', language = english, wishes = [], contract = null } = given;
  const of = <T>(content: T | null) => (content === null ? null : { content, readAt, stale: false });
  const plans = licenseEngine(given.tenant, today);
  return {
    address: { ctx: 'Cust12345', associateId: 5, language: 'en', signedInAt: 0, cookieDue: false },
    tenant: { ...tenant, contract },
    session: { ctx: 'Cust12345', associateId: 5, isAdministrator: false, name: 'Markus Brandt' },
    bought: of(given.tenant),
    held: of(given.user),
    plans,
    report: plans.report(given.user),
    wishes,
    language,
    csrfToken: 'a token',
    today,
  };
}

/** A wish of the visiting user. */
export function wishFor(subject: string, told: Partial<Wish> = {}): Wish {
  return {
    id: '00000000-0000-4000-8000-000000000000',
    associateId: 5,
    askedBy: 'Markus Brandt',
    subject,
    reason: '',
    askedAt: new Date(readAt),
    state: 'open',
    answer: '',
    answeredBy: null,
    answeredAt: null,
    ...told,
  };
}
