import { beforeEach, describe, expect, it } from 'vitest';
import type { CookieClient, VisitedPage } from '../../sandbox/cookie-client.ts';
import type { PlanPrices } from '../../src/licensing/billing/plan-prices.ts';
import { getTenant } from '../support/get-tenant.ts';
import {
  getVisibleText,
  install,
  installedPlanlens,
  signInToCrm,
  submit,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';

const { administrator, otherAdministrator } = testUsers;
const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};
const path = '/admin/contract';

describe('contract page', async () => {
  const planlens = await installedPlanlens();
  for (const person of [otherAdministrator, suiteAdministrator]) await install(planlens, person);
  const { tenants, planPrices, audit, exportTenant } = planlens.services;

  beforeEach(async () => {
    for (const { tenantId } of [administrator, suiteAdministrator]) {
      await tenants.saveContract(tenantId, null);
      await planPrices.save(tenantId, null);
    }
  });

  const open = async (query = '', person: TestUser = administrator) => {
    const cookieClient = await signInToCrm(planlens, person);
    return { cookieClient, page: await cookieClient.get(`${planlens.url}${path}?lang=en${query}`) };
  };
  const textOf = async (cookieClient: CookieClient, at: string) =>
    getVisibleText((await cookieClient.get(`${planlens.url}${at}?lang=en`)).html);
  /** Sends the form of the prices with the amounts of some plans; those of the others are empty. */
  const send = (cookieClient: CookieClient, page: VisitedPage, currency: string, prices: object) => {
    const entries = Object.entries(prices);
    return submit(
      cookieClient,
      page,
      path,
      {
        currency,
        plan: entries.map(([plan]) => plan),
        amount: entries.map(([, amount]) => String(amount)),
        period: entries.map(() => 'month'),
      },
      'value="prices"',
    );
  };
  const planInputs = ({ html }: VisitedPage) => {
    const [, form = ''] = /name="form" value="prices">(.*?)<\/form>/s.exec(html) ?? [];
    return [...form.matchAll(/name="plan" value="([^"]+)"/g)].map(([, plan]) => plan);
  };
  const amountInputs = ({ html }: VisitedPage) =>
    [...html.matchAll(/name="amount"\s+value="([^"]*)"/g)].map(([, amount]) => amount);

  describe('prices', () => {
    it('are asked for each purchased plan, saved, used on every page with seats, and deleted', async () => {
      const { cookieClient, page } = await open();
      expect(planInputs(page)).toEqual([
        'sales-premium',
        'service-premium',
        'marketing-premium',
        'sales-premium+service-premium+marketing-premium',
      ]);
      for (const at of ['/admin', '/admin/seats'])
        expect(await textOf(cookieClient, at)).not.toContain('your own prices');

      const saved = await send(cookieClient, page, 'nok', {
        'sales-premium': '1,000.50',
        'service-premium': '800',
        'sales-essential': '500',
      });
      expect([saved.status, new URL(saved.url).pathname]).toEqual([200, path]);
      expect(saved.html).toMatch(/id="prices".*?<p class="saved" role="status"><strong>Saved\./s);
      expect(saved.html.split('Saved.')).toHaveLength(2);
      // The added plan has a row of its own now; the last row is for one more.
      expect(planInputs(saved)).toContain('sales-essential');
      expect(amountInputs(saved)).toEqual(['500', '1000.50', '800', '', '', '']);
      expect(getVisibleText(saved.html)).toContain(
        'Sales-Premium NOK 1,000.50 per month NOK 12,006.00 Service-Premium',
      );
      for (const at of ['/admin', '/admin/seats'])
        expect(await textOf(cookieClient, at)).toMatch(
          /By your own prices, the purchased seats cost NOK [\d,]+\.00 per year, those in use NOK [\d,]+\.00, the free ones NOK [\d,]+\.00\. Not counted, because .* not known: Marketing-Premium, /,
        );

      const deleted = await send(cookieClient, saved, 'NOK', { 'sales-premium': '', core: '' });
      expect(amountInputs(deleted)).toEqual(['', '', '', '', '']);
      expect(await planPrices.find(administrator.tenantId)).toBeNull();
    });

    it('are asked for the one plan of CRM Suite', async () => {
      const { cookieClient, page } = await open('', suiteAdministrator);
      expect(planInputs(page)).toEqual(['core']);
      expect(getVisibleText(page.html)).not.toContain('Sales-Premium');
      const saved = await send(cookieClient, page, 'EUR', { core: '80' });
      expect(getVisibleText(saved.html)).toContain('CRM Suite Core €80.00 per month €960.00');
      expect(await textOf(cookieClient, '/admin')).toContain(
        'the purchased seats cost €19,200.00 per year, those in use',
      );
    });

    it('are not replaced unseen if another administrator saved others meanwhile', async () => {
      await planPrices.save(administrator.tenantId, null);
      const first = await open();
      const second = await open();
      await send(first.cookieClient, first.page, 'EUR', { 'sales-premium': '80' });
      const late = { 'service-premium': '60' };
      const refused = await send(second.cookieClient, second.page, 'EUR', late);
      expect([refused.status, getVisibleText(refused.html)]).toEqual([
        400,
        expect.stringMatching(/Sales-Premium €80\.00 .* Another administrator has saved prices meanwhile/),
      ]);
      expect(amountInputs(refused)).toContain('60');
      const saved = await send(second.cookieClient, refused, 'EUR', late);
      expect(saved.status).toBe(200);
      expect([...((await planPrices.find(administrator.tenantId))?.byPlan.keys() ?? [])]).toEqual([
        'service-premium',
      ]);
      // A double click.
      expect((await send(second.cookieClient, refused, 'EUR', late)).status).toBe(200);
    });

    it('tell what a seat costs until the renewal, and that a cancelled one saves nothing until then', async () => {
      await tenants.saveContract(administrator.tenantId, { start: '2026-03-01', period: 'yearly' });
      const { cookieClient, page } = await open();
      const saved = await send(cookieClient, page, 'EUR', { 'sales-premium': '365' });
      const text = getVisibleText(saved.html);
      const days = Number(/in (\d+) days/.exec(text)?.[1]);
      const share = (12 * days).toLocaleString('en-GB', { minimumFractionDigits: 2 });
      expect(text).toContain(`Sales-Premium €365.00 per month €4,380.00 €${share} €0.00`);
      expect(text).toMatch(/One seat added today costs until (\d+ \w+ \d{4}) .* saves until \1/);
    });

    it.each([
      ['1e309', '1e309'],
      ['-49', '-49'],
      ['123456789012', '123456789012'],
      ['\u202E49', '\u202E49'],
      ['𝟜𝟡', '𝟜𝟡'],
      ['=1+1', '=1+1'],
      ['"><b>', '&#34;&gt;&lt;b&gt;'],
    ])('refuse the amount %j, keep it and what was saved before', async (amount, shown) => {
      const before: PlanPrices = {
        currency: 'EUR',
        byPlan: new Map([['core', { amount: 1n, period: 'year' }]]),
      };
      await planPrices.save(administrator.tenantId, before);
      const { cookieClient, page } = await open();
      const refused = await send(cookieClient, page, 'EUR', {
        'sales-premium': amount,
        'service-premium': '5',
      });
      expect(refused.status).toBe(400);
      expect(amountInputs(refused)).toContain(shown);
      expect(refused.html).toMatch(/aria-invalid="true" aria-describedby="price-error" autofocus/);
      expect(await planPrices.find(administrator.tenantId)).toEqual(before);
    });

    it('are kept while their administrator has to sign in again', async () => {
      const { cookieClient, page } = await open();
      planlens.passTime(6 * 60_000);
      const kept = await send(cookieClient, page, 'EUR', { 'sales-premium': '49.5', '': '' });
      expect(kept.status).toBe(200);
      expect(amountInputs(kept)).toEqual(['49.5', '']);
      expect(getVisibleText(kept.html)).toContain('so this was not sent');
      expect(await planPrices.find(administrator.tenantId)).toBeNull();
    });

    it('are in the export, in the log without amounts, and gone with the tenant', async () => {
      const { cookieClient, page } = await open('', otherAdministrator);
      await send(cookieClient, page, 'SEK', { 'sales-essential': '4711.25' });
      const { tenantId } = otherAdministrator;
      const [latest] = await audit.latest(tenantId, 1);
      expect(latest).toMatchObject({
        associateId: otherAdministrator.associateId,
        event: { event: 'prices-saved' },
      });
      expect(JSON.stringify(latest)).not.toContain('4711');
      let file = '';
      for await (const part of exportTenant(tenantId)) file += part;
      expect(JSON.parse(file).prices).toEqual([
        {
          context_identifier: tenantId,
          plan: 'sales-essential',
          currency: 'SEK',
          amount: 4711.25,
          period: 'month',
        },
      ]);
      await tenants.purge(await getTenant(tenants, tenantId), otherAdministrator.associateId);
      expect(await planPrices.find(tenantId)).toBeNull();
      await install(planlens, otherAdministrator);
      expect(await planPrices.find(tenantId)).toBeNull();
    });
  });

  describe('message to SuperOffice', () => {
    const messageOf = ({ html }: VisitedPage) =>
      /<textarea id="message-text"[^>]*>\n([^<]*)</.exec(html)?.[1]?.replaceAll('&#39;', "'") ?? null;
    const write = (
      cookieClient: CookieClient,
      page: VisitedPage,
      fields: Record<string, string | string[]>,
    ) => submit(cookieClient, page, path, fields, 'value="message"');
    const ask = (associateId: number, requestedBy: string, subject: string) =>
      planlens.services.accessRequests.submit(administrator.tenantId, {
        associateId,
        requestedBy,
        subject,
        reason: '',
      });

    it('is written from the numbers that are typed, and sends and keeps nothing', async () => {
      await tenants.saveContract(administrator.tenantId, { start: '2026-03-01', period: 'yearly' });
      await ask(101, 'Anna', 'plan:sales-premium');
      await ask(102, 'Bert', 'plan:sales-premium');
      const { cookieClient, page } = await open();
      expect(messageOf(page)).toBeNull();
      const before = await audit.latest(administrator.tenantId, 1);
      const written = await write(cookieClient, page, {
        plan: ['sales-premium', 'service-premium', 'sales-essential'],
        seats: ['25', '12', '2'],
        reason: '<b>Bergen</b>\r\n=1+1 \u202Egro',
        requests: 'yes',
      });
      expect(written.status).toBe(200);
      const message = messageOf(written);
      expect(message).toContain('Designteamet (Cust20001)');
      expect(message).toMatch(
        /- Sales-Essentials: 0 → 2 seats, from \d+ \w+ \d{4}\n- Sales-Premium: \d+ → 25/,
      );
      expect(message).toContain('Reason:\n&lt;b&gt;Bergen&lt;/b&gt;\n=1+1');
      expect(message).toContain('- Plan: Sales-Premium: 2 people\n');
      expect(message).not.toMatch(/Anna|Bert/);
      expect(message).toContain('Kind regards\nKari Nygård');
      expect(written.html).toContain('href="mailto:?subject=Change%20of%20our%20SuperOffice%20licences');
      expect(getVisibleText(written.html)).toContain('Planlens sends nothing');
      expect(await audit.latest(administrator.tenantId, 1)).toEqual(before);
      expect(messageOf(await cookieClient.get(`${planlens.url}${path}?lang=en`))).toBeNull();

      const named = await write(cookieClient, written, { plan: 'sales-premium', seats: '25', names: 'yes' });
      expect(messageOf(named)).toContain('2 people (Anna, Bert)');
    });

    it('starts with the numbers of a link, through a sign-in, and is in the language of the page', async () => {
      const { cookieClient, page } = await open('&s2v0m0=30&s0v1m0=4');
      expect(page.html).toMatch(/value="service-essential">\s*Service-Essentials\s*<\/th>\s*<td[^>]*>0</);
      const german = await cookieClient.get(`${planlens.url}${path}?lang=de&s2v0m0=30`);
      const written = await write(cookieClient, german, { plan: 'sales-premium', seats: '30' });
      expect(messageOf(written)).toMatch(
        /Guten Tag,\n\nwir möchten .*\n\n- Sales-Premium: \d+ → 30 Lizenzen\n/,
      );
    });

    it.each(['assign', 'fewest'])(
      'starts with the numbers of an answer of the what-if page: %s',
      async (ask) => {
        const { cookieClient } = await open();
        const isListed = async () => (await planlens.services.users.lastReadAt(administrator.tenantId)) > 0;
        await expect.poll(isListed, { timeout: 20_000 }).toBe(true);
        const query = new URLSearchParams({ lang: 'en', ask, s2v0m0: '33', s1v0m0: '5' });
        const answered = await cookieClient.get(`${planlens.url}/admin/what-if?${query}`);
        const href = /href="(\/admin\/contract\?[^"]*#message)"/.exec(answered.html)?.[1] ?? '';
        const page = await cookieClient.get(`${planlens.url}${href.replaceAll('&amp;', '&')}`);
        const [, form = ''] = /name="form" value="message">(.*?)<\/form>/s.exec(page.html) ?? [];
        const wanted = new Map(
          [...form.matchAll(/name="plan" value="([^"]+)".*?name="seats"\s+value="(\d*)"/gs)].map(
            ([, plan, seats]) => [plan, seats] as const,
          ),
        );
        if (ask === 'assign')
          expect([wanted.get('sales-premium'), wanted.get('sales-essential')]).toEqual(['33', '5']);
        // The four people who hold it.
        else expect([wanted.get('sales-premium'), wanted.get('sales-essential')]).toEqual(['4', '0']);
      },
    );

    it('is about the plan that all users share on CRM Suite', async () => {
      const { cookieClient, page } = await open('&growth=20', suiteAdministrator);
      const written = await write(cookieClient, page, { plan: ['core', 'growth'], seats: ['0', '20'] });
      expect(messageOf(written)).toContain(
        '- CRM Suite Core: 20 → 0 seats\n- CRM Suite Growth: 0 → 20 seats\n',
      );
    });

    it.each([
      [{ plan: 'sales-premium', seats: '1e309' }, 'Type whole numbers from 0 to 100,000.'],
      [{ plan: 'sales-premium', seats: '"><b>' }, 'Type whole numbers from 0 to 100,000.'],
      [{ plan: '', seats: '4' }, 'Choose the plan'],
      [{ plan: 'sales-premium', seats: '' }, 'Enter another number'],
      [{ plan: 'sales-premium', seats: '5', reason: '🙂'.repeat(501) }, 'Your reason has 1,002 characters'],
    ])('is not written from %j', async (fields, problem) => {
      const { cookieClient, page } = await open();
      const refused = await write(cookieClient, page, { reason: 'Kept', ...fields });
      expect(refused.status).toBe(400);
      expect(messageOf(refused)).toBeNull();
      expect(getVisibleText(refused.html)).toContain(problem);
      expect(refused.html).toMatch(/(Kept|🙂)<\/textarea>/);
    });

    it('keeps what was typed while its administrator has to sign in again', async () => {
      const { cookieClient, page } = await open();
      planlens.passTime(6 * 60_000);
      const kept = await write(cookieClient, page, { plan: 'sales-premium', seats: '25', reason: 'Bergen' });
      expect(getVisibleText(kept.html)).toContain('so this was not sent');
      expect([messageOf(kept), kept.html.includes('Bergen</textarea>')]).toEqual([null, true]);
    });
  });
});
