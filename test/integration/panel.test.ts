import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createCookieClient } from '../../sandbox/cookie-client.ts';
import { createTenants } from '../../sandbox/tenants.ts';
import { licenseCachePolicy } from '../../src/snapshots/license-snapshots.ts';
import { runStatement } from '../support/database.ts';
import { getTenant } from '../support/get-tenant.ts';
import { untilCallbacksProcessed, untilReconciled } from '../support/jobs.ts';
import {
  featureUrl,
  getFeatureRow,
  getVisibleText,
  install,
  installedPlanlens,
  openPanelUrl,
  type Planlens,
  panelUrl,
  signInToCrm,
  startPlanlens,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const { administrator, salesPremium, servicePremium } = testUsers;
const hiddenByRole = {
  tenantId: 'Cust20001',
  associateId: 103,
  userName: 'pieter.devries@designteamet.example',
};
const withoutPlan = { tenantId: 'Cust20001', associateId: 141, userName: 'emil.strand@designteamet.example' };
const marketingPremium = {
  tenantId: 'Cust20001',
  associateId: 121,
  userName: 'jonas.keller@designteamet.example',
};
const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'administrator of the suite tenant',
};
const calledSuperOffice = /^(?!Login\.|Page\.|Idp\.)/;

describe('panel', async () => {
  const planlens = await installedPlanlens();

  const open = async (person: TestUser, language?: string) => {
    const cookieClient = await signInToCrm(planlens, person);
    return cookieClient.get(panelUrl(planlens, person, language));
  };
  /** The explanation of one feature in the panel. */
  const explained = async (person: TestUser, feature: string) => {
    const cookieClient = await signInToCrm(planlens, person);
    await cookieClient.get(panelUrl(planlens, person));
    return getVisibleText((await cookieClient.get(featureUrl(planlens, person, feature))).html);
  };
  const operations = () => planlens.sandbox.control.requests().map((request) => request.operation);

  // certifies R10
  it('signs the user in at the authorization endpoint of the tenant and shows their features', async () => {
    const panel = await open(salesPremium);
    expect(panel.status).toBe(200);
    expect(panel.hops.map((hop) => new URL(hop).pathname)).toEqual([
      '/panel',
      '/panel',
      '/login/Cust20001/oauth/authorize',
      '/auth/callback',
      '/panel',
    ]);
    expect(panel.html).toContain('<h1>Sales-Premium</h1>');
    expect(panel.html).toContain('Designteamet');
    expect(panel.html.match(/data-row="/g)?.length).toBe(76 + 4);
    expect(getFeatureRow(panel.html, 'SaP9')).toMatchObject({ state: 'enabled' });
    expect(getFeatureRow(panel.html, 'SvE1').state).toBe('upgrade');
    expect(await explained(salesPremium, 'request-management')).toContain(
      'Sales-Premium + Service-Essentials No seat is free: one has to be purchased.',
    );
  });

  // certifies R45
  it('shows German text with the German labels of the catalogue', async () => {
    const { html } = await open(servicePremium, 'de');
    expect(html).toContain('<html lang="de"');
    expect(html).toContain('Ihr Plan');
    expect(getFeatureRow(html, 'C2').text).toContain('Firmen und Personen');
    expect(getFeatureRow(html, 'SaE1').text).toMatch(/Verkaufs- und Opportunity-Management Nur ansehen/);
  });

  // certifies R21
  it('handles users without a plan, with screens hidden by function rights and with view-only access', async () => {
    expect((await open(withoutPlan)).html).toContain('<h1>No user plan</h1>');
    const hidden = (await open(hiddenByRole)).html;
    expect(getFeatureRow(hidden, 'SaE1').state).toBe('hidden-by-role');
    expect(getFeatureRow(hidden, 'SaP8').state).toBe('hidden-by-role');
    const project = await explained(hiddenByRole, 'project-management');
    expect(project).toContain('Your role has this functional right: Hide Project screen');
    expect(project).not.toContain('Plans that would add it');
    const marketing = (await open(marketingPremium)).html;
    expect(getFeatureRow(marketing, 'SaP9').state).toBe('view-only');
    expect(await explained(marketingPremium, 'quote-management')).toContain(
      'Sales-Premium + Marketing-Premium',
    );
    expect(getFeatureRow(marketing, 'MaP1').state).toBe('enabled');
  });

  it('serves a second view without sign-in and without SuperOffice calls', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    planlens.sandbox.control.clearRequests();
    const again = await cookieClient.get(panelUrl(planlens, salesPremium));
    expect(again.hops).toHaveLength(1);
    expect(operations()).toEqual([]);
  });

  // certifies R13
  it('allows framing only by the CRM and requires revalidation by the browser', async () => {
    const { headers } = await open(salesPremium);
    expect(headers.get('content-security-policy')).toContain(
      `frame-ancestors https://*.superoffice.com ${planlens.sandbox.url}`,
    );
    expect(headers.get('x-frame-options')).toBeNull();
    expect(headers.get('cache-control')).toBe('private, no-cache');
  });

  it('shows a page to a frame while SuperOffice is slow, which asks for the panel and remains until then', async () => {
    const { environment, services, sandbox } = planlens;
    await runStatement(environment.DATABASE_URL ?? '', 'delete from license_snapshots');
    services.licenses.invalidateAll();
    sandbox.control.delay({ operation: 'License.*', ms: 1_000 });
    const headers = {
      accept: 'text/html',
      cookie: sessionCookie(environment, servicePremium),
      'sec-fetch-dest': 'iframe',
    };
    const url = panelUrl(planlens, servicePremium, 'de');
    const shown = await fetch(url, { headers });
    expect(await shown.text()).toContain('Planlens liest Ihre Lizenzen aus SuperOffice.');
    expect(shown.headers.get('cache-control')).toBe('no-store');
    const [, next = ''] = /^0; url=(\S+)$/.exec(shown.headers.get('refresh') ?? '') ?? [];
    expect(next).toBe(`${url.slice(planlens.url.length)}&loading=shown`);

    const panel = await fetch(new URL(next, url), { headers });
    expect(await panel.text()).toContain('<h1>Service-Premium</h1>');
    expect(panel.headers.get('refresh')).toBeNull();
  });

  describe('conditional panel requests', () => {
    const address = panelUrl(planlens, salesPremium);
    // As browsers send it: by default fetch adds `no-cache` to conditional requests.
    const known = { 'cache-control': 'max-age=0' };
    const again = (headers: Record<string, string>) =>
      fetch(address, { headers: { ...known, ...headers }, redirect: 'manual' });
    const cookie = sessionCookie(planlens.environment, salesPremium);

    it('responds with 304 until the panel content changes', async () => {
      const first = await again({ cookie });
      const tag = first.headers.get('etag') ?? '';
      const second = await again({ cookie, 'if-none-match': tag });
      expect([first.status, second.status, await second.text()]).toEqual([200, 304, '']);
      expect(second.headers.get('content-security-policy')).toContain('frame-ancestors');

      await planlens.services.accessRequests.submit('Cust20001', {
        associateId: salesPremium.associateId,
        requestedBy: '',
        subject: 'feature:mailings',
        reason: '',
      });
      const third = await again({ cookie, 'if-none-match': tag });
      expect([third.status, third.headers.get('etag') === tag]).toEqual([200, false]);
    });

    it('answers from memory as the app does: same headers, same page, logged and counted', async () => {
      const get = async (accepted: string, more: Record<string, string> = {}) => {
        const response = await again({ cookie, 'accept-encoding': accepted, ...more });
        const { date: _date, ...headers } = Object.fromEntries(response.headers);
        return { status: response.status, headers, text: await response.text() };
      };
      const lines = () =>
        planlens.logged
          .map((line) => JSON.parse(line))
          .filter(({ req, msg }) => req?.path === '/panel' && msg === 'request completed');
      // Weights are left to the app, and it makes the form that is then kept.
      const byApp = await get('gzip;q=1');
      const tag = { 'if-none-match': byApp.headers.etag ?? '' };
      const unmodifiedByApp = await get('gzip;q=1', { 'if-none-match': `${tag['if-none-match']}, "1"` });
      expect([byApp.status, unmodifiedByApp.status]).toEqual([200, 304]);
      const before = lines().length;
      expect(await get('gzip')).toEqual(byApp);
      expect(await get('gzip', tag)).toEqual(unmodifiedByApp);
      await expect.poll(() => lines().length).toBe(before + 2);
      const [one, other] = lines().slice(-3);
      const fields = (line: Record<string, unknown>) => [Object.keys(line), Object.keys(Object(line.req))];
      expect(fields(other)).toEqual(fields(one));
      expect(other).toMatchObject({ tenantId: 'Cust20001', associateId: salesPremium.associateId });
    });

    it('does not respond with 304 without a valid session of the same user', async () => {
      const tag = (await again({ cookie })).headers.get('etag') ?? '';
      const conditional = { 'if-none-match': tag };
      expect((await again(conditional)).status, 'no session').toBe(302);
      const other = sessionCookie(planlens.environment, servicePremium);
      expect((await again({ ...conditional, cookie: other })).status, 'another user').toBe(302);
      const old = sessionCookie(planlens.environment, salesPremium, () => Date.now() - 3_600_001);
      expect((await again({ ...conditional, cookie: old })).status, 'an expired session').toBe(302);
    });

    it('serves a cached panel without the database and without SuperOffice calls', async () => {
      // The events of the tests above, which refresh what is cached.
      await untilCallbacksProcessed(planlens);
      await again({ cookie });
      planlens.sandbox.control.clearRequests();
      const database = new URL(planlens.environment.DATABASE_URL ?? '');
      const name = database.pathname.slice(1);
      const inServer = new Client({
        connectionString: Object.assign(database, { pathname: '/postgres' }).href,
      });
      await inServer.connect();
      await inServer.query(`alter database ${name} allow_connections false`);
      await inServer.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
        name,
      ]);
      try {
        await expect.poll(async () => (await fetch(`${planlens.url}/readyz`)).status).toBe(503);
        expect((await again({ cookie })).status).toBe(200);
        expect(operations()).toEqual([]);
      } finally {
        await inServer.query(`alter database ${name} allow_connections true`);
        await inServer.end();
      }
      await expect.poll(async () => (await fetch(`${planlens.url}/readyz`)).status).toBe(200);
    });
  });

  it('re-reads expired license data and shows a plan that changed in the meantime', async () => {
    const cookieClient = await signInToCrm(planlens, withoutPlan);
    await cookieClient.get(panelUrl(planlens, withoutPlan));
    planlens.sandbox.control.setPlan({ tenant: 'Cust20001', associateId: 141, plan: 'ten-service' });
    planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
    const later = await cookieClient.get(panelUrl(planlens, withoutPlan));
    expect(later.html).toContain('<h1>Service-Premium</h1>');
    planlens.sandbox.control.setPlan({ tenant: 'Cust20001', associateId: 141, plan: null });
  });

  it('tells on a refresh that the features changed, also if a webhook brought the change before', async () => {
    const { control } = planlens.sandbox;
    await untilCallbacksProcessed(planlens);
    const seenBefore = await open(withoutPlan);
    const [, seen = ''] = /name="seen" value="([^"]+)"/.exec(seenBefore.html) ?? [];
    control.setPlan({ tenant: 'Cust20001', associateId: 141, plan: 'ten-service' });
    onTestFinished(() => control.setPlan({ tenant: 'Cust20001', associateId: 141, plan: null }));
    await untilCallbacksProcessed(planlens);

    const cookieClient = await signInToCrm(planlens, withoutPlan);
    const page = await cookieClient.get(panelUrl(planlens, withoutPlan));
    const [, action = ''] = /action="([^"]*\/panel\/refresh[^"]*)"/.exec(page.html) ?? [];
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page.html) ?? [];
    const refresh = (digest: string) =>
      cookieClient.post(new URL(action.replaceAll('&amp;', '&'), page.url).href, { csrf, seen: digest });
    expect(getVisibleText((await refresh(seen)).html)).toContain('Your features have changed.');
    const [, now = ''] = /name="seen" value="([^"]+)"/.exec(page.html) ?? [];
    expect(getVisibleText((await refresh(now)).html)).not.toContain('Your features have changed.');
  });

  it('shows stale data with its date while SuperOffice is unavailable', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
    planlens.sandbox.control.fail({ operation: '*', with: 500 });
    const stale = await cookieClient.get(panelUrl(planlens, salesPremium));
    expect(stale.status).toBe(200);
    expect(stale.html).toContain('SuperOffice is not answering at the moment');
    expect(getFeatureRow(stale.html, 'SaP9').state).toBe('enabled');
    planlens.sandbox.control.clearFaults();
    // A read that began before may fail only now, which postpones the next one.
    const afterRetry = async () => {
      planlens.passTime(licenseCachePolicy.retryAfterMs + 1);
      return (await cookieClient.get(panelUrl(planlens, salesPremium))).html;
    };
    await expect.poll(afterRetry).toContain('Licence data as of');
  });

  // certifies R36
  it('makes no further calls for a tenant that revoked its consent until it is reinstalled', async () => {
    const { control } = planlens.sandbox;
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    control.revoke({ tenant: 'Cust20001' });
    planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
    control.clearRequests();
    const first = await cookieClient.get(panelUrl(planlens, salesPremium));
    expect(getVisibleText(first.html)).toContain('Your company no longer approves Planlens');
    expect(getVisibleText(first.html)).not.toContain('SuperOffice is not answering');
    expect(getFeatureRow(first.html, 'SaP9').state).toBe('enabled');
    // Without the state and the logins, which the hourly reconciliation reads at any moment.
    const calls = () =>
      operations().filter((operation) => !/^(Login|State|Archive\.dynamic)/.test(operation));
    // A reconciliation that began before ends first.
    await untilReconciled(planlens.environment);
    const tried = calls().length;
    expect(tried).toBeGreaterThan(0);

    planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
    const later = await cookieClient.get(panelUrl(planlens, salesPremium));
    expect([new URL(later.url).origin, later.status]).toEqual([planlens.sandbox.url, 403]);
    expect(calls()).toHaveLength(tried);

    control.approve({ tenant: 'Cust20001' });
    await install(planlens);
    const afterRetry = async () => {
      planlens.passTime(licenseCachePolicy.retryAfterMs + 1);
      return getVisibleText((await cookieClient.get(panelUrl(planlens, salesPremium))).html);
    };
    await expect.poll(afterRetry).not.toContain('no longer approves');
  });

  // certifies R18
  it('shows the panel after an expired ticket and after a tenant move', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    const seenAfter = async (prepare: () => void) => {
      planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
      prepare();
      return (await cookieClient.get(panelUrl(planlens, salesPremium))).html;
    };
    expect(await seenAfter(() => planlens.sandbox.control.expireTickets())).toContain('Licence data as of');
    expect(await seenAfter(() => planlens.sandbox.control.moveTenant({ tenant: 'Cust20001' }))).toContain(
      'Licence data as of',
    );
  });

  it('renews an expired session silently through SuperOffice', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    planlens.passTime(61 * 60_000);
    const again = await cookieClient.get(panelUrl(planlens, salesPremium));
    expect(again.status).toBe(200);
    expect(again.hops.map((hop) => new URL(hop).pathname)).toContain('/login/Cust20001/oauth/authorize');
  });

  it('does not loop through sign-in when the browser keeps no session cookie', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    const begun = await openPanelUrl(cookieClient, panelUrl(planlens, salesPremium));
    const authorized = await cookieClient.getOnce(begun.headers.get('location') ?? '');
    const signedIn = await cookieClient.getOnce(authorized.headers.get('location') ?? '');
    cookieClient.clearCookies();
    const back = await cookieClient.get(new URL(signedIn.headers.get('location') ?? '', planlens.url).href);
    expect([back.hops.length, back.status]).toEqual([1, 403]);
    expect(back.html).toContain('cookies-blocked');
    planlens.passTime(60_000);
    const later = await cookieClient.getOnce(back.url);
    expect(later.status).toBe(302);
  });

  // certifies R8
  it('rejects the panel URL of another user with user-mismatch', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    const other = await cookieClient.get(panelUrl(planlens, servicePremium));
    expect(other.status).toBe(403);
    expect(other.html).toContain('user-mismatch');
    expect(other.html).not.toContain('Sales-Premium');
  });

  it('signs in several panels of one browser concurrently', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    const begun = await Promise.all(
      [1, 2, 3].map(() => openPanelUrl(cookieClient, panelUrl(planlens, salesPremium))),
    );
    const authorized = await Promise.all(
      begun.map(({ headers }) => cookieClient.getOnce(headers.get('location') ?? '')),
    );
    const panels = await Promise.all(
      authorized.map(({ headers }) => cookieClient.get(headers.get('location') ?? '')),
    );
    expect(panels.map((panel) => panel.status)).toEqual([200, 200, 200]);
  });

  it('exchanges the ticket once, not for each user, while the License agent responds with 401', async () => {
    planlens.sandbox.control.fail({ operation: 'License.*', with: 401 });
    planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
    planlens.sandbox.control.clearRequests();
    for (const person of [salesPremium, servicePremium, marketingPremium, hiddenByRole])
      expect((await open(person)).status).toBe(200);
    const exchanges = () => operations().filter((operation) => operation === 'SystemUser.Authenticate');
    const { services } = planlens;
    const tenant = await getTenant(services.tenants, salesPremium.tenantId);
    await services.licenses.refresh(tenant, salesPremium.associateId);
    expect(exchanges()).toHaveLength(1);
  });

  it('switches the user when the CRM does', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    await cookieClient.get(`${planlens.sandbox.url}/login/as/${servicePremium.userName}?next=/Cust20001/`);
    const panel = await cookieClient.get(panelUrl(planlens, servicePremium));
    expect(panel.html).toContain('<h1>Service-Premium</h1>');
  });

  // certifies R11
  it('redirects a copied URL in another browser to sign-in', async () => {
    const stranger = await createCookieClient().get(panelUrl(planlens, salesPremium));
    expect(new URL(stranger.url).origin).toBe(planlens.sandbox.url);
    expect(stranger.html).not.toContain('Sales-Premium');
  });

  // certifies R37
  it('logs no secrets', async () => {
    await open(administrator);
    const all = planlens.logged.join('');
    const token = (await planlens.services.tenants.find('Cust20001'))?.systemToken() ?? 'none';
    for (const secret of [
      planlens.sandbox.clientSecret,
      token,
      '7T:',
      '8A:',
      'eyJ',
      'BEGIN',
      'state=',
      'code=',
    ]) {
      expect(all).not.toContain(secret);
    }
    expect(all).toContain('"path":"/auth/callback"');
  });
});

describe('panel with restricted or unavailable SuperOffice APIs', () => {
  let planlens: Planlens;

  beforeEach(async () => {
    planlens = await startPlanlens();
  });
  afterEach(() => planlens.close());

  /** Opens the panel for the first time after `prepare`. */
  async function openPanelAfter(prepare: () => void) {
    await install(planlens);
    const cookieClient = await signInToCrm(planlens, salesPremium);
    prepare();
    return { cookieClient, panel: await cookieClient.get(panelUrl(planlens, salesPremium)) };
  }

  /** The same if the License agent has failed from the beginning, so that nothing was ever read. */
  async function visitWithoutLicenses(failure: 403 | 500) {
    planlens.sandbox.control.fail({ operation: 'License.*', with: failure });
    return openPanelAfter(() => {});
  }

  it('shows the licenses of the signed-in principal when the License agent is forbidden', async () => {
    const { cookieClient, panel } = await visitWithoutLicenses(403);
    expect(panel.status).toBe(200);
    expect(panel.html).toContain('did not let Planlens read your company');
    expect(getFeatureRow(panel.html, 'SaP9').state).toBe('enabled');
    const { html } = await cookieClient.get(featureUrl(planlens, salesPremium, 'request-management'));
    expect(getVisibleText(html)).toContain(
      'Sales-Premium + Service-Essentials Whether a seat is free is not known',
    );
  });

  it('shows the licenses read by the system user when the principal is forbidden', async () => {
    const { panel } = await openPanelAfter(() =>
      planlens.sandbox.control.fail({ operation: 'User.*', with: 403 }),
    );
    expect(panel.html).toContain('<h1>Sales-Premium</h1>');
  });

  it('responds with 503 without cached data while SuperOffice fails and recovers afterwards', async () => {
    const { cookieClient, panel: down } = await visitWithoutLicenses(500);
    expect(down.status).toBe(503);
    expect(down.html).toContain('superoffice-unavailable');
    planlens.sandbox.control.clearFaults();
    planlens.passTime(licenseCachePolicy.negativeTtlMs + 1);
    expect((await cookieClient.get(panelUrl(planlens, salesPremium))).status).toBe(200);
  });

  it.each(['Suspended', 'OfflineMaintenance'] as const)(
    'responds with tenant-not-running for a tenant in state %s without cached data',
    async (state) => {
      const { panel } = await openPanelAfter(() => {
        planlens.passTime(2 * 60 * 60_000);
        planlens.sandbox.control.setTenantState({ tenant: 'Cust20001', state });
        planlens.sandbox.control.clearRequests();
      });
      expect(panel.status).toBe(503);
      expect(panel.html).toContain('tenant-not-running');
      const called = planlens.sandbox.control.requests().map((request) => request.operation);
      expect(
        called.filter((operation) => calledSuperOffice.test(operation) && operation.startsWith('License')),
      ).toEqual([]);
    },
  );

  it('detects a CRM Suite tenant and its plan', async () => {
    const users = createTenants().find('Cust20002')?.users ?? [];
    const admin = users.find((user) => user.isAdministrator);
    const person = {
      ...suiteAdministrator,
      userName: admin?.userName ?? '',
      associateId: admin?.associateId ?? 0,
    };
    await install(planlens, person);
    const cookieClient = await signInToCrm(planlens, person);
    const { html } = await cookieClient.get(panelUrl(planlens, person));
    expect(html).toContain('<h1>SuperOffice CRM Suite Core</h1>');
    expect(getFeatureRow(html, 'C2').state).toBe('enabled');
    expect(getFeatureRow(html, 'SaP8').state).toBe('enabled');
    const flows = await cookieClient.get(featureUrl(planlens, person, 'marketing-automation'));
    expect(getVisibleText(flows.html)).toContain('CRM Suite Plus');
    expect(getFeatureRow(html, 'SaP9').state).toBe('upgrade');
  });
});
