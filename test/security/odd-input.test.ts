import { afterAll, describe, expect, it, vi } from 'vitest';
import { malformedResponses } from '../../sandbox/malformed-responses.ts';
import {
  featureUrl,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  submit,
  testUsers,
} from '../support/planlens.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;
const overAnHour = 75 * 60_000;

describe('names that no database stores', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox } = planlens;
  const { control } = sandbox;
  const serverErrors = () => planlens.logged.filter((line) => /"status":5\d\d/.test(line));
  afterAll(() => expect(serverErrors()).toEqual([]));

  it.each([
    ['NUL and a lone surrogate', 'A\0B\uD800', 'A\uFFFDB\uFFFD'],
    ['10,000 characters', 'N'.repeat(10_000), `${'N'.repeat(299)}…`],
    ['a right-to-left override', 'Anna \u202Exslx', 'Anna \u202Exslx'],
  ])('a user named with %s stops neither the tenant nor their own panel', async (_what, fullName, stored) => {
    control.renameUser({ tenant: tenantId, associateId: salesPremium.associateId, fullName });
    planlens.passTime(overAnHour);
    await planlens.reconcileDueTenants();
    const names = async () => (await services.users.listByTenant(tenantId)).map(({ name }) => name);
    await expect.poll(names).toContain(stored);
    await expect
      .poll(async () => (await services.tenants.find(tenantId))?.reconciliation)
      .toMatchObject({ lastError: null });

    const cookieClient = await signInToCrm(planlens, salesPremium);
    const panel = await cookieClient.get(panelUrl(planlens, salesPremium));
    expect([panel.status, panel.html.includes('<h1>Sales-Premium</h1>')]).toEqual([200, true]);

    const feature = await cookieClient.get(featureUrl(planlens, salesPremium, 'knowledge-base'));
    const reason = 'For \u202Eeveryone\0';
    const asked = await submit(cookieClient, feature, '/panel/access-requests', { reason });
    expect(asked.status).toBe(200);
    const asAdministrator = await signInToCrm(planlens, administrator);
    const { html } = await asAdministrator.get(`${planlens.url}/admin/access-requests`);
    expect(html).toContain('<blockquote dir="auto">For \u202Eeveryone</blockquote>');
    expect(html).toContain(`<bdi>${stored}</bdi>`);
    const withdrawn = await submit(cookieClient, asked, '/panel/access-requests', { intent: 'withdraw' });
    expect(withdrawn.status).toBe(200);
  });
});

describe('ids that no column stores', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox } = planlens;

  it.each([2 ** 31, 2 ** 53 - 1, 1e300, 1.5, -7])(
    'a webhook with the id %d does not stop the reconciliation of the tenant',
    async (webhookId) => {
      const saved = { WebhookId: webhookId, Name: 'x', Events: [], TargetUrl: '', State: 'Active' };
      vi.spyOn(malformedResponses, 'html').mockImplementation((response) =>
        response.json(response.req.method === 'GET' ? [] : saved),
      );
      sandbox.control.fail({ operation: 'Webhook.*', tenant: tenantId, with: 'html' });
      const before = await services.users.lastReadAt(tenantId);
      const readAgain = async () => {
        // Repeated, because the reconciliation of the case before may still be active, and end an hour late.
        planlens.passTime(overAnHour);
        await planlens.reconcileDueTenants();
        return services.users.lastReadAt(tenantId);
      };
      await expect.poll(readAgain, { interval: 500 }).toBeGreaterThan(before);
      expect(await services.webhooks.find(tenantId)).toMatchObject({
        outcome: 'failed',
        problem: 'unexpected-response',
      });
    },
  );
});
