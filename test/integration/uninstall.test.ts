import { describe, expect, it } from 'vitest';
import {
  getFeatureRow,
  getVisibleText,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  submit,
  testUsers,
} from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';

const { administrator, otherAdministrator, salesPremium } = testUsers;
const { tenantId } = administrator;

describe('uninstallation', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox } = planlens;
  const { control } = sandbox;
  await install(planlens, otherAdministrator);

  const onRemovalPage = async () => {
    const cookieClient = await signInToCrm(planlens, administrator);
    return { cookieClient, page: await cookieClient.get(`${planlens.url}/uninstall`) };
  };
  const owned = async () => {
    const tables = ['tenants', 'webhooks', 'access_requests', 'license_snapshots', 'callbacks'] as const;
    const all = await Promise.all(
      tables.map((name) => rowsIn(String(planlens.environment.DATABASE_URL), name)),
    );
    return all.flat().filter((row) => (row as { context_identifier: string }).context_identifier === tenantId)
      .length;
  };
  const inTenant = async () => {
    const tenant = await services.tenants.find(tenantId);
    if (tenant === null) throw new Error('the tenant is gone');
    const apiClient = services.superOffice.webApi.asSystemUser(tenant);
    const call = (method: 'GET' | 'POST', path: string, json?: unknown) =>
      apiClient.call({ operation: 'test', method, path, ...(json === undefined ? {} : { json }) });
    const panels = (await call('POST', 'Agents/List/GetAppWebPanels', {})) as unknown[];
    const hooks = (await call('GET', 'Webhook')) as unknown[];
    return { panels: panels.length, hooks: hooks.length };
  };

  it('requires an administrator session and a valid CSRF token', async () => {
    const { cookieClient, page } = await onRemovalPage();
    expect(page.html).toContain('action="/uninstall?lang="');
    const foreign = await cookieClient.post(`${planlens.url}/uninstall`, { csrf: 'x'.repeat(43) });
    expect(foreign.status).toBe(403);
    const user = await signInToCrm(planlens, salesPremium);
    await user.get(panelUrl(planlens, salesPremium));
    expect((await user.post(`${planlens.url}/uninstall`, {})).status).toBe(403);
    expect(await inTenant()).toEqual({ panels: 2, hooks: 1 });
  });

  // certifies R35
  it('shows the uninstall form at the URL that the App Store opens', async () => {
    const cookieClient = await signInToCrm(planlens, administrator);
    const arrived = await cookieClient.get(`${planlens.url}/uninstall`);
    expect(arrived.status).toBe(200);
    expect(arrived.html).toContain('<form method="post" action="/uninstall?lang=">');
  });

  // certifies R35
  it('exports all data of the own tenant without secrets', async () => {
    await services.accessRequests.submit(tenantId, {
      associateId: 101,
      requestedBy: 'Markus Brandt',
      subject: 'feature:saint',
      reason: 'why',
    });
    const { cookieClient, page } = await onRemovalPage();
    const file = await submit(cookieClient, page, '/setup/export');
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename=planlens-${tenantId}.json`);
    const exported = JSON.parse(file.html);
    expect(exported).toMatchObject({
      tenant: { context_identifier: tenantId },
      accessRequests: [{ subject: 'feature:saint', reason: 'why' }],
      webhook: { outcome: 'created' },
    });
    expect(exported.snapshots.length).toBeGreaterThan(0);
    expect(file.html).not.toMatch(/_encrypted|Cust20003/);
    expect((await services.webhooks.findOrCreate(tenantId)).secret().length).toBeGreaterThan(0);
    expect(file.html).not.toContain((await services.webhooks.findOrCreate(tenantId)).secret());
    const stranger = await signInToCrm(planlens, salesPremium);
    expect((await stranger.post(`${planlens.url}/setup/export`, {})).status).toBe(401);
  });

  it('keeps the tenant data and names the failed removals until a retry succeeds', async () => {
    control.fail({ operation: 'List.DeleteWebPanel', with: 503 });
    const { cookieClient, page } = await onRemovalPage();
    const refused = await submit(cookieClient, page, '/uninstall', {});
    expect(refused.status).toBe(502);
    expect(getVisibleText(refused.html)).toContain('Web panel · SuperOffice answered: server-error');
    expect(await owned()).toBeGreaterThan(3);
    expect(await inTenant()).toEqual({ panels: 2, hooks: 0 });

    control.clearFaults();
    const done = await submit(cookieClient, refused, '/uninstall', {});
    expect(done.status).toBe(200);
    expect(getVisibleText(done.html)).toContain('Planlens has been removed');
    expect(await owned()).toBe(0);
    // The session ended with it.
    expect((await cookieClient.get(`${planlens.url}/setup`)).status).toBe(404);
  });

  // certifies R34
  it('leaves other tenants unchanged and can be reversed by a new installation', async () => {
    expect(await services.tenants.find(otherAdministrator.tenantId)).not.toBeNull();
    const setup = await install(planlens);
    expect(setup.status).toBe(200);
    expect(await inTenant()).toEqual({ panels: 2, hooks: 1 });
    const cookieClient = await signInToCrm(planlens, salesPremium);
    const panel = await cookieClient.get(panelUrl(planlens, salesPremium));
    expect(getFeatureRow(panel.html, 'SaP9').state).toBe('enabled');
  });

  it('deletes the tenant data despite failed removals when an administrator forces it', async () => {
    const { cookieClient, page } = await onRemovalPage();
    control.fail({ operation: 'List.*', with: 503 });
    const refused = await submit(cookieClient, page, '/uninstall', {});
    expect(refused.status).toBe(502);
    const done = await submit(cookieClient, refused, '/uninstall', { force: 'yes' });
    expect(done.status).toBe(200);
    expect(getVisibleText(done.html)).toContain('Still in SuperOffice');
    expect(await owned()).toBe(0);
  });
});
