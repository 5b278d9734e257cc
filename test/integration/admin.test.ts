import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type CookieClient, createCookieClient, type VisitedPage } from '../../sandbox/cookie-client.ts';
import { openDatabase } from '../../src/database/database.ts';
import type { FeatureKey } from '../../src/licensing/catalogue/feature-keys.ts';
import { licenseCachePolicy } from '../../src/snapshots/license-snapshots.ts';
import {
  featureUrl,
  getVisibleText,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  startPlanlens,
  submit,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';

const { administrator, otherAdministrator, salesPremium } = testUsers;
const colleague = {
  tenantId: 'Cust20001',
  associateId: 133,
  userName: 'sarah.whitfield@designteamet.example',
};
const withoutPlan = { tenantId: 'Cust20001', associateId: 141, userName: 'emil.strand@designteamet.example' };
const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};

const dayMs = 24 * 60 * 60_000;
const findErrorCode = ({ html }: Pick<VisitedPage, 'html'>) => /<code>([a-z-]+)/.exec(html)?.[1];
const toPaths = ({ hops }: VisitedPage) => hops.map((hop) => new URL(hop).pathname);

describe("administrators' page", async () => {
  const planlens = await installedPlanlens();
  for (const person of [otherAdministrator, suiteAdministrator]) await install(planlens, person);
  const adminUrl = `${planlens.url}/admin`;

  const db = await openDatabase(planlens.environment.DATABASE_URL ?? '', () => {});
  afterAll(() => db.destroy());

  // Every test starts without access requests and without a contract.
  beforeEach(async () => {
    await db.deleteFrom('access_requests').execute();
    await planlens.services.tenants.saveContract('Cust20001', null);
  });

  const inAdmin = async (person: TestUser = administrator) => {
    const cookieClient = await signInToCrm(planlens, person);
    return { cookieClient, page: await cookieClient.get(adminUrl) };
  };
  const inPanel = async (person: TestUser = salesPremium): Promise<CookieClient> => {
    const cookieClient = await signInToCrm(planlens, person);
    await cookieClient.get(panelUrl(planlens, person));
    return cookieClient;
  };
  /** Submits a user's access request for a feature in the panel. @returns its id */
  const requestAccess = async (feature: FeatureKey, reason = ''): Promise<string> => {
    const cookieClient = await inPanel();
    const page = await cookieClient.get(featureUrl(planlens, salesPremium, feature));
    await submit(cookieClient, page, '/panel/access-requests', { reason });
    const accessRequests = await planlens.services.accessRequests.listByTenant('Cust20001', 0);
    const id = accessRequests.find(({ subject }) => subject === `feature:${feature}`)?.id;
    if (id === undefined) throw new Error(`no access request for ${feature}`);
    return id;
  };
  const readAccessRequests = async (tenantId: string) =>
    (await planlens.services.accessRequests.listByTenant(tenantId, 50)).map(
      ({ state, comment, resolvedBy }) => ({
        state,
        comment,
        resolvedBy,
      }),
    );
  const readContract = async () => (await planlens.services.tenants.find('Cust20001'))?.contract;
  const findCsrfToken = ({ html }: VisitedPage) => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';

  describe('links to SuperOffice', () => {
    const crm = `${planlens.sandbox.url}/Cust20001`;
    const readLinks = async () => {
      const { page } = await inAdmin();
      const [, section = ''] = /aria-labelledby="in-superoffice">(.*?)<\/section>/s.exec(page.html) ?? [];
      return [...section.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    };

    it('lead to Settings and maintenance and to the shop that SuperOffice reports', async () => {
      // A page does not wait long for an address; a later one has it.
      await expect
        .poll(readLinks)
        .toEqual([
          `${crm}/admin/default.aspx?`,
          expect.stringMatching(/\/shop\?.*Cust20001$/),
          `${crm}/admin/default.aspx?`,
        ]);
    });

    it.each([401, 403, 500, 'malformed', 'null', 'message'] as const)(
      'leave out the shop if SuperOffice responds with %s, after the cached address has expired',
      async (failure) => {
        planlens.passTime(11 * 60_000);
        for (const operation of ['License.GetShopUrl', 'Configuration.GetCRMUrl'])
          planlens.sandbox.control.fail({ operation, with: failure });
        expect(await readLinks()).toEqual([`${crm}/admin/default.aspx?`, `${crm}/admin/default.aspx?`]);
      },
    );

    it('lead to where a tenant has moved', async () => {
      planlens.sandbox.control.moveTenant({ tenant: 'Cust20001' });
      planlens.passTime(11 * 60_000);
      const moved = `${planlens.sandbox.url}/online2/Cust20001/admin/default.aspx?`;
      expect((await readLinks())[0]).toBe(moved);
    });
  });

  describe('access', () => {
    it('signs an administrator in silently in a fresh browser and returns to the page', async () => {
      const { page } = await inAdmin();
      expect(page.status).toBe(200);
      expect(toPaths(page)).toEqual(['/admin', '/login/common/oauth/authorize', '/auth/callback', '/admin']);
      expect(getVisibleText(page.html)).toContain('Designteamet · Cust20001 Planlens for administrators');
    });

    it('redirects a browser without a session to sign-in and reveals no tenant data', async () => {
      const { status, headers, html } = await createCookieClient().getOnce(adminUrl);
      expect(status).toBe(302);
      expect(headers.get('location')).toContain(`${planlens.sandbox.url}/login/common/oauth/authorize?`);
      expect(html).not.toContain('Designteamet');
    });

    // certifies R21
    it('rejects the page and its forms for a user who is not an administrator', async () => {
      const id = await requestAccess('knowledge-base');
      const user = await inPanel();
      const refused = await user.get(adminUrl);
      expect([refused.status, findErrorCode(refused)]).toEqual([403, 'administrator-required']);
      const panel = await user.get(panelUrl(planlens, salesPremium));
      const csrf = findCsrfToken(panel);
      const resolution = await user.post(`${adminUrl}/access-requests`, {
        csrf,
        id,
        state: 'fulfilled',
        comment: '',
      });
      const contract = await user.post(`${adminUrl}/contract`, {
        csrf,
        start: '2026-01-01',
        period: 'yearly',
      });
      for (const each of [resolution, contract]) {
        expect([each.status, findErrorCode(each)]).toEqual([403, 'administrator-required']);
      }
      expect(await readAccessRequests('Cust20001')).toEqual([
        { state: 'open', comment: '', resolvedBy: null },
      ]);
      expect(await readContract()).toBeNull();
    });

    it('starts a sign-in instead of showing another tenant named in the URL', async () => {
      const { cookieClient } = await inAdmin();
      const other = await cookieClient.get(`${adminUrl}?uctx=Cust20003`);
      expect(toPaths(other)).toContain('/login/Cust20003/oauth/authorize');
      expect(new URL(other.url).origin).toBe(planlens.sandbox.url);
      const own = await cookieClient.get(`${adminUrl}?uctx=Cust20001`);
      expect([own.status, own.hops.length]).toEqual([200, 1]);
    });

    it('requires a new sign-in when the URL names another user than the session', async () => {
      const { cookieClient } = await inAdmin();
      const own = await cookieClient.get(`${adminUrl}?uctx=Cust20001&usid=131&lang=de`);
      expect([own.status, own.hops.length, own.html.includes('lang="de"')]).toEqual([200, 1, true]);
      await cookieClient.get(`${planlens.sandbox.url}/login/as/${colleague.userName}?next=/Cust20001/`);
      const theirs = await cookieClient.get(
        `${adminUrl}?uctx=Cust20001&usid=${colleague.associateId}&lang=de`,
      );
      expect(toPaths(theirs)).toContain('/login/Cust20001/oauth/authorize');
      expect(new URL(theirs.url).search).toContain(`uctx=Cust20001&usid=${colleague.associateId}&lang=de`);
      expect(theirs.status).toBe(200);
      // A link for one user while the other is signed in to CRM.
      const mixed = await cookieClient.get(`${adminUrl}?uctx=Cust20001&usid=131&lang=de`);
      expect([mixed.status, findErrorCode(mixed), mixed.html.includes('lang="de"')]).toEqual([
        403,
        'user-mismatch',
        true,
      ]);
    });

    it('forbids framing and storing, and links to and from the setup page', async () => {
      const { cookieClient, page } = await inAdmin();
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(page.headers.get('cache-control')).toBe('private, no-store');
      expect(page.html).toContain('href="/setup?lang="');
      expect((await cookieClient.get(`${planlens.url}/setup`)).html).toContain('href="/admin?lang="');
    });
  });

  describe('access request queue', () => {
    it('shows an empty message and no form without access requests', async () => {
      const { page } = await inAdmin();
      expect(getVisibleText(page.html)).toContain('Nothing is waiting for an answer.');
      expect(page.html).not.toContain('action="/admin/access-requests"');
    });

    it('lists the oldest access request first with requester, date and reason', async () => {
      await requestAccess('knowledge-base', 'For customers');
      await requestAccess('mailings');
      const { page } = await inAdmin();
      const words = getVisibleText(page.html);
      expect(words).toMatch(/Feature: Knowledge base \(FAQs\) Markus Brandt, \d+ \w+ \d{4} For customers/);
      expect(words.indexOf('Knowledge base')).toBeLessThan(words.indexOf('Mailings'));
    });

    it('resolves an access request by form and shows the resolution to the requester', async () => {
      const id = await requestAccess('knowledge-base');
      const { cookieClient, page } = await inAdmin();
      const done = await submit(cookieClient, page, '/admin/access-requests', {
        state: 'fulfilled',
        comment: 'From Monday.\r\nEnjoy.',
      });
      expect([done.status, new URL(done.url).pathname]).toEqual([200, '/admin']);
      expect(new URL(done.url).hash).toBe(`#request-${id}`);
      expect(done.html).toContain(`id="request-${id}"`);
      expect(getVisibleText(done.html)).toMatch(/Done on .* by Kari Nygård From Monday\. Enjoy\./);
      expect(await readAccessRequests('Cust20001')).toEqual([
        { state: 'fulfilled', comment: 'From Monday.\nEnjoy.', resolvedBy: 'Kari Nygård' },
      ]);
      const seen = await (await inPanel()).get(featureUrl(planlens, salesPremium, 'knowledge-base'));
      expect(getVisibleText(seen.html)).toContain('From Monday. Enjoy.');
      expect(getVisibleText(seen.html)).toContain('Your administrators answered on');
    });

    it.each([
      [
        'declined without a comment',
        { state: 'declined', comment: ' ' },
        'Give a short reason for declining',
        '',
      ],
      [
        'a comment that is too long',
        { state: 'fulfilled', comment: `<b>${'x'.repeat(498)}` },
        'Your answer has 501 characters; at most 500 fit.',
        `&lt;b&gt;${'x'.repeat(498)}`,
      ],
    ])(
      'explains an invalid resolution (%s) beside the form and keeps the typed text',
      async (_case, fields, message, typed) => {
        const id = await requestAccess('knowledge-base');
        await requestAccess('mailings');
        const { cookieClient, page } = await inAdmin();
        const refused = await submit(cookieClient, page, '/admin/access-requests', fields);
        expect(refused.status).toBe(400);
        expect(refused.headers.get('cache-control')).toBe('no-store');
        expect(refused.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
        const [before, own = '', other = ''] = refused.html.split('<article');
        expect(before).not.toContain('class="field-error"');
        expect(own).toContain(`value="${id}"`);
        expect(getVisibleText(`<body>${own}</body>`)).toContain(message);
        expect(own).toMatch(/<textarea[^>]* aria-describedby="field-error" aria-invalid="true" autofocus>/);
        expect(own).toContain(`${typed}</textarea>`);
        expect(other).not.toContain('aria-invalid');
        expect((await readAccessRequests('Cust20001')).map(({ state }) => state)).toEqual(['open', 'open']);

        const corrected = await submit(cookieClient, refused, '/admin/access-requests', {
          state: 'declined',
          comment: 'Too dear.',
        });
        expect([corrected.status, new URL(corrected.url).hash]).toEqual([200, `#request-${id}`]);
      },
    );

    it('accepts a resolution text of 500 characters and counts a line break as one', async () => {
      await requestAccess('knowledge-base');
      const { cookieClient, page } = await inAdmin();
      const comment = `${'ü'.repeat(249)}\r\n${'漢'.repeat(250)}`;
      expect(
        (await submit(cookieClient, page, '/admin/access-requests', { state: 'fulfilled', comment })).status,
      ).toBe(200);
      expect((await readAccessRequests('Cust20001'))[0]?.comment).toHaveLength(500);
    });

    it('accepts only the first of two resolutions of one access request', async () => {
      const id = await requestAccess('knowledge-base');
      const first = await inAdmin();
      const second = await inAdmin(colleague);
      await submit(first.cookieClient, first.page, '/admin/access-requests', {
        state: 'declined',
        comment: 'No.',
      });
      const late = await submit(second.cookieClient, second.page, '/admin/access-requests', {
        state: 'fulfilled',
      });
      expect([late.status, findErrorCode(late)]).toEqual([409, 'access-request-resolved']);
      const invalid = await submit(second.cookieClient, second.page, '/admin/access-requests', {
        state: 'declined',
      });
      expect([invalid.status, findErrorCode(invalid)]).toEqual([409, 'access-request-resolved']);
      expect(await readAccessRequests('Cust20001')).toEqual([
        { state: 'declined', comment: 'No.', resolvedBy: 'Kari Nygård' },
      ]);
      const { page } = await inAdmin(colleague);
      expect(page.html).toContain(`id="request-${id}"`);
    });

    it('hides access requests from administrators of another tenant and rejects their resolutions', async () => {
      const id = await requestAccess('knowledge-base', 'secret reason');
      const { cookieClient, page } = await inAdmin(otherAdministrator);
      expect(page.status).toBe(200);
      expect(page.html).not.toMatch(/secret reason|Markus Brandt/);
      const fields = { csrf: findCsrfToken(page), id };
      for (const resolution of [{ state: 'fulfilled' }, { state: 'declined', comment: '' }]) {
        const refused = await cookieClient.post(`${adminUrl}/access-requests`, { ...fields, ...resolution });
        expect([refused.status, findErrorCode(refused)]).toEqual([409, 'access-request-resolved']);
        expect(refused.html).not.toMatch(/secret reason|Markus Brandt/);
      }
      expect((await readAccessRequests('Cust20001')).map(({ state }) => state)).toEqual(['open']);
    });

    it('shows the key of a requested feature that is no longer in the catalogue', async () => {
      await planlens.services.accessRequests.submit('Cust20001', {
        associateId: 101,
        requestedBy: 'Markus Brandt',
        subject: 'feature:of-last-year',
        reason: '',
      });
      const { page } = await inAdmin();
      expect([page.status, getVisibleText(page.html).includes('of-last-year Markus Brandt')]).toEqual([
        200,
        true,
      ]);
    });
  });

  describe('administrator forms', () => {
    const forms = [
      ['/admin/access-requests', { state: 'fulfilled', comment: '' }],
      ['/admin/contract', { start: '2026-01-01', period: 'yearly' }],
      ['/admin/user-data', { associateId: '101', intent: 'erase', sure: 'yes' }],
    ] as const;

    it.each(forms)('%s rejects a form without the CSRF token of the session', async (path, fields) => {
      const id = await requestAccess('knowledge-base');
      const { cookieClient, page } = await inAdmin();
      const foreign = findCsrfToken((await inAdmin(colleague)).page);
      for (const token of [{}, { csrf: '' }, { csrf: 'x'.repeat(43) }, { csrf: foreign }]) {
        const refused = await cookieClient.post(`${planlens.url}${path}`, { id, ...fields, ...token });
        expect([refused.status, findErrorCode(refused)]).toEqual([403, 'csrf-token-invalid']);
      }
      expect(await readAccessRequests('Cust20001')).toEqual([
        { state: 'open', comment: '', resolvedBy: null },
      ]);
      expect(await readContract()).toBeNull();
      expect(findCsrfToken(page)).not.toBe(foreign);
    });

    it.each(forms)('%s rejects a form without a session', async (path, fields) => {
      const { page } = await inAdmin();
      const csrf = findCsrfToken(page);
      const refused = await createCookieClient().post(`${planlens.url}${path}`, { csrf, ...fields });
      expect([refused.status, findErrorCode(refused)]).toEqual([401, 'session-required']);
      expect(refused.html).toContain('href="/admin"');
    });

    it.each([
      ['/admin/access-requests', { state: 'open', comment: 'x' }, 'state'],
      ['/admin/access-requests', { id: 'x', state: 'fulfilled' }, 'id'],
      ['/admin/contract', { start: '2026-01-01', period: 'weekly' }, 'period'],
      ['/admin/contract', { period: 'yearly' }, 'start'],
      ['/admin/user-data', { associateId: '101', intent: 'look' }, 'intent'],
      ['/admin/user-data', { intent: 'export' }, 'associateId'],
    ])('%s rejects a malformed form with the fields %j', async (path, fields, field) => {
      await requestAccess('knowledge-base');
      const { cookieClient, page } = await inAdmin();
      const id = /name="id" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
      const sent = { csrf: findCsrfToken(page), ...(path === '/admin/access-requests' && { id }), ...fields };
      const refused = await cookieClient.post(`${planlens.url}${path}`, sent);
      expect(refused.status).toBe(400);
      expect(refused.html).toContain(`form-malformed (${field})`);
    });
  });

  describe('data about one person', () => {
    const formPath = '/admin/user-data';
    const { associateId } = salesPremium;
    // A user may make twenty access requests per hour.
    beforeEach(() => planlens.passTime(60 * 60_000));

    it('lists users to choose from and downloads the data about one of them', async () => {
      await requestAccess('knowledge-base', 'For customers');
      const { cookieClient, page } = await inAdmin();
      expect(page.html).toContain(`<option value="${associateId}">Markus Brandt</option>`);
      const file = await submit(cookieClient, page, formPath, {
        associateId: String(associateId),
        intent: 'export',
      });
      expect(file.headers.get('content-disposition')).toBe(
        `attachment; filename=planlens-Cust20001-user-${associateId}.json`,
      );
      expect(JSON.parse(file.html)).toMatchObject({
        users: [{ name: 'Markus Brandt' }],
        accessRequests: [{ reason: 'For customers' }],
      });
    });

    it('erases the data only after a confirmation, and says so', async () => {
      await requestAccess('knowledge-base', 'For customers');
      const { cookieClient, page } = await inAdmin();
      const user = { associateId: ` ${associateId} `, intent: 'erase' };
      const refused = await submit(cookieClient, page, formPath, user);
      expect([refused.status, refused.html.includes(`value="${associateId}"`)]).toEqual([400, true]);
      expect(getVisibleText(refused.html)).toContain('Tick the box to confirm');
      expect(await readAccessRequests('Cust20001')).toHaveLength(1);

      const done = await submit(cookieClient, refused, formPath, { ...user, sure: 'yes' });
      expect(getVisibleText(done.html)).toContain(`held about user ${associateId} has been erased`);
      expect(new URL(done.url).hash).toBe('#user-data');
      expect(await readAccessRequests('Cust20001')).toEqual([]);
      const setup = await cookieClient.get(`${planlens.url}/setup`);
      expect(getVisibleText(setup.html)).toContain(`erased the data about user ${associateId}`);
      await planlens.services.requestReconciliation('Cust20001');
      await expect.poll(async () => (await inAdmin()).page.html).toContain('>Markus Brandt</option>');
    });

    it.each(['', '0', '-1', '1.5', '2147483648', '0x65', "101' or 1=1", '<b>'])(
      'refuses the user number %j',
      async (text) => {
        const { cookieClient, page } = await inAdmin();
        for (const intent of ['export', 'erase']) {
          const refused = await submit(cookieClient, page, formPath, {
            associateId: text,
            intent,
            sure: 'yes',
          });
          expect(refused.status).toBe(400);
          expect(getVisibleText(refused.html)).toContain('Enter the number of a user');
        }
      },
    );

    it('reaches no data of another tenant', async () => {
      const { cookieClient, page } = await inAdmin();
      const file = await submit(cookieClient, page, formPath, { associateId: '301', intent: 'export' });
      expect(JSON.parse(file.html)).toMatchObject({ users: [], snapshots: [], accessRequests: [] });
    });
  });

  describe('seat table', () => {
    it('lists the seats of each purchased plan with the read time', async () => {
      const words = getVisibleText((await inAdmin()).page.html);
      expect(words).toContain('Plan Purchased In use Free Marketing-Premium 7 3 4 Sales-Premium 21 21 0');
      expect(words).toContain('Licence data as of');
    });

    it('lists the seats of the CRM Suite plan', async () => {
      const words = getVisibleText((await inAdmin(suiteAdministrator)).page.html);
      expect(words).toMatch(/Free CRM Suite Core \d+ \d+ \d+ /);
    });

    /** Shows the page with another number of purchased Sales Premium seats, of which 21 are in use. */
    const withPurchased = async (licenses: number, show: () => Promise<void>) => {
      const purchase = (count: number) => {
        planlens.sandbox.control.setPurchased({ tenant: 'Cust20001', module: 'ten-sales', licenses: count });
        planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
      };
      purchase(licenses);
      await show();
      purchase(21);
    };

    it('shows an overused plan below zero, with its cause first and what follows from it folded', async () => {
      await withPurchased(18, async () => {
        const { html } = (await inAdmin()).page;
        const words = getVisibleText(html);
        expect(words).toContain('Seats Sales-Premium: 21 in use, but 18 purchased. 3 too many.');
        expect(words).toMatch(/What follows from it: \d+ .*web: 63 purchased.* Plan Purchased In use Free/);
        expect(html).toMatch(/<tr class="overused"><th scope="row">Sales-Premium<.*?>18<.*?>21<.*?>−3</);
        expect(words).not.toContain('What does not add up');
      });
    });

    it('shows the seats in use and no free seats of a tenant that pays for the seats in use', async () => {
      await withPurchased(100_000, async () => {
        const words = getVisibleText((await inAdmin()).page.html);
        expect(words).toContain('Sales-Premium billed by use 21 billed by use');
        expect(words).toContain('Service-Premium billed by use 5 billed by use');
        expect(words).not.toContain('What does not add up');
        const advice = (await inPanel(withoutPlan)).get(
          featureUrl(planlens, withoutPlan, 'quote-management'),
        );
        expect(getVisibleText((await advice).html)).toContain('Seats are billed by use');
      });
    });

    it('shows the last known seats while SuperOffice is unavailable', async () => {
      const { cookieClient } = await inAdmin();
      planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
      planlens.sandbox.control.fail({ operation: 'License.*', with: 500 });
      const words = getVisibleText((await cookieClient.get(adminUrl)).html);
      expect(words).toContain('SuperOffice is not answering at the moment');
      expect(words).toContain('Sales-Premium 21 21 0');
      planlens.sandbox.control.clearFaults();
      planlens.passTime(licenseCachePolicy.retryAfterMs + 1);
      expect(getVisibleText((await cookieClient.get(adminUrl)).html)).toContain('Licence data as of');
    });
  });

  describe('contract form', () => {
    it('saves a contract, derives the next renewal from it and deletes it', async () => {
      const { cookieClient, page } = await inAdmin();
      expect(getVisibleText(page.html)).toContain('The start date is not known');
      const saved = await submit(cookieClient, page, '/admin/contract', {
        start: '2026-03-01',
        period: 'quarterly',
      });
      expect([saved.status, new URL(saved.url).hash]).toEqual([200, '#contract']);
      expect(saved.html).toContain('name="start" value="2026-03-01"');
      expect(saved.html).toContain('<option value="quarterly" selected>');
      expect(getVisibleText(saved.html)).toMatch(
        /Next renewal: (\d+ \w+ \d{4})\. A plan added today takes effect at once\. A plan cancelled today stays until the contract renews on \1\. SuperOffice documents that plans can be added .* our assumption\./,
      );

      const advice = await (await inPanel()).get(featureUrl(planlens, salesPremium, 'request-management'));
      const renewal = /Next renewal: (\d+ \w+ \d{4})/.exec(getVisibleText(saved.html))?.[1];
      expect(getVisibleText(advice.html)).toContain(`contract renews on ${renewal}`);

      const deleted = await submit(cookieClient, saved, '/admin/contract', {
        start: '',
        period: 'monthly',
      });
      expect(getVisibleText(deleted.html)).toContain('The start date is not known');
      expect(await readContract()).toBeNull();
    });

    /** Today by the app's clock, which earlier tests moved. */
    const findToday = ({ html }: VisitedPage) => /type="date"[^>]* max="([^"]+)"/.exec(html)?.[1] ?? '';
    const dayAfter = (day: string) => new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
    it.each([
      ['a day that does not exist', () => '2026-02-30', 'is not a valid date'],
      ['tomorrow', dayAfter, 'cannot start after today'],
      ['not a date', () => 'soon" onfocus="', 'is not a valid date'],
      ['the year 0000', () => '0000-01-01', 'is not a valid date'],
    ])(
      'explains an invalid start date (%s) beside the form and keeps the saved contract',
      async (_case, day, message) => {
        const contract = { start: '2026-03-01', period: 'yearly' } as const;
        await planlens.services.tenants.saveContract('Cust20001', contract);
        const { cookieClient, page } = await inAdmin();
        const start = day(findToday(page));
        const refused = await submit(cookieClient, page, '/admin/contract', { start, period: 'monthly' });
        expect(refused.status).toBe(400);
        expect(getVisibleText(refused.html)).toContain(message);
        expect(refused.html).toContain(`name="start" value="${start.replaceAll('"', '&#34;')}"`);
        expect(refused.html).toContain('aria-describedby="field-error" aria-invalid="true" autofocus');
        expect(refused.html).toContain('<option value="monthly" selected>');
        expect(await readContract()).toEqual(contract);
      },
    );

    it('accepts a contract that starts today', async () => {
      const { cookieClient, page } = await inAdmin();
      const start = findToday(page);
      const saved = await submit(cookieClient, page, '/admin/contract', { start, period: 'yearly' });
      expect(saved.status).toBe(200);
      expect(await readContract()).toEqual({ start, period: 'yearly' });
    });
  });
});

describe("administrators' page without permission to read the tenant license", async () => {
  const planlens = await startPlanlens();
  afterAll(() => planlens.close());

  it('shows an explanation instead of an empty seat table', async () => {
    planlens.sandbox.control.fail({ operation: 'License.*', with: 403 });
    await install(planlens);
    const cookieClient = await signInToCrm(planlens, administrator);
    const page = await cookieClient.get(`${planlens.url}/admin`);
    expect(page.status).toBe(200);
    expect(getVisibleText(page.html)).toContain('did not let Planlens read your company’s licence');
    expect(page.html).not.toContain('<table');
  });
});
