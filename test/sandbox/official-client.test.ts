import { createRequire } from 'node:module';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  appUrl,
  getTicket,
  getTokens,
  openSandbox,
  premium,
  startReceiver,
  suite,
  users,
} from './support.ts';

// Only its CommonJS build loads in Node: the ESM build imports files without their extension.
type Client = typeof import('@superoffice/webapi', { with: { 'resolution-mode': 'require' }});
type WebApi = InstanceType<Client['WebApi']>;
const superOffice: Client = createRequire(import.meta.url)('@superoffice/webapi');

const { sandbox } = await openSandbox();

/** Uses SuperOffice's own npm client as an independent check of the sandbox's responses. */
describe('official SuperOffice client against the sandbox', () => {
  let api: WebApi;

  /** Sets headers itself, because the `authenticateWith...` methods write to options that all clients share. */
  function client(tenantId: string, headers: Record<string, string>): WebApi {
    return new superOffice.WebApi({ baseUrl: `${sandbox.url}/${tenantId}/api`, axiosConfig: { headers } });
  }

  async function createClient(tenantId: string, admin: string): Promise<WebApi> {
    const ticket = await getTicket(sandbox, tenantId, admin);
    return client(tenantId, { Authorization: `SOTicket ${ticket}`, 'SO-AppToken': sandbox.clientSecret });
  }

  beforeEach(async () => {
    api = await createClient(premium, users.admin);
  });

  describe('License agent', () => {
    it('reads the license of one owner and of all owners', async () => {
      const license = await api.getLicenseAgent().getLicenseFromDBAsync('SUPEROFFICE');
      const plan = license.extendedModuleLicenses?.find((row) => row.current?.moduleName === 'ten-sales');
      expect(license.current?.companyName).toBe('Designteamet');
      expect(license.current?.serialNr).toBe('1010000014');
      expect(plan?.numberOfLicensesTotal).toBe(21);
      expect(plan?.current?.extraFlags).toBe(1);
      expect(plan?.current?.extraInfo).toMatch(/^set=user,web,/);
      expect(await api.getLicenseAgent().getLicenseForAllOwnersFromDBAsync()).toHaveLength(1);
    });

    it('reads one module license, and null for a missing module', async () => {
      const agent = api.getLicenseAgent();
      const module = await agent.getModuleLicenseFromDBAsync('SUPEROFFICE', 'sale-cal');
      expect(module).toMatchObject({
        moduleDescription: 'Sale Editing',
        numberOfLicenses: 41,
        isHidden: true,
      });
      expect(await agent.getModuleLicenseFromDBAsync('SUPEROFFICE', 'no-such')).toBeFalsy();
    });

    it('reads the licenses of a user', async () => {
      const [owner] = await api.getLicenseAgent().getUserLicensesAsync(101);
      const assigned = owner?.restrictedModuleLicenses
        ?.filter((link) => link.assigned)
        .map((link) => link.name);
      expect(assigned).toContain('ten-sales');
      expect(assigned).toContain('quote-cal');
      expect(assigned).not.toContain('ej-client');
      expect(owner?.unrestrictedModuleLicenses?.map((link) => link.name)).toEqual(['visible-for']);
    });

    it('reads the license status of user and installation', async () => {
      const status = await api.getLicenseAgent().getUserAndInstallationLicenceStatusAsync(101);
      expect(status.companyName).toBe('Designteamet');
      expect(status.userLicenses).toContain('ten-sales');
    });

    it('reads the shop URL, the user license list and the usage of a Suite tenant', async () => {
      const agent = api.getLicenseAgent();
      expect(await agent.getShopUrlAsync('SUPEROFFICE')).toContain(premium);
      const [own] = await agent.getUserLicensesMDOListAsync();
      expect(own?.childItems?.map((child) => child.extraInfo)).toContain('ten-marketing');
      const ofSuite = await createClient(suite, users.suiteAdmin);
      expect(await ofSuite.getLicenseAgent().getFencingInfoAsync()).toMatchObject({
        activeCount: 97,
        maximum: 100,
        isNearingMaximum: true,
      });
    });
  });

  describe('List agent web panels', () => {
    it('creates, finds, updates and deletes a web panel', async () => {
      const agent = api.getListAgent();
      const blank = await agent.createDefaultWebPanelEntityAsync();
      const saved = await agent.saveWebPanelEntityAsync({
        ...blank,
        name: 'Ours',
        progId: 'ours.main',
        url: appUrl,
      });
      const id = saved.webPanelId ?? 0;
      expect(id).toBeGreaterThan(0);
      await agent.saveWebPanelEntityAsync({ ...saved, tooltip: 'changed' });
      expect((await agent.getWebPanelByProgIdAsync('ours.main')).tooltip).toBe('changed');
      expect((await agent.getWebPanelEntityAsync(id)).name).toBe('Ours');
      expect(await agent.getWebPanelListAsync()).toHaveLength(1);
      expect(await agent.getAppWebPanelsAsync()).toHaveLength(1);
      await agent.deleteWebPanelAsync(id);
      expect(await agent.getWebPanelListAsync()).toEqual([]);
    });

    it('deletes all web panels of the app', async () => {
      const agent = api.getListAgent();
      await agent.saveWebPanelEntityAsync({ name: 'One' });
      await agent.saveWebPanelEntityAsync({ name: 'Two' });
      await agent.deleteAppWebPanelsAsync();
      expect(await agent.getAppWebPanelsAsync()).toEqual([]);
    });

    it('sets the visible user groups of a web panel through each operation', async () => {
      const agent = api.getListAgent();
      const { webPanelId: id = 0 } = await agent.saveWebPanelEntityAsync({ name: 'Seen' });
      const lists = await api.getMDOAgent().getListAsync('Lists', true, '', false);
      const list = lists.find((item) => item.type === 'webpanel')?.id ?? 0;
      const groups = await agent.getVisibleForUserGroupsAsync(list, id);
      const ticked = async () =>
        (await agent.getVisibleForUserGroupsFromListNameAsync('GUI - Web panel', id))
          .filter((group) => group.selected)
          .map((group) => group.id);
      expect(await ticked()).toEqual([]);
      await agent.setVisibleForUserGroupAsync(list, id, [1, 2], true);
      expect(await ticked()).toEqual([1, 2]);
      const all = groups.map((group) => ({ ...group, selected: true }));
      await agent.setVisibleForUserGroupsAsync(list, id, all);
      expect(await ticked()).toEqual([1, 2, 3, 4]);
      const none = groups.map((group) => ({ ...group, selected: false }));
      await agent.setVisibleForUserGroupsFromListNameAsync('GUI - Web panel', id, none);
      expect(await ticked()).toEqual([]);
    });
  });

  it('reads the user plans through the MDO agent', async () => {
    const plans = await api.getMDOAgent().getListAsync('userplan', true, '', false);
    expect(plans.map((plan) => plan.extraInfo)).toEqual([
      'superlicense-no-selection',
      'ten-sales',
      'ten-service',
      'ten-salesservicemarketing',
      'ten-marketing',
    ]);
  });

  it('creates, tests, signals, lists and deletes a webhook', async () => {
    const receiver = await startReceiver();
    const agent = api.getWebhookAgent();
    const blank = await agent.createDefaultWebhookAsync();
    const hook = { ...blank, name: 'Ours', events: ['foo.bar'], targetUrl: receiver.url, secret: 's' };
    const { webhookId: id = 0 } = await agent.saveWebhookAsync(hook);
    expect((await agent.getWebhookAsync(id)).name).toBe('Ours');
    expect(await agent.getAllWebhooksAsync('Ours', 'foo.bar', superOffice.WebhookState.Active)).toHaveLength(
      1,
    );
    expect((await agent.testWebhookAsync(hook)).success).toBe(true);
    await agent.signalEventAsync('foo.bar', 12, {});
    await sandbox.control.whenDelivered();
    expect(receiver.received.map((call) => call.headers['x-superoffice-event'])).toEqual([
      'test',
      'test',
      'foo.bar',
    ]);
    expect(await agent.getLastErrorAsync(id)).toBe('');
    await agent.deleteWebhookAsync(id);
    expect(await agent.getAllWebhooksAsync('', '', superOffice.WebhookState.Unknown)).toEqual([]);
    await receiver.close();
  });

  it('accepts the access token of a user', async () => {
    const { access_token } = await getTokens(sandbox, users.sales);
    const agent = client(premium, { Authorization: `Bearer ${access_token}` }).getLicenseAgent();
    expect((await agent.getLicenseFromDBAsync('superoffice')).current?.companyName).toBe('Designteamet');
  });

  it('receives 401 for a ticket without the app token', async () => {
    const agent = client(premium, {
      Authorization: `SOTicket ${await getTicket(sandbox)}`,
    }).getLicenseAgent();
    await expect(agent.getFencingInfoAsync()).rejects.toMatchObject({ response: { status: 401 } });
  });
});
