import { describe, expect, it } from 'vitest';
import type { PlanPrices } from '../../../../../src/licensing/billing/plan-prices.ts';
import { messageSchema } from '../../../../../src/web/admin/contract/message-form.ts';
import { messageView } from '../../../../../src/web/admin/contract/message-view.ts';
import { requestedSeats } from '../../../../../src/web/admin/contract/wanted-seats.ts';
import { parseForm } from '../../../../../src/web/rendering/form-parsing.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../../../licensing/fixtures/tenants.ts';
import { english } from '../../harness.ts';
import { tenant } from '../../panel/panel-contexts.ts';

const today = '2026-12-01';
const premium = entitlementEngine(publishedTenant('premium'), today);
const suite = entitlementEngine(publishedTenant('suite-core'), today);
const contract = { start: '2026-03-01', period: 'yearly' } as const;
const prices: PlanPrices = {
  currency: 'EUR',
  byPlan: new Map([['sales-premium', { amount: 3_650_000n, period: 'year' }]]),
};
const send = (fields: object) => parseForm(messageSchema, { form: 'message', ...fields });

type Input = Parameters<typeof messageView>[0];
const view = (given: Partial<Input> = {}) =>
  messageView({
    tenant: { ...tenant, contract },
    administrator: 'Kari',
    plans: premium,
    prices: null,
    requested: [],
    form: null,
    isDraft: false,
    linked: new Map(),
    today,
    lang: 'en',
    language: english,
    ...given,
  });
const rows = (given: Partial<Input>) =>
  view(given).rows.map(({ plan, today: now, text }) => [plan, now, text]);

describe('form of the message', () => {
  it("proposes today's seats of each purchased plan, and offers all others", () => {
    expect(rows({}).slice(0, 2)).toEqual([
      ['sales-premium', '21', '21'],
      ['service-premium', '15', '15'],
    ]);
    expect(view().plansToAdd).toHaveLength(26 - view().rows.length);
    expect(rows({ plans: suite })).toEqual([['core', '20', '20']]);
    expect(view({ plans: suite }).plansToAdd.map(({ key }) => key)).toEqual([
      'starter',
      'growth',
      'plus',
      'super',
    ]);
  });

  it('takes the seats of a link, by the parameters of the what-if page', () => {
    const query = { s2v0m0: '25', s1v0m0: '3', s0v2m0: '1e9', s0v1m0: ['1', '2'], core: '9', lang: 'en' };
    expect(rows({ linked: requestedSeats(query, premium) }).slice(0, 3)).toEqual([
      ['sales-essential', '0', '3'],
      ['sales-premium', '21', '25'],
      ['service-premium', '15', '15'],
    ]);
    expect(requestedSeats({ ...query, growth: '20' }, suite)).toEqual(
      new Map([
        ['core', '9'],
        ['growth', '20'],
      ]),
    );
  });

  it('leaves the field empty where the tenant pays by use', () => {
    const plan = { name: 'ten-sales', description: 'SalesPREM', purchased: 99_999, extraFlags: 1 };
    const byUse = entitlementEngine(tenantWith(moduleLicense({ ...plan, scope: 'user' })), today);
    expect(rows({ plans: byUse })).toEqual([['sales-premium', 'billed by use', '']]);
    const form = send({ plan: 'sales-premium', seats: '5' });
    expect(view({ plans: byUse, form, prices }).changes).toEqual(['Sales-Premium: billed by use → 5 seats']);
  });

  it.each([
    ['seats-invalid', { plan: 'sales-premium', seats: '-1' }],
    ['seats-invalid', { plan: 'sales-premium', seats: '123456789012' }],
    ['seats-invalid', { plan: 'sales-premium', seats: '1e309' }],
    ['seats-invalid', { plan: 'sales-premium', seats: '\u202E5' }],
    ['seats-plan-missing', { plan: '', seats: '5' }],
    ['seats-unchanged', { plan: ['sales-premium', ''], seats: ['21', ''] }],
    ['seats-unchanged', { plan: 'sales-premium', seats: '' }],
    ['message-reason-too-long', { plan: 'sales-premium', seats: '5', reason: '𝟜'.repeat(501) }],
  ])('is refused with %s: %j', (error, fields) => {
    const refused = view({ form: send(fields) });
    expect([refused.error, refused.message, refused.changes]).toEqual([error, null, []]);
    expect(refused.validationError).not.toMatch(/^$|admin\.|\{\{/);
  });

  it('is shown again after a sign-in, and writes nothing', () => {
    const form = send({ plan: 'sales-premium', seats: '5', reason: 'Why', names: 'yes' });
    expect(view({ form, isDraft: true })).toMatchObject({
      error: 'not-sent',
      reason: 'Why',
      asksForNames: true,
      asksForRequests: false,
      message: null,
    });
  });
});

describe('changes of seats', () => {
  const form = send({ plan: ['sales-premium', 'service-premium', ''], seats: ['25', '10', ''] });

  it('have the day on which each counts, and what it costs or saves', () => {
    expect(view({ form, prices }).changes).toEqual([
      'Sales-Premium: 21 → 25 seats, from 1 December 2026. By your own prices €1,460.00 more per year. ' +
        'Of this €360.00 until the renewal on 1 March 2027.',
      'Service-Premium: 15 → 10 seats, from 1 March 2027',
    ]);
    const fewer = send({ plan: 'sales-premium', seats: '20' });
    expect(view({ form: fewer, prices }).changes).toEqual([
      'Sales-Premium: 21 → 20 seats, from 1 March 2027. By your own prices €365.00 less per year.',
    ]);
  });

  it('say of which plan more seats are in use than are wanted, with the way to who would have to change', () => {
    const fewer = send({ plan: ['sales-premium', 'service-premium'], seats: ['11', '5'] });
    const { overused, whatIfUrl } = view({ form: fewer });
    expect(overused).toEqual(['Sales-Premium: 21 in use, but 11 wanted. 10 too few.']);
    expect(whatIfUrl).toMatch(/^\/admin\/what-if\?lang=en&ask=assign&s2v0m0=11&s0v2m0=5&.*#answer$/);
    expect(view({ form })).toMatchObject({ overused: [] });
    const share = view({ plans: suite, form: send({ plan: 'core', seats: '1' }) });
    expect([share.overused.length, share.whatIfUrl]).toEqual([1, '']);
  });

  it('have no day while the contract is unknown', () => {
    expect(view({ form, prices, tenant: { ...tenant, contract: null } }).changes).toEqual([
      'Sales-Premium: 21 → 25 seats. By your own prices €1,460.00 more per year.',
      'Service-Premium: 15 → 10 seats',
    ]);
  });
});

describe('what users asked for', () => {
  const request = { id: '1', associateId: 1, reason: '', requestedAt: new Date(), state: 'open' } as const;
  const resolution = { comment: '', resolvedBy: null, resolvedAt: null };
  const requested = [
    {
      subject: 'plan:sales-premium',
      count: 12,
      requests: ['Anna', ''].map((requestedBy) => ({
        ...request,
        ...resolution,
        subject: 'plan:sales-premium',
        requestedBy,
      })),
    },
  ];
  const fields = { plan: 'sales-premium', seats: '25' };
  const body = (more: object) => view({ form: send({ ...fields, ...more }), requested }).message?.body;

  it('is in the message only if ticked, with names only if ticked', () => {
    expect(body({})).not.toContain('asked for');
    expect(body({ names: 'yes' })).not.toMatch(/asked for|Anna/);
    expect(body({ requests: 'yes' })).toContain('- Plan: Sales-Premium: 12 people\n');
    expect(body({ requests: 'yes', names: 'yes' })).toContain('12 people (Anna, 11 more)');
  });
});
