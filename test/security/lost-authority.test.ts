import { afterEach, describe, expect, it } from 'vitest';
import type { CookieClient } from '../../sandbox/cookie-client.ts';
import { adminPages } from '../../src/web/administrator-pages.ts';
import { listAccessRequests } from '../support/access-requests.ts';
import { getTenant } from '../support/get-tenant.ts';
import { reconcileNow, untilCallbacksProcessed } from '../support/jobs.ts';
import { openPeerServices } from '../support/peer-services.ts';
import {
  approve,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  submit,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';

const { administrator, salesPremium, servicePremium } = testUsers;
const { tenantId, associateId } = administrator;
const minute = 60_000;
const administratorPages = [...adminPages.map(({ path }) => path), '/setup', '/uninstall'];

describe('lost authority', async () => {
  const planlens = await installedPlanlens();
  const { services } = planlens;
  const { control } = planlens.sandbox;
  afterEach(() => {
    control.setAdministrator({ tenant: tenantId, associateId, on: true });
    control.setRetired({ tenant: tenantId, associateId: salesPremium.associateId, retired: false });
  });

  /** A browser that has opened a page as a user. */
  async function signedIn(person: TestUser, address: string): Promise<CookieClient> {
    const client = await signInToCrm(planlens, person);
    expect((await client.get(address)).status).toBe(200);
    return client;
  }
  const asAdministrator = (path = '/admin') => signedIn(administrator, `${planlens.url}${path}`);
  const asUser = () => signedIn(salesPremium, panelUrl(planlens, salesPremium));
  /** Makes SuperOffice report that a user changed, and waits until that is processed. */
  async function raiseChange(id: number): Promise<void> {
    const plan = control.getUserPlan({ tenant: tenantId, associateId: id });
    control.setPlan({ tenant: tenantId, associateId: id, plan });
    await untilCallbacksProcessed(planlens);
  }
  const open = (client: CookieClient, path: string) => client.getOnce(`${planlens.url}${path}`);
  const openPanel = async (client: CookieClient, person: TestUser) =>
    (await client.getOnce(panelUrl(planlens, person))).status;

  describe('an administrator who loses the rights', () => {
    it('loses the pages and forms of administrators within five minutes', async () => {
      const admin = await asAdministrator();
      const page = await admin.get(`${planlens.url}/admin/contract`);
      control.setAdministrator({ tenant: tenantId, associateId, on: false });
      planlens.passTime(5 * minute);
      for (const path of administratorPages) expect((await open(admin, path)).status, path).toBe(302);
      const contract = { start: '2026-01-01', period: 'yearly' };
      const refused = await submit(admin, page, '/admin/contract', contract);
      expect([refused.status, refused.html.includes('administrator-required')]).toEqual([403, true]);
      expect((await services.tenants.find(tenantId))?.contract).toBeNull();
      for (const path of administratorPages)
        expect((await admin.get(`${planlens.url}${path}`)).status, path).toBe(403);
    });

    it('can neither remove the app nor download the data with a sign-in older than two minutes', async () => {
      const admin = await asAdministrator();
      const page = await admin.get(`${planlens.url}/uninstall`);
      control.setAdministrator({ tenant: tenantId, associateId, on: false });
      planlens.passTime(2 * minute);
      for (const path of ['/uninstall', '/setup/export']) {
        const refused = await submit(admin, page, path);
        expect([refused.status, refused.html.includes('administrator-required')], path).toEqual([403, true]);
      }
      expect(await services.tenants.find(tenantId)).not.toBeNull();
      expect(control.getSetup({ tenant: tenantId }).panels.filter(({ Deleted }) => !Deleted)).toHaveLength(2);
    });

    it('keeps the rights without noticing the new sign-ins while SuperOffice confirms them', async () => {
      const admin = await asAdministrator();
      for (const path of [...administratorPages, '/admin']) {
        planlens.passTime(6 * minute);
        const page = await admin.get(`${planlens.url}${path}`);
        expect([page.status, new URL(page.url).pathname]).toEqual([200, path]);
      }
      const removal = await admin.get(`${planlens.url}/uninstall`);
      planlens.passTime(3 * minute);
      const again = await submit(admin, removal, '/uninstall');
      expect(new URL(again.url).pathname).toBe('/uninstall');
      expect(again.html).toContain('<form method="post" action="/uninstall');
      expect(await services.tenants.find(tenantId)).not.toBeNull();
      const removed = await submit(admin, again, '/uninstall');
      expect(removed.html).toContain('Planlens has been removed');
      await install(planlens);
    });

    it('finds what was typed in a form whose sign-in was too old, not sent', async () => {
      const admin = await asAdministrator();
      const user = await asUser();
      await services.accessRequests.submit(tenantId, {
        associateId: salesPremium.associateId,
        requestedBy: 'Markus Brandt',
        subject: 'feature:mailings',
        reason: '',
      });
      const page = await admin.get(`${planlens.url}/admin/access-requests?lang=en&page=1`);
      planlens.passTime(10 * minute);
      const comment = `Not this year, sorry: “${'ü'.repeat(450)}”`;
      const form = { state: 'declined', comment };
      const again = await submit(admin, page, '/admin/access-requests', form);
      expect([again.status, new URL(again.url).pathname]).toEqual([200, '/admin/access-requests']);
      expect(new URL(again.url).search).toMatch(/lang=en&signedIn=\d+&page=1$/);
      expect(again.html).toContain(`\n${comment}</textarea>`);
      expect(again.html).toContain('Your sign-in was renewed in the meantime');
      expect(JSON.stringify(await listAccessRequests(services.accessRequests, tenantId))).not.toContain(
        'declined',
      );
      const sent = await submit(admin, again, '/admin/access-requests', form);
      expect(sent.html).toContain('1 answer sent.');
      expect(sent.html).not.toContain('</textarea>');

      const contract = await admin.get(`${planlens.url}/admin/contract?lang=en`);
      planlens.passTime(10 * minute);
      const unsaved = await submit(admin, contract, '/admin/contract', {
        start: '2026-03-01',
        period: 'quarterly',
      });
      expect(unsaved.html).toMatch(/name="start" value="2026-03-01"/);
      expect(unsaved.html).toContain('<option value="quarterly" selected>');
      expect((await services.tenants.find(tenantId))?.contract).toBeNull();
      expect((await user.get(`${planlens.url}/admin/contract`)).html).not.toContain('2026-03-01');

      const ofUserPath = `/admin/users/${salesPremium.associateId}`;
      const ofUser = await admin.get(`${planlens.url}${ofUserPath}?lang=en`);
      planlens.passTime(10 * minute);
      const mark = { intent: 'mark', kind: 'on-leave', note: 'Back in spring.' };
      const unmarked = await submit(admin, ofUser, ofUserPath, mark);
      expect(unmarked.html).toContain('Your sign-in was renewed in the meantime');
      expect(new URL(unmarked.url).pathname).toBe(ofUserPath);
      expect(unmarked.html).toContain('value="Back in spring."');
      expect(await services.userMarks.find(tenantId, salesPremium.associateId)).toBeNull();
      await submit(admin, unmarked, ofUserPath, mark);
      expect(await services.userMarks.find(tenantId, salesPremium.associateId)).toMatchObject({
        kind: 'on-leave',
        note: 'Back in spring.',
      });
    });
  });

  describe('an administrator who installed the app', () => {
    it('loses the session within seconds of the webhook', async () => {
      const admin = await signInToCrm(planlens, administrator);
      expect(new URL((await approve(admin, planlens)).url).pathname).toBe('/setup');
      planlens.passTime(2 * minute);
      expect((await open(admin, '/admin')).status).toBe(200);
      control.setAdministrator({ tenant: tenantId, associateId, on: false });
      await raiseChange(associateId);
      expect((await open(admin, '/admin')).status).toBe(302);
      expect((await admin.get(`${planlens.url}/admin`)).status).toBe(403);
    });
  });

  describe('a user who is no longer active', () => {
    it('loses everything within seconds of the webhook, in every process', async () => {
      const peer = await openPeerServices(planlens.environment);
      const { associateId: id } = servicePremium;
      control.setAdministrator({ tenant: tenantId, associateId: id, on: true });
      const client = await signedIn(servicePremium, `${planlens.url}/admin`);
      const before = await peer.sessionCutoffs.notBefore(tenantId, id);
      control.deleteUser({ tenant: tenantId, associateId: id });
      await untilCallbacksProcessed(planlens);
      for (const path of administratorPages) expect((await open(client, path)).status, path).toBe(302);
      expect(await openPanel(client, servicePremium)).toBe(302);
      await expect.poll(() => peer.sessionCutoffs.notBefore(tenantId, id)).toBeGreaterThan(before);
      await peer.close();
    });

    it('has to sign in again within seconds of a webhook that reports any change', async () => {
      const admin = await asAdministrator();
      const user = await asUser();
      planlens.passTime(2 * minute);
      control.setRetired({ tenant: tenantId, associateId: salesPremium.associateId, retired: true });
      await raiseChange(salesPremium.associateId);
      control.setAdministrator({ tenant: tenantId, associateId, on: false });
      await raiseChange(associateId);
      expect(await openPanel(user, salesPremium)).toBe(302);
      expect((await open(admin, '/admin')).status).toBe(302);
      expect((await admin.get(`${planlens.url}/admin`)).status).toBe(403);
    });

    it('keeps a session that started in the last minute, as the sign-in may be the change', async () => {
      const user = await asUser();
      await raiseChange(salesPremium.associateId);
      expect(await openPanel(user, salesPremium)).toBe(200);
    });

    it('loses the panel within ten minutes without a webhook, and others keep it', async () => {
      const admin = await asAdministrator();
      const user = await asUser();
      await admin.get(panelUrl(planlens, administrator));
      control.setRetired({ tenant: tenantId, associateId: salesPremium.associateId, retired: true });
      planlens.passTime(10 * minute);
      expect(await openPanel(user, salesPremium)).toBe(302);
      control.clearRequests();
      for (let visits = 0; visits < 3; visits += 1) expect(await openPanel(admin, administrator)).toBe(200);
      const lists = control.requests().filter(({ operation }) => operation === 'Archive.AllUsers');
      expect(lists).toHaveLength(0);
    });

    it('has no session any more once a list was read without the user', async () => {
      const user = await asUser();
      const { associateId: id } = salesPremium;
      await reconcileNow(planlens, tenantId);
      await expect.poll(() => services.users.findListed(tenantId, id), { timeout: 10_000 }).not.toBeNull();
      control.setRetired({ tenant: tenantId, associateId: id, retired: true });
      // To its end: it would remove the user of the next test, who has come back.
      await reconcileNow(planlens, tenantId);
      await expect.poll(() => openPanel(user, salesPremium), { timeout: 10_000 }).toBe(302);
    });

    it('keeps the panel during an outage of SuperOffice for at most an hour', async () => {
      const user = await asUser();
      const tenant = await getTenant(services.tenants, tenantId);
      const stored = async () => {
        await services.licenses.refresh(tenant, salesPremium.associateId);
        return services.licenses.getStoredUserLicenses(tenantId, [salesPremium.associateId]);
      };
      await expect.poll(stored).toHaveProperty('size', 1);
      control.fail({ operation: '*', with: 503 });
      planlens.passTime(55 * minute);
      expect(await openPanel(user, salesPremium)).toBe(200);
      planlens.passTime(5 * minute);
      expect(await openPanel(user, salesPremium)).toBe(302);
    });

    it('has to sign in after ten minutes where the app may not list the users', async () => {
      const user = await asUser();
      control.fail({ operation: 'Archive.*', with: 403 });
      planlens.passTime(10 * minute);
      expect(await openPanel(user, salesPremium)).toBe(302);
      expect((await user.get(panelUrl(planlens, salesPremium))).status).toBe(200);
    });
  });

  describe('a removed tenant', () => {
    it('has no sessions when it installs the app again', async () => {
      const admin = await asAdministrator();
      const user = await asUser();
      const page = await admin.get(`${planlens.url}/uninstall`);
      expect((await submit(admin, page, '/uninstall')).status).toBe(200);
      planlens.passTime(1_000);
      await install(planlens);
      expect(await openPanel(user, salesPremium)).toBe(302);
    });
  });

  describe('signing out', () => {
    it.each(administratorPages)('is offered on %s and ends every session of the user', async (path) => {
      const admin = await asAdministrator();
      const page = await admin.get(`${planlens.url}${path}`);
      const elsewhere = await asAdministrator();
      const signedOut = await submit(admin, page, '/sign-out');
      expect([signedOut.status, signedOut.html.includes('You are signed out of Planlens')]).toEqual([
        200,
        true,
      ]);
      for (const client of [admin, elsewhere])
        for (const each of administratorPages) expect((await open(client, each)).status).toBe(302);
      planlens.passTime(1_000);
      expect((await admin.get(`${planlens.url}${path}`)).status, 'after a new sign-in').toBe(200);
    });
  });
});
