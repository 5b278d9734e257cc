import { describe, expect, it } from 'vitest';
import type { TenantLicenses } from '../../../../../src/licensing/licenses/license-data.ts';
import { overviewView } from '../../../../../src/web/admin/overview/overview-view.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { goldenTenants } from '../../../licensing/fixtures/golden-cases.ts';
import { publishedTenant, tenantWith } from '../../../licensing/fixtures/tenants.ts';
import { english } from '../../harness.ts';
import { readAt } from '../../panel/panel-contexts.ts';

const premium = publishedTenant('premium');
const today = '2026-12-01';

type Input = Parameters<typeof overviewView>[0];

function view({
  licenses = premium,
  ...given
}: Partial<Input> & { readonly licenses?: TenantLicenses | null } = {}) {
  return overviewView({
    plans: entitlementEngine(licenses, today),
    tenantLicenses: licenses === null ? null : { content: licenses, readAt, stale: false, version: 1 },
    contract: null,
    prices: null,
    openRequests: 0,
    leavers: 0,
    expiringKeys: [],
    now: Date.parse(`${today}T12:00:00Z`),
    licensesUrl: 'https://crm.example/admin',
    today,
    lang: 'en',
    language: english,
    ...given,
  });
}

const attention = (given: Parameters<typeof view>[0]) =>
  view(given).attention.map(({ text, action }) => [text, action.href]);
const seats = '/admin/seats?lang=en';

describe('what needs attention', () => {
  it('is nothing in a tenant without requests, excess use or a renewal soon', () => {
    expect(attention({})).toEqual([]);
    expect(attention({ licenses: publishedTenant('essential') })).toEqual([]);
  });

  it('names overused plans with the way to the seats', () => {
    expect(attention({ licenses: goldenTenants.get('seats-overused') ?? null })).toEqual([
      ['Sales-Essentials + Service-Premium: 21 in use, but 18 purchased. 3 too many.', seats],
    ]);
  });

  it('names API keys that expire soon or have expired, with the way to them', () => {
    const key = (name: string, expiresAt: string) => ({ name, expiresAt: new Date(expiresAt) });
    const expiringKeys = [key('Portal', '2026-12-09T08:00:00Z'), key('Quotes', '2026-11-30T08:00:00Z')];
    const apiKeys = '/admin/api-keys?lang=en';
    expect(attention({ expiringKeys })).toEqual([
      ['The API key Portal expires on 9\u00a0Dec\u00a02026. Replace it in the app that uses it.', apiKeys],
      [
        'The API key Quotes expired on 30\u00a0Nov\u00a02026. An app that still uses it gets no answers.',
        apiKeys,
      ],
    ]);
  });

  it('counts the requests that wait, with the way to answer them', () => {
    const answer = '/admin/access-requests?lang=en';
    expect(attention({ openRequests: 1 })).toEqual([
      ['What users asked for: 1 waiting for an answer.', answer],
    ]);
    expect(attention({ openRequests: 62 })).toEqual([
      ['What users asked for: 62 waiting for an answer.', answer],
    ]);
  });

  it('counts the users who left and hold a seat, with the way to them', () => {
    const url = '/admin/seats/reclaim?lang=en&reason=retired';
    expect(attention({ leavers: 1 })).toEqual([['1 person has left and still holds a seat.', url]]);
    expect(attention({ leavers: 1_083 })).toEqual([['1,083 people have left and still hold a seat.', url]]);
  });

  it('names a license that expires soon or has expired, first, with the way to the licenses in SuperOffice', () => {
    const expiring = { ...premium, expiryDate: '2026-12-20', adminWarningDate: '2026-11-20' };
    const all = view({ licenses: expiring, openRequests: 1 }).attention;
    expect(all.map(({ text }) => text)).toEqual([
      'Your company’s licence expires on 20 December 2026.',
      'What users asked for: 1 waiting for an answer.',
    ]);
    expect(all[0]?.action).toEqual({
      href: 'https://crm.example/admin',
      text: 'Open Licences',
      isInCrm: true,
    });
    const expired = { ...premium, expiryDate: '2026-11-20', graceDate: '2026-12-20' };
    expect(attention({ licenses: expired })[0]?.[0]).toBe(
      'Your company’s licence expired on 20 November 2026. SuperOffice CRM can be used until 20 December 2026.',
    );
  });

  it('names limits of CRM Suite that are near or reached', () => {
    const uses = (active: number) => ({
      dashboards: null,
      'active-projects': { active, maximum: 100, near: false, reached: false },
      'active-marketing-flows': null,
      nearest: null,
    });
    const withUse = (active: number) => ({
      licenses: { ...publishedTenant('suite-core'), limits: uses(active) },
    });
    expect(attention(withUse(84))).toEqual([]);
    expect(attention(withUse(97))).toEqual([
      ['Active projects: 97 of 100. Close to the limit.', `${seats}#limits`],
    ]);
    expect(attention(withUse(100))[0]?.[0]).toBe('Active projects: 100 of 100. Limit reached.');
  });

  it('says that the licenses could not be read, or only in part', () => {
    expect(attention({ licenses: null })).toEqual([
      [expect.stringContaining('did not let Planlens read'), '/setup?lang=en'],
    ]);
    expect(attention({ licenses: { ...premium, complete: false } })).toEqual([
      [expect.stringContaining('Some rows of the licence could not be read'), seats],
    ]);
  });

  it('offers to give back the free seats, at any time if the contract is known', () => {
    const renewing = (start: string) => attention({ contract: { start, period: 'yearly' } });
    for (const [start, renewal] of [
      ['2026-03-01', '1 March 2027'],
      ['2026-11-02', '2 November 2027'],
    ] as const)
      expect(renewing(start)).toEqual([
        [
          `14 seats are free. A plan cancelled today stays until the contract renews on ${renewal}.`,
          expect.stringMatching(/^\/admin\/contract\?lang=en&(s\dv\dm\d=\d+&?)+#message$/),
        ],
      ]);
    const overused = goldenTenants.get('seats-overused') ?? null;
    expect(attention({ licenses: overused, contract: { start: '2026-03-01', period: 'yearly' } })).toEqual(
      attention({ licenses: overused }),
    );
  });
});

describe('the totals', () => {
  it('add up the seats of all plans, and the excess apart from the free seats', () => {
    expect(view().totals).toEqual({ purchased: '63', inUse: '49', free: '14', excess: '' });
    const overused = goldenTenants.get('seats-overused') ?? tenantWith();
    expect(view({ licenses: overused }).totals).toEqual({
      purchased: '18',
      inUse: '21',
      free: '0',
      excess: '3',
    });
  });

  it('are those of the CRM Suite plan if the tenant has one', () => {
    expect(view({ licenses: publishedTenant('suite-core') }).totals).toEqual({
      purchased: '20',
      inUse: '17',
      free: '3',
      excess: '',
    });
  });

  it('are billed by use if the plans are, and unknown without licenses', () => {
    const billed = view({ licenses: goldenTenants.get('seats-billed-by-use') ?? null }).totals;
    expect(billed).toEqual({ purchased: 'billed by use', inUse: '18', free: 'billed by use', excess: '' });
    expect(view({ licenses: null })).toMatchObject({ totals: null, asOf: null });
  });

  it('tell when the contract renews', () => {
    expect(view({ contract: { start: '2026-03-01', period: 'yearly' } }).renewal).toBe(
      'Renews on 1 March 2027, in 90 days.',
    );
    expect(view().renewal).toBe('');
  });
});
