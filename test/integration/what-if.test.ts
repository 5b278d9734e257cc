import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  featureUrl,
  getVisibleText,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  submit,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;
const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};
const pinForm = { intent: 'pin', kind: 'at-least', plan: 'sales-premium', reason: 'Sells by quotes' };

describe('the page “What if”', async () => {
  const planlens = await installedPlanlens();
  await install(planlens, suiteAdministrator);
  const { services } = planlens;

  const url = (query: string) => `${planlens.url}/admin/what-if?lang=en${query}`;
  const open = async (query = '', person: TestUser = administrator) => {
    const cookieClient = await signInToCrm(planlens, person);
    const page = await cookieClient.get(url(query));
    return { cookieClient, page, text: getVisibleText(page.html) };
  };
  const exportUser = async (associateId: number) =>
    JSON.stringify(await services.userData.export({ tenantId, associateId }));

  beforeAll(async () => {
    for (const each of [tenantId, suiteAdministrator.tenantId])
      await vi.waitFor(async () => expect(await services.users.lastReadAt(each)).toBeGreaterThan(0), 60_000);
  });
  beforeEach(async () => {
    for (const { associateId } of await services.userPins.list(tenantId))
      await services.userPins.remove(tenantId, associateId);
  });

  it('shows the seats of each plan with the people who hold it, and that nothing is changed', async () => {
    const { page, text } = await open();
    expect(page.status).toBe(200);
    expect(text).toContain('Nothing is changed in SuperOffice.');
    expect(text).toContain('Sales-Premium 21 4 Service-Premium 15 2 Marketing-Premium 7 2');
    expect(page.html).toMatch(/name="s2v0m0"\s+value="21"/);
    expect(text).toContain('1 person has no plan.');
  });

  it('says who would have to change, in an address that can be sent to a colleague', async () => {
    const { page, text } = await open('&ask=assign&s2v0m0=1&s2v2m2=3&s1v0m0=5');
    expect(page.html).toMatch(/name="s2v0m0"\s+value="1"/);
    expect(text).toContain('3 people would change plan.');
    expect(text).toContain('Sales-Premium → Sales-Essentials · 3 people Lost Sales: Premium → Essential');
    expect(text).toContain('Any 3 of these 4 people Emily Carter Markus Brandt Oliver Grant Pieter de Vries');
    expect(text).toMatch(/Sales-Premium 4 1 1 /);
  });

  it('says how many seats are missing', async () => {
    const { text } = await open('&ask=assign&s2v0m0=0&s0v2m0=0&s0v0m2=2&s2v2m2=3');
    expect(text).toContain('There are too few seats: 6 people would have none.');
    expect(text).toContain('4 people with Sales-Premium: all seats are taken.');
  });

  it('refuses what is no number of seats, and adds a plan without seats', async () => {
    const { page, text } = await open('&ask=assign&s2v0m0=-1');
    expect(page.status).toBe(200);
    expect(text).toContain('Type whole numbers from 0 to 100,000.');
    expect(text).not.toContain('would change');
    const added = await open('&add=service-essential');
    expect(added.page.html).toMatch(/name="s0v1m0"\s+value="0"/);
  });

  it('finds the fewest seats for what people hold and ask for', async () => {
    const user = await signInToCrm(planlens, salesPremium);
    await user.get(panelUrl(planlens, salesPremium));
    const feature = await user.get(featureUrl(planlens, salesPremium, 'request-management'));
    await submit(user, feature, '/panel/access-requests', { reason: '' });
    const withFree = await open('&ask=fewest');
    expect(withFree.text).toContain('No seat has to be purchased.');
    expect(withFree.text).toContain('Sales-Premium → Sales-Premium + Service-Premium + Marketing-Premium');
    const withoutFree = await open('&ask=fewest&s2v2m2=3');
    expect(withoutFree.text).toContain('1 seat has to be purchased.');
    expect(withoutFree.text).toContain('Sales-Premium + Service-Essentials 0 1 0 1 to purchase');
    const subject = 'feature:request-management';
    await services.accessRequests.withdraw(tenantId, { associateId: salesPremium.associateId, subject });
  });

  it('finds the cheapest seats by the prices of the administrators', async () => {
    const price = (amount: bigint) => ({ amount: amount * 10_000n, period: 'month' }) as const;
    expect((await open()).page.html).not.toContain('value="cheapest"');
    await services.planPrices.save(tenantId, {
      currency: 'EUR',
      byPlan: new Map([
        ['sales-premium', price(50n)],
        ['service-premium', price(60n)],
        ['sales-premium+service-premium', price(20n)],
      ]),
    });
    const { page, text } = await open('&ask=cheapest&s2v2m2=3');
    expect(page.html).toContain('value="cheapest"');
    expect(text).toContain('Lowest price for what people hold and ask for 6 seats have to be purchased.');
    // Today 4 × 50 and 2 × 60 a month; then 6 × 20.
    expect(text).toContain('the seats in use cost €3,840.00 per year today, and €1,440.00 then.');
    expect(text).toContain('is not known: Marketing-Premium, Sales-Premium + Service-Premium + Marketing');
    await services.planPrices.save(tenantId, null);
  });

  it('keeps pinned people, and records a pin in export and audit log, not its reason', async () => {
    const { cookieClient, page } = await open('&ask=assign&s2v0m0=1&s1v0m0=5&s2v2m2=3');
    const pinned = await submit(cookieClient, page, '/admin/what-if', { ...pinForm, associateId: '101' });
    const text = getVisibleText(pinned.html);
    expect(new URL(pinned.url).searchParams.get('s2v0m0')).toBe('1');
    expect(text).toContain('Markus Brandt At least Sales-Premium Sells by quotes Kari Nygård,');
    expect(text).toContain('3 people Emily Carter Oliver Grant Pieter de Vries');
    expect(await exportUser(101)).toContain('Sells by quotes');
    let exported = '';
    for await (const part of services.exportTenant(tenantId)) exported += part;
    expect(JSON.parse(exported).pins).toMatchObject([{ associate_id: 101, reason: 'Sells by quotes' }]);
    const removed = await submit(cookieClient, pinned, '/admin/what-if', { intent: 'unpin' });
    expect(getVisibleText(removed.html)).not.toContain('Sells by quotes');
    const entries = (await services.audit.latest(tenantId, 2)).map(({ event }) => event);
    expect(entries).toEqual([
      { event: 'user-unpinned', user: 101 },
      { event: 'user-pinned', user: 101 },
    ]);
  });

  it('keeps the seats that a pin was sent with, also if it is refused', async () => {
    const { cookieClient, page } = await open('&ask=assign&s2v0m0=1');
    const typed = { ...pinForm, associateId: '101', s2v0m0: '2', s9: '3' };
    const refused = await submit(cookieClient, page, '/admin/what-if', { ...typed, reason: '' });
    expect(refused.html).toMatch(/name="s2v0m0"\s+value="2"/);
    const pinned = await submit(cookieClient, refused, '/admin/what-if', typed);
    expect(new URL(pinned.url).search).toBe('?lang=en&ask=assign&s2v0m0=2');
    await submit(cookieClient, pinned, '/admin/what-if', { intent: 'unpin' });
  });

  it('starts a pin with the user of a link and the plan they hold', async () => {
    const { cookieClient, page } = await open('&user=111');
    expect(page.html).toMatch(/name="associateId"[^>]* value="111"/);
    expect(page.html).toContain('<option value="service-premium" selected>Service-Premium</option>');
    const pinned = await submit(cookieClient, page, '/admin/what-if', { ...pinForm, associateId: '111' });
    expect(new URL(pinned.url).searchParams.has('user')).toBe(false);
    for (const query of ['&user=99999', '&user=x', '&user=1&user=2'])
      expect((await open(query)).page.html).toMatch(/name="associateId"\s+list="listed-users"\s+value=""/);
  });

  it.each([
    [{ associateId: 'Emily' }, 'Enter the number of a user'],
    [{ associateId: '99999' }, 'The list of users has no user with this number.'],
    [{ associateId: '101', reason: '' }, 'Give a short reason'],
    [{ associateId: '101', reason: 'x'.repeat(201) }, 'Your reason has 201 characters'],
  ])('shows a refused pin %o again, with what is wrong', async (fields, message) => {
    const { cookieClient, page } = await open();
    const refused = await submit(cookieClient, page, '/admin/what-if', { ...pinForm, ...fields });
    expect(refused.status).toBe(400);
    expect(getVisibleText(refused.html)).toContain(message);
    expect(refused.html).toContain(`value="${fields.associateId}"`);
    expect(await services.userPins.list(tenantId)).toEqual([]);
  });

  it('says what a move of the whole tenant to CRM Suite means', async () => {
    const { text } = await open();
    expect(text).toContain('Your user plans lead to CRM Suite Plus, because of Marketing Premium.');
    expect(text).toContain('Active marketing flows no limit 10');
    expect(text).toContain('Marketing automation (flows) · 5 people');
    const starter = await open('&suite=starter');
    expect(starter.text).toMatch(/CRM Suite Starter \d+ users can log in, .* Lost .*Quote Management/);
  });

  it('compares the plans of CRM Suite for a tenant that has one', async () => {
    const { text, page } = await open('', suiteAdministrator);
    expect(text).toContain('Your company has CRM Suite Core, which all users share.');
    expect(text).toContain('CRM Suite Growth Seats stay as they are: 17 of 20 in use.');
    expect(text).toContain('Active projects 97 of 100 Unlimited');
    expect(text).toContain('Gained Sales forecasting on the product level · 3 people');
    expect(page.html).not.toContain('name="ask"');
    const lower = await open('&suite=starter', suiteAdministrator);
    expect(lower.text).toMatch(/Dashboards Unlimited 3 .* Lost /);
  });

  it('erases the pin of an erased user, and the name of an erased administrator', async () => {
    const pin = { kind: 'at-least', plan: 'sales-premium', reason: 'Quotes', pinnedBy: 131 } as const;
    await services.userPins.save(tenantId, { ...pin, associateId: 102 });
    await services.userPins.save(tenantId, { ...pin, associateId: 103 });
    await services.userData.erase({ tenantId, associateId: 102 });
    await services.userData.erase({ tenantId, associateId: 131 });
    expect(await services.userPins.list(tenantId)).toMatchObject([{ associateId: 103, pinnedBy: null }]);
  });
});
