import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCookieClient, type VisitedPage } from '../../sandbox/cookie-client.ts';
import { tokenDefects } from '../../sandbox/jwt.ts';
import { webPanelsSchema } from '../../src/lifecycle/provisioning/desired-state.ts';
import type { TenantApiClient } from '../../src/superoffice/api/web-api.ts';
import { saveWebPanel, type WebPanelEntity, webPanelSchema } from '../../src/superoffice/api/web-panels.ts';
import { isLongForm } from '../support/long-form.ts';
import { install, installAs, signInToCrm, startPlanlens, submit, testUsers } from '../support/planlens.ts';
import { root } from '../support/project-files.ts';
import { rowsIn } from '../support/rows.ts';

/** The short form examines three tokens of each kind. The unit tests of the verifiers examine the others. */
const defects = isLongForm ? tokenDefects : (['tampered', 'expired', 'foreign-audience'] as const);
const { administrator, salesPremium } = testUsers;
const tenantId = administrator.tenantId;

/** Where a page that started a sign-in continues. */
const continuesAt = ({ headers }: VisitedPage) =>
  new URL((headers.get('refresh') ?? '').replace('0; url=', ''));

describe('installation', async () => {
  const planlens = await startPlanlens();
  afterAll(() => planlens.close());

  /** Resets the sandbox and deletes the tenant. */
  beforeEach(async () => {
    planlens.sandbox.control.reset();
    const tenant = await planlens.services.tenants.find(tenantId);
    if (tenant !== null) await planlens.services.tenants.purge(tenant, null);
  });

  const tenantRows = () => rowsIn(String(planlens.environment.DATABASE_URL), 'tenants');
  const operations = () => planlens.sandbox.control.requests().map((request) => request.operation);
  const outcomes = (html: string) =>
    [...html.matchAll(/<span class="state">([^<]+)<\/span>/g)].map(([, text]) => text);

  async function asSystemUser(): Promise<TenantApiClient> {
    const tenant = await planlens.services.tenants.find(tenantId);
    if (tenant === null) throw new Error('not installed');
    return planlens.services.superOffice.webApi.asSystemUser(tenant);
  }
  async function panelsInCrm(): Promise<WebPanelEntity[]> {
    const apiClient = await asSystemUser();
    const list = await apiClient.call({
      operation: 'panels',
      method: 'POST',
      path: 'Agents/List/GetWebPanelList',
    });
    return webPanelSchema
      .array()
      .parse(list)
      .filter((panel) => !panel.Deleted);
  }

  async function visibleGroups(panel: WebPanelEntity): Promise<boolean[]> {
    const apiClient = await asSystemUser();
    const groups = await apiClient.call({
      operation: 'groups',
      method: 'POST',
      path: 'Agents/List/GetVisibleForUserGroupsFromListName',
      json: { UdListDefinitionName: 'GUI - Web panel', ListItemId: panel.WebPanelId },
    });
    return (groups as { Selected: boolean }[]).map((group) => group.Selected);
  }

  // certifies R31
  it('the landing page explains the installation before any request to SuperOffice', async () => {
    const landing = await createCookieClient().get(planlens.url);
    expect(landing.status).toBe(200);
    expect(landing.html).toContain('<form method="post" action="/install?lang=">');
    expect(landing.html).toContain('Only a General Administrator or User Administrator');
    expect(operations().filter((operation) => operation !== 'Login.Jwks')).toEqual([]);
  });

  it('leads from sign-in through consent to the setup page', async () => {
    const setup = await install(planlens);
    expect(setup.status).toBe(200);
    expect(new URL(setup.url).pathname).toBe('/setup');
    expect(outcomes(setup.html)).toEqual(['Created', 'Created', 'Created']);
    expect(setup.html).toContain('Designteamet');
  });

  it('keeps the language that was chosen on the landing page until the setup page', async () => {
    const cookieClient = await signInToCrm(planlens, administrator);
    planlens.sandbox.control.approve({ tenant: tenantId });
    const landing = await cookieClient.get(`${planlens.url}/?lang=da`);
    const begun = await cookieClient.postOnce(`${planlens.url}/install?lang=da`, {});
    expect(begun.html).toContain('<html lang="da">');
    const begunSetup = await submit(cookieClient, landing, '/install');
    expect(begunSetup.url).toBe(`${planlens.url}/setup?lang=da`);
    expect(begunSetup.html).toContain('<html lang="da">');
    const setup = await vi.waitUntil(
      async () => {
        const page = await cookieClient.get(begunSetup.url);
        return !page.html.includes('data-in-progress') && page;
      },
      { timeout: 30_000, interval: 100 },
    );
    expect(setup.html).toContain('action="/install?lang=da"');
    expect(setup.html).toContain('href="/uninstall?lang=da"');
  });

  it('leads back to the landing page, in its language, when the approval is refused', async () => {
    const begun = await createCookieClient().postOnce(`${planlens.url}/install?lang=nl`, {});
    const state = continuesAt(begun).searchParams.get('state') ?? '';
    const callback = new URLSearchParams({ state, error: 'access_denied' });
    const refused = await createCookieClient().get(`${planlens.url}/auth/callback?${callback}`);
    expect(refused.html).toContain('<html lang="nl">');
    expect(refused.html).toContain('<a class="button" href="/?lang=nl">Opnieuw proberen</a>');
  });

  it('signs in again in the language of the page whose session has ended', async () => {
    const cookieClient = createCookieClient();
    const ended = await cookieClient.post(`${planlens.url}/setup/export?lang=sv`, {});
    expect(ended.html).toContain('<html lang="sv">');
    expect(ended.html).toContain('href="/uninstall?lang=sv"');
  });

  it('offers what is next: the CRM, a text for colleagues, the page for administrators', async () => {
    const { html } = await install(planlens);
    const [, crm = ''] = /<a class="button" href="([^"]+)"[^>]*>Open SuperOffice</.exec(html) ?? [];
    const [, message = ''] = /<textarea[^>]*>([^<]+)<\/textarea>/.exec(html) ?? [];
    expect(crm).toBe(`${planlens.sandbox.url}/${tenantId}/`);
    expect(message.split('\n\n')).toHaveLength(3);
    expect(message).toContain(crm);
    expect(html).toContain('href="/admin?lang=');
  });

  // certifies R12
  it('creates exactly the web panels of the manifest, visible to all user groups', async () => {
    await install(planlens);
    const manifest = webPanelsSchema.parse(
      JSON.parse(readFileSync(join(root, 'manifest', 'web-panels.json'), 'utf8')),
    );
    const panels = await panelsInCrm();
    expect(panels.map((panel) => panel.ProgId)).toEqual(manifest.map((panel) => panel.progId));
    for (const [index, panel] of panels.entries()) {
      const desired = manifest[index];
      expect(panel).toMatchObject({
        Name: desired?.name,
        // Our calls ask for English.
        Tooltip: desired?.tooltip.en,
        WindowName: desired?.windowName,
        VisibleIn: desired?.visibleIn,
        Url: desired?.url.replace('{PUBLIC_URL}', planlens.url),
      });
      const groups = await visibleGroups(panel);
      expect(groups.length).toBeGreaterThan(1);
      expect(groups).not.toContain(false);
    }
  });

  // certifies R4, R6
  it('makes a panel visible by the name of the list where SuperOffice does not accept its id', async () => {
    await install(planlens);
    const [panel] = await panelsInCrm();
    if (panel === undefined) throw new Error('no panel');
    const hidden = {
      UdListDefinitionId: 124,
      ListItemId: panel.WebPanelId,
      UserGroupId: [1, 2],
      Enable: false,
    };
    const path = 'Agents/List/SetVisibleForUserGroup';
    const apiClient = await asSystemUser();
    await apiClient.call({ operation: 'hide', method: 'POST', path, json: hidden, mayBeNull: true });
    expect(await visibleGroups(panel)).toContain(false);
    planlens.sandbox.control.fail({ operation: 'MDOList.Get', with: 403 });
    await install(planlens);
    planlens.sandbox.control.clearFaults();
    expect(await visibleGroups(panel)).not.toContain(false);
  });

  it('sends PKCE S256, state, nonce and the exact redirect URI in the authorization request', async () => {
    const begun = await createCookieClient().postOnce(`${planlens.url}/install`, {});
    const authorize = continuesAt(begun);
    expect(authorize.pathname).toBe('/login/common/oauth/authorize');
    expect(Object.fromEntries(authorize.searchParams)).toMatchObject({
      response_type: 'code',
      scope: 'openid',
      client_id: planlens.sandbox.clientId,
      redirect_uri: `${planlens.url}/auth/callback`,
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w.-]+$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(authorize.href).not.toContain(planlens.sandbox.clientSecret);
  });

  // certifies R3
  it('stores the system user token encrypted only and never logs it', async () => {
    await install(planlens);
    const token = (await planlens.services.tenants.find(tenantId))?.systemToken() ?? '';
    expect(token).toMatch(/^.+-.+$/);
    expect(JSON.stringify(await tenantRows())).not.toContain(token);
    expect(planlens.logged.join('')).not.toContain(token);
  });

  // certifies R32
  it('a second installation changes nothing', async () => {
    await install(planlens);
    const before = await panelsInCrm();
    planlens.sandbox.control.clearRequests();
    const setup = await install(planlens);
    expect(outcomes(setup.html)).toEqual(['In place', 'In place', 'In place']);
    expect(operations().filter((operation) => /Save|Set|Delete/.test(operation))).toEqual([]);
    expect(await panelsInCrm()).toEqual(before);
    expect(await tenantRows()).toHaveLength(1);
  });

  it('repairs a modified panel and recreates a deleted panel', async () => {
    await install(planlens);
    const [main, button] = await panelsInCrm();
    if (main === undefined || button === undefined) throw new Error('not both panels are there');
    await saveWebPanel(await asSystemUser(), { ...main, Url: 'https://elsewhere.example/' });
    await (await asSystemUser()).call({
      operation: 'delete',
      method: 'POST',
      path: 'Agents/List/DeleteWebPanel',
      json: { Id: button.WebPanelId },
      mayBeNull: true,
    });
    const setup = await install(planlens);
    expect(outcomes(setup.html)[0]).toBe('Updated');
    expect((await panelsInCrm()).map((panel) => panel.Url)).toEqual([main.Url, button.Url]);
  });

  it('creates each panel once when administrators install concurrently', async () => {
    const cookieClients = await Promise.all([1, 2, 3].map(() => signInToCrm(planlens, administrator)));
    const setups = await Promise.all(cookieClients.map((cookieClient) => installAs(cookieClient, planlens)));
    expect(setups.map((setup) => setup.status)).toEqual([200, 200, 200]);
    expect(await panelsInCrm()).toHaveLength(2);
    expect(await tenantRows()).toHaveLength(1);
  });

  it('accepts the authorization response as a posted form', async () => {
    const cookieClient = await signInToCrm(planlens, administrator);
    planlens.sandbox.control.approve({ tenant: tenantId });
    const begun = await cookieClient.postOnce(`${planlens.url}/install`, {});
    const authorized = await cookieClient.getOnce(continuesAt(begun).href);
    const callback = new URL(authorized.headers.get('location') ?? '');
    const setup = await cookieClient.post(
      `${planlens.url}/auth/callback`,
      Object.fromEntries(callback.searchParams),
    );
    expect(new URL(setup.url).pathname).toBe('/setup');
    expect(setup.status).toBe(200);
  });

  // certifies R30
  it('rejects a user who is not an administrator and stores nothing', async () => {
    planlens.sandbox.control.approve({ tenant: tenantId });
    const refused = await install(planlens, salesPremium);
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('administrator-required');
    expect(refused.html).toContain('General Administrator or User Administrator');
    expect(await tenantRows()).toEqual([]);
  });

  it('restricts the setup page to administrators', async () => {
    await install(planlens);
    const stranger = await createCookieClient().get(`${planlens.url}/setup`);
    expect(new URL(stranger.url).origin).toBe(planlens.sandbox.url);
    expect(stranger.html).not.toContain('Planlens is installed');
    const salesman = await signInToCrm(planlens, testUsers.salesPremium);
    const refused = await salesman.get(`${planlens.url}/setup`);
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('administrator-required');
  });

  it('signs an administrator in to the setup page through the SuperOffice session', async () => {
    await install(planlens);
    const administrator = await signInToCrm(planlens, testUsers.administrator);
    const setup = await administrator.get(`${planlens.url}/setup`);
    expect([new URL(setup.url).pathname, setup.status]).toEqual(['/setup', 200]);
    expect(setup.html).toContain('Designteamet');
  });

  it('completes without a webhook that is not permitted and creates it once it is permitted', async () => {
    planlens.sandbox.control.fail({ operation: 'Webhook.*', with: 403 });
    const without = await install(planlens);
    expect(without.html).toContain('<h1>Planlens is installed</h1>');
    expect(outcomes(without.html)).toEqual(['Created', 'Created', 'Not allowed by SuperOffice']);
    planlens.sandbox.control.clearFaults();
    expect(outcomes((await install(planlens)).html)).toEqual(['In place', 'In place', 'Created']);
  });

  it('repairs a stopped or modified webhook without creating a second one', async () => {
    await install(planlens);
    const apiClient = await asSystemUser();
    const call = (method: 'GET' | 'POST' | 'PUT', path: string, json?: unknown) =>
      apiClient.call({ operation: 'test', method, path, ...(json === undefined ? {} : { json }) });
    const [own] = (await call('GET', 'Webhook')) as { WebhookId: number; TargetUrl: string }[];
    const other = { Name: 'Planlens', Events: ['sale.created'], TargetUrl: own?.TargetUrl, State: 'Stopped' };
    await call('PUT', `Webhook/${own?.WebhookId}`, other);
    expect(outcomes((await install(planlens)).html)).toEqual(['In place', 'In place', 'Updated']);
    const hooks = (await call('GET', 'Webhook')) as Record<string, unknown>[];
    expect(hooks).toHaveLength(1);
    expect(hooks[0]).toMatchObject({
      State: 'Active',
      Events: ['associate.created', 'associate.changed', 'associate.deleted'],
    });
  });

  it('reports the panel that SuperOffice refused, creates the rest and completes on retry', async () => {
    planlens.sandbox.control.fail({ operation: 'List.SaveWebPanelEntity', with: 403, times: 1 });
    const incomplete = await install(planlens);
    expect(incomplete.status).toBe(200);
    expect(outcomes(incomplete.html)).toEqual(['Failed', 'Created', 'Created']);
    expect(incomplete.html).toContain('forbidden');
    const complete = await install(planlens);
    expect(outcomes(complete.html)).toEqual(['Created', 'In place', 'In place']);
  });

  it('reports a refused system user and succeeds on retry', async () => {
    planlens.sandbox.control.fail({ operation: 'SystemUser.Authenticate', with: 403, times: 1 });
    const refused = await install(planlens);
    expect(refused.status).toBe(502);
    expect(refused.html).toContain('system-user-refused');
    expect((await install(planlens)).status).toBe(200);
  });

  const times = { kind: 'id-token' } as const;
  it.each(defects.filter((defect) => defect !== 'other-tenant'))(
    'rejects an id_token that is %s and stores no tenant',
    async (defect) => {
      planlens.sandbox.control.approve({ tenant: tenantId });
      planlens.sandbox.control.corruptNextToken({ ...times, defect });
      const refused = await install(planlens);
      expect(refused.status).toBe(401);
      expect(refused.html).toContain('sign-in-token-invalid');
      expect(await tenantRows()).toEqual([]);
      expect((await install(planlens)).status).toBe(200);
    },
  );

  it.each(defects.filter((defect) => defect !== 'no-nonce'))(
    'rejects a system user JWT that is %s and creates no web panel',
    async (defect) => {
      planlens.sandbox.control.corruptNextToken({ kind: 'system-user', defect });
      const refused = await install(planlens);
      expect(refused.status).toBe(502);
      expect(refused.html).toContain('system-user-refused');
      expect(operations()).not.toContain('List.SaveWebPanelEntity');
    },
  );
});
