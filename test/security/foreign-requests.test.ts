import { describe, expect, it } from 'vitest';
import { createCookieClient } from '../../sandbox/cookie-client.ts';
import { getTenant } from '../support/get-tenant.ts';
import { installedPlanlens, panelUrl, signInToCrm, submit, testUsers } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;

/** What another site can make the browser of an administrator request. */
describe('requests that another site causes', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox, url } = planlens;
  const databaseUrl = String(planlens.environment.DATABASE_URL);
  const post = (path: string, headers: Record<string, string>, form: Record<string, string> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { accept: 'text/html', ...headers },
      body: new URLSearchParams(form),
      redirect: 'manual',
    });

  it.each(['suspended', 'deleting', 'revoked'] as const)(
    'a link to the installation leaves a tenant %s',
    async (status) => {
      await services.tenants.saveStatus(await getTenant(services.tenants, tenantId), status);
      sandbox.control.clearRequests();
      const admin = await signInToCrm(planlens, administrator);
      const landing = await admin.get(`${url}/install`);
      expect([landing.status, landing.hops]).toEqual([200, [`${url}/install`]]);
      expect(landing.headers.get('set-cookie')).toBeNull();
      expect((await services.tenants.find(tenantId))?.status).toBe(status);
      await services.tenants.saveStatus(await getTenant(services.tenants, tenantId), 'active');
    },
  );

  it.each<[string, Record<string, string>]>([
    ['of another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['of a sibling domain', { origin: 'https://sibling.example', 'sec-fetch-site': 'same-site' }],
    ['of a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['without an origin', {}],
    ['that only the browser reports as foreign', { origin: url, 'sec-fetch-site': 'cross-site' }],
  ])('a form %s starts no installation', async (_what, headers) => {
    const response = await post('/install', headers);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('request-foreign');
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(response.headers.get('refresh')).toBeNull();
  });

  it('a page visited after the removal does not bring the app back', async () => {
    const admin = await signInToCrm(planlens, administrator);
    await submit(admin, await admin.get(`${url}/uninstall`), '/uninstall');
    for (const path of ['/install', '/setup', '/admin', '/uninstall']) await admin.get(url + path);
    expect(await services.tenants.find(tenantId)).toBeNull();
    await submit(admin, await admin.get(url), '/install');
    expect(await services.tenants.find(tenantId)).not.toBeNull();
  });

  it('no GET changes the stored data, except for audit entries of refusals, downloads and looks', async () => {
    const admin = await signInToCrm(planlens, administrator);
    const user = await signInToCrm(planlens, salesPremium);
    for (const page of ['/admin', '/admin/access-requests', '/setup', '/uninstall'])
      await admin.get(url + page);
    await user.get(panelUrl(planlens, salesPremium));
    await expect
      .poll(async () => (await services.tenants.find(tenantId))?.reconciliation.setupStartedAt)
      .toBeNull();
    const tables = ['tenants', 'webhooks', 'access_requests', 'session_exchange_codes', 'session_cutoffs'];
    const read = async () =>
      JSON.stringify(await Promise.all(tables.map((table) => rowsIn(databaseUrl, table))));
    const [before, audited] = [await read(), await rowsIn(databaseUrl, 'audit_log')];
    const addresses = planlens.routes.flatMap(({ path, methods }) => (methods.includes('get') ? [path] : []));
    expect(addresses.length).toBeGreaterThan(10);
    const { search } = new URL(panelUrl(planlens, salesPremium));
    for (const path of addresses) {
      await createCookieClient().getOnce(`${url}${path}${search}`);
      await user.getOnce(`${url}${path}${search}`);
      await admin.getOnce(url + path);
    }
    expect(await read()).toBe(before);
    const log = await rowsIn(databaseUrl, 'audit_log');
    expect(log).toEqual(expect.arrayContaining(audited));
    const added = log.filter(({ id }) => !audited.some((each) => each.id === id));
    const own = { context_identifier: tenantId, associate_id: administrator.associateId };
    const recorded = added.filter(({ associate_id }) => associate_id === administrator.associateId);
    expect(recorded.length).toBeGreaterThan(0);
    for (const entry of recorded)
      expect(entry).toMatchObject({
        ...own,
        content: { event: expect.stringMatching(/-(downloaded|seen)$/) },
      });
    for (const entry of added.filter((each) => !recorded.includes(each)))
      expect(entry).toMatchObject({
        context_identifier: tenantId,
        associate_id: salesPremium.associateId,
        content: { event: 'refused', code: 'administrator-required' },
      });
  });

  it('an error page does not repeat the words that another site posted', async () => {
    const words = 'Your licence is blocked. Call +47 0000.';
    for (const path of [
      '/panel/access-requests?uctx=Cust20001&usid=101',
      '/admin/access-requests',
      '/uninstall',
    ])
      for (const field of ['reason', 'comment']) {
        const response = await post(path, { origin: 'https://evil.example' }, { [field]: words });
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(await response.text()).not.toContain('blocked');
      }
  });
});
