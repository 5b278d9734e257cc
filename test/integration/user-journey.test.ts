import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  getVisibleText,
  install,
  type Planlens,
  panelUrl,
  signInToCrm,
  startPlanlens,
  submit,
  testUsers,
} from '../support/planlens.ts';
import { root } from '../support/project-files.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;

/** One tenant's way with the app; after each step stands what is in the tenant. */
describe('tenant setup from installation to reinstallation', () => {
  let planlens: Planlens;
  const nextVersion = mkdtempSync(join(tmpdir(), 'planlens-next-'));

  beforeAll(async () => {
    planlens = await startPlanlens();
  });
  afterAll(async () => {
    await planlens.close();
    rmSync(nextVersion, { recursive: true });
  });

  /** The tenant's panels and webhooks as the sandbox has them, our address shortened. */
  function inTenant(): string[] {
    const { panels, webhooks } = planlens.sandbox.control.getSetup({ tenant: tenantId });
    const short = (url: string) => url.replace(planlens.url, '').replace(/[\w-]{43}$/, '{hook}');
    return [
      ...panels.map(
        ({ Name, VisibleIn, Url, Deleted }) =>
          `panel ${Name} in ${VisibleIn} at ${short(Url)}${Deleted ? ', deleted' : ''}`,
      ),
      ...webhooks.map(
        ({ Name, State, Events, TargetUrl }) =>
          `webhook ${Name} ${State} for ${Events.join()} at ${short(TargetUrl)}`,
      ),
    ].sort();
  }
  const outcomes = (html: string) =>
    [...html.matchAll(/<span class="state">([^<]+)<\/span>/g)].map(([, text]) => text);
  const call = async (method: 'PUT' | 'POST', path: string, json: unknown) => {
    const tenant = await planlens.services.tenants.find(tenantId);
    if (tenant === null) throw new Error('not installed');
    const apiClient = planlens.services.superOffice.webApi.asSystemUser(tenant);
    return apiClient.call({ operation: 'any', method, path, json, mayBeNull: true });
  };

  const installed = [
    'panel Planlens in NavigatorButton at soprotocol:browser.PlanlensMain',
    'panel Planlens panel in BrowserPanel at /panel?uctx=<uctx>&usid=<usid>&lang=<lani>',
    'webhook Planlens Active for associate.created,associate.changed,associate.deleted at /callbacks/webhooks/{hook}',
  ];

  it('the tenant has no panels or webhooks before installation', () => {
    expect(inTenant()).toEqual([]);
  });

  it('the installation creates both panels and the webhook', async () => {
    expect(outcomes((await install(planlens)).html)).toEqual(['Created', 'Created', 'Created']);
    expect(inTenant()).toEqual(installed);
  });

  it('panels and webhook in the tenant change when they are modified outside the app', async () => {
    const { panels, webhooks } = planlens.sandbox.control.getSetup({ tenant: tenantId });
    const [main, button] = panels;
    const [hook] = webhooks;
    await call('POST', 'Agents/List/SaveWebPanelEntity', { ...main, Url: 'https://elsewhere.example/' });
    await call('POST', 'Agents/List/DeleteWebPanel', { Id: button?.WebPanelId });
    await call('PUT', `Webhook/${hook?.WebhookId}`, {
      ...hook,
      Events: ['associate.deleted'],
      State: 'Stopped',
    });
    expect(inTenant()).toEqual([
      'panel Planlens panel in BrowserPanel at https://elsewhere.example/',
      'webhook Planlens Stopped for associate.deleted at /callbacks/webhooks/{hook}',
    ]);
  });

  // certifies R32
  it('a second installation repairs all panels and the webhook without duplicates', async () => {
    expect(outcomes((await install(planlens)).html)).toEqual(['Updated', 'Created', 'Updated']);
    expect(inTenant()).toEqual(installed);
  });

  it('an app upgrade migrates an installed tenant to renamed, added and removed panels', async () => {
    await mkdir(join(nextVersion, 'manifest'));
    const read = (file: string) => JSON.parse(readFileSync(join(root, 'manifest', file), 'utf8'));
    const write = (file: string, content: unknown) =>
      writeFileSync(join(nextVersion, 'manifest', file), JSON.stringify(content));
    const [main] = read('web-panels.json') as Record<string, string>[];
    const other = {
      ...main,
      progId: 'planlens.web-panel.card',
      name: 'Planlens card',
      windowName: 'PlanlensCard',
    };
    write('web-panels.json', [
      { ...main, name: 'Planlens plans' },
      { ...other, visibleIn: 'ContactCard' },
    ]);
    write('webhook.json', { ...read('webhook.json'), events: ['associate.changed', 'associate.deleted'] });
    await expect(planlens.upgradeTo(nextVersion)).rejects.toThrow();
    write('web-panels.json', [
      { ...main, name: 'Planlens plans' },
      { ...other, visibleIn: 'NavigatorButton' },
    ]);
    await planlens.upgradeTo(nextVersion);
    planlens.passTime(10 * 60_000);
    await planlens.reconcileDueTenants();
    await expect
      .poll(inTenant)
      .toEqual([
        'panel Planlens card in NavigatorButton at /panel?uctx=<uctx>&usid=<usid>&lang=<lani>',
        'panel Planlens plans in BrowserPanel at /panel?uctx=<uctx>&usid=<usid>&lang=<lani>',
        'webhook Planlens Active for associate.changed,associate.deleted at /callbacks/webhooks/{hook}',
      ]);
    const setup = await (await signInToCrm(planlens, administrator)).get(`${planlens.url}/setup`);
    expect(outcomes(setup.html)).toEqual(['Updated', 'Created', 'Removed', 'Updated']);
  });

  it('a downgrade restores the previous panels and webhook', async () => {
    await planlens.upgradeTo(root);
    planlens.passTime(10 * 60_000);
    await planlens.reconcileDueTenants();
    await expect.poll(inTenant).toEqual(installed);
  });

  // certifies R34
  it('the uninstallation removes everything from the tenant and all stored tenant data', async () => {
    const cookieClient = await signInToCrm(planlens, administrator);
    const done = await submit(
      cookieClient,
      await cookieClient.get(`${planlens.url}/uninstall`),
      '/uninstall',
      {},
    );
    expect(getVisibleText(done.html)).toContain('Planlens has been removed');
    expect(inTenant()).toEqual([]);
    expect(await planlens.services.tenants.find(tenantId)).toBeNull();
  });

  it('a reinstallation recreates panels and webhook, and the panel loads', async () => {
    expect(outcomes((await install(planlens)).html)).toEqual(['Created', 'Created', 'Created']);
    expect(inTenant()).toEqual(installed);
    const cookieClient = await signInToCrm(planlens, salesPremium);
    expect((await cookieClient.get(panelUrl(planlens, salesPremium))).html).toContain(
      '<h1>Sales-Premium</h1>',
    );
  });
});
