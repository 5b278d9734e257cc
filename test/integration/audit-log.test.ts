import { describe, expect, it } from 'vitest';
import { untilCallbacksProcessed } from '../support/jobs.ts';
import {
  featureUrl,
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

interface Entry {
  readonly context_identifier: string;
  readonly associate_id: number | null;
  readonly content: { readonly event: string };
}

describe('audit log', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox } = planlens;
  const { control } = sandbox;
  await install(planlens, otherAdministrator);

  const rows = async () =>
    (await rowsIn(String(planlens.environment.DATABASE_URL), 'audit_log')) as unknown as Entry[];
  /** The associate and event of each entry of a tenant. */
  const entries = async (of: string = tenantId) =>
    (await rows())
      .filter((row) => row.context_identifier === of)
      .map(({ associate_id, content }) => [associate_id, content.event]);
  const setup = async () => (await signInToCrm(planlens, administrator)).get(`${planlens.url}/setup`);

  it('records an installation once', async () => {
    expect(await entries()).toEqual([[131, 'installed']]);
  });

  it('records sign-ins, access requests, withdrawals, resolutions, contract changes and exports', async () => {
    const user = await signInToCrm(planlens, salesPremium);
    await user.get(panelUrl(planlens, salesPremium));
    const feature = async () => user.get(featureUrl(planlens, salesPremium, 'request-management'));
    await submit(user, await feature(), '/panel/access-requests', { reason: 'For Markus' });
    await submit(user, await feature(), '/panel/access-requests', { intent: 'withdraw' });
    await submit(user, await feature(), '/panel/access-requests', { reason: 'For Markus' });
    const admin = await signInToCrm(planlens, administrator);
    const page = await admin.get(`${planlens.url}/admin/access-requests`);
    await submit(admin, page, '/admin/access-requests', { state: 'fulfilled', comment: 'Here you are' });
    await submit(admin, await admin.get(`${planlens.url}/admin/contract`), '/admin/contract', {
      start: '2026-01-01',
      period: 'yearly',
    });
    await submit(admin, await admin.get(`${planlens.url}/uninstall`), '/setup/export');
    expect((await entries()).slice(1)).toEqual([
      [101, 'signed-in'],
      [101, 'access-request-submitted'],
      [101, 'access-request-withdrawn'],
      [101, 'access-request-submitted'],
      [131, 'signed-in'],
      [131, 'access-request-resolved'],
      [131, 'contract-saved'],
      [131, 'exported'],
    ]);
  });

  it('records each change of tenant status once and ignores notifications without a change', async () => {
    for (const state of ['Suspended', 'Running'] as const) {
      control.setTenantState({ tenant: tenantId, state });
      for (const changeType of [2, 3]) {
        await control.sendStateChange({ tenant: tenantId, changeType });
        await untilCallbacksProcessed(planlens);
      }
    }
    expect(
      (await rows()).flatMap(({ content }) => (content.event === 'status-changed' ? [content] : [])),
    ).toEqual([
      { event: 'status-changed', from: 'active', to: 'suspended' },
      { event: 'status-changed', from: 'suspended', to: 'active' },
    ]);
  });

  it('contains no names, email addresses or free text', async () => {
    expect(JSON.stringify(await rows())).not.toMatch(/@|Markus|Kari|For |Here you/);
  });

  it('appears on the setup page newest first without sign-ins, and completely in the export', async () => {
    const { html } = await setup();
    const words = getVisibleText(html);
    expect(words).toMatch(
      /Activity log .* SuperOffice: the CRM is running, Planlens is working .* SuperOffice: the CRM is offline/,
    );
    expect(words).toMatch(
      /Kari Nygård: saved the contract .* Markus Brandt: withdrew what they had asked for .* approved Planlens/,
    );
    expect(words).not.toContain('signed-in');
    const admin = await signInToCrm(planlens, administrator);
    // One export per minute.
    planlens.passTime(61_000);
    const removal = await admin.get(`${planlens.url}/uninstall`);
    const exported = JSON.parse((await submit(admin, removal, '/setup/export')).html);
    expect(exported.auditLog.map(({ content }: Entry) => content.event)).toContain('signed-in');
    expect(JSON.stringify(exported.auditLog)).not.toContain(otherAdministrator.tenantId);
  });

  it('keeps only the deletion and its author after a tenant is removed', async () => {
    const cookieClient = await signInToCrm(planlens, administrator);
    const page = await cookieClient.get(`${planlens.url}/uninstall`);
    control.fail({ operation: 'Webhook.*', with: 503 });
    const refused = await submit(cookieClient, page, '/uninstall', {});
    expect((await entries()).at(-1)).toEqual([131, 'removal-incomplete']);
    control.clearFaults();
    planlens.passTime(60_000);
    await submit(cookieClient, refused, '/uninstall', {});
    expect(await entries()).toEqual([[131, 'deleted']]);
    expect((await entries(otherAdministrator.tenantId)).length).toBeGreaterThan(0);
  });

  it('records a deletion by SuperOffice without an associate', async () => {
    control.setTenantState({ tenant: otherAdministrator.tenantId, state: 'Deleted' });
    await control.sendStateChange({ tenant: otherAdministrator.tenantId, changeType: 4 });
    await untilCallbacksProcessed(planlens);
    planlens.passTime(61_000);
    await planlens.reconcileDueTenants();
    const last = async () => (await entries(otherAdministrator.tenantId)).at(-1);
    await expect.poll(last).toEqual([null, 'deletion-proved']);
    planlens.passTime(7 * 24 * 60 * 60_000);
    await services.tenants.purgeTombstones();
    expect(await entries(otherAdministrator.tenantId)).toEqual([[null, 'deleted']]);
  });

  it('purges entries after 400 days', async () => {
    await services.audit.purgeExpired();
    expect(await rows()).toHaveLength(2);
    planlens.passTime(401 * 24 * 60 * 60_000);
    await services.audit.purgeExpired();
    expect(await rows()).toEqual([]);
  });
});
