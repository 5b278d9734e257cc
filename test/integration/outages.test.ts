import { afterEach, describe, expect, it } from 'vitest';
import type { Control } from '../../sandbox/control.ts';
import { type ErrorCode, errorStatus } from '../../src/errors.ts';
import { licenseCachePolicy } from '../../src/snapshots/license-snapshots.ts';
import { untilReconciled } from '../support/jobs.ts';
import { isLongForm } from '../support/long-form.ts';
import { installAs, installedPlanlens, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;
type Failure = Parameters<Control['fail']>[0]['with'];

/** Longer than any cache lifetime, ms: license data, tenant state, session. */
const overAnHour = 65 * 60_000;
/** Longer than the circuit breaker's cooldown and than a refusal is cached, ms. */
const maxCooldown = 11 * 60_000;
/** The longest response time, ms: two timeouts of ten seconds each, doubled for a busy machine. */
const maxWait = 40_000;

const failures: Failure[] = [401, 403, 421, 429, 500, 503, 'malformed', 'null', 'message'];
/** The failures of the ticket and of the state in the short form: each has a way of its own through the app. */
const shortFailures: Readonly<Record<string, readonly Failure[]>> = {
  'SystemUser.Authenticate': [401, 403, 429, 'malformed'],
  State: [429, 500, 'malformed', 'null'],
};
const cases: [operation: string, failure: Failure][] = [
  ...failures.map((failure): [string, Failure] => ['License.*', failure]),
  ...Object.keys(shortFailures).flatMap((operation) =>
    (isLongForm ? failures : (shortFailures[operation] ?? [])).map((failure): [string, Failure] => [
      operation,
      failure,
    ]),
  ),
  ...['Archive.*', 'Webhook.*', 'User.*', 'Login.Jwks'].flatMap((operation) =>
    (isLongForm ? ([403, 500] as const) : ([403] as const)).map((failure): [string, Failure] => [
      operation,
      failure,
    ]),
  ),
  ['License.GetLicenseFromDB', 'timeout'],
  ['State', 'timeout'],
];

// certifies R17
const polling = { timeout: 20_000, interval: 500 };

describe('SuperOffice outages', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox } = planlens;
  const { control } = sandbox;
  const cookieClient = await signInToCrm(planlens, salesPremium);
  afterEach(() => control.setTenantState({ tenant: tenantId, state: 'Running' }));

  /** Opens the panel and checks that it responds in time, with the plan or with an error page. */
  async function panel(): Promise<{ shown: boolean; code: string; isOld: boolean }> {
    const startedAt = performance.now();
    const { status, html } = await cookieClient.get(panelUrl(planlens, salesPremium));
    expect(performance.now() - startedAt).toBeLessThan(maxWait);
    const shown = html.includes('<h1>Sales-Premium</h1>');
    const [, code = ''] = /Reference: <code>([a-z-]+)/.exec(html) ?? [];
    if (!shown)
      expect([status, html]).toEqual([errorStatus[code as ErrorCode], expect.stringMatching(/role="alert"/)]);
    expect(html).not.toMatch(/ at .*\.ts:|node_modules/);
    return { shown, code, isOld: /class="[^"]*\bstale\b/.test(html) };
  }
  async function readAt(): Promise<number> {
    const tenant = await services.tenants.find(tenantId);
    if (tenant === null) throw new Error('the tenant is not installed');
    return (await services.licenses.getTenantLicenses(tenant))?.readAt ?? 0;
  }
  /** Expects fresh data, read after the outage, without user action. */
  async function expectFreshData(since: number): Promise<void> {
    planlens.passTime(maxCooldown);
    // A call to a silent server goes on in the background until it times out.
    await expect
      .poll(async () => {
        planlens.passTime(licenseCachePolicy.retryAfterMs + 1);
        return panel();
      }, polling)
      .toEqual({ shown: true, code: '', isOld: false });
    await expect.poll(readAt).toBeGreaterThan(since);
    // The reconciliation of a minute may have seen the outage; a later one sees its end.
    const reconciledStatus = async () => {
      const status = (await services.tenants.find(tenantId))?.status;
      if (status !== 'active') {
        planlens.passTime(overAnHour);
        await planlens.reconcileDueTenants();
      }
      return status;
    };
    await expect.poll(reconciledStatus).toBe('active');
  }

  it.each(cases)(
    'the panel responds while %s fails with %s and recovers without user action',
    async (operation, failure) => {
      const before = await readAt();
      planlens.passTime(overAnHour);
      if (operation.startsWith('SystemUser')) control.expireTickets({ tenant: tenantId });
      control.fail({ operation, with: failure });
      await panel();
      await panel();
      control.clearFaults();
      await expectFreshData(before);
    },
  );

  it.each(['License.*', 'SystemUser.Authenticate'])(
    'the panel shows the last license data marked as stale while %s is unavailable',
    async (operation) => {
      planlens.passTime(overAnHour);
      await panel();
      // From then on a view reads by itself what is old; right after a sign-in it shows what is kept.
      planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
      control.expireTickets({ tenant: tenantId });
      control.fail({ operation, with: 503 });
      await expect.poll(panel, polling).toEqual({ shown: true, code: '', isOld: true });
      control.clearFaults();
      planlens.passTime(maxCooldown);
      await expect.poll(panel, polling).toMatchObject({ shown: true, isOld: false });
    },
  );

  it.each(['Suspended', 'OfflineMaintenance', 'MigrationPending', 'ProvisioningFailed', 'Unknown'] as const)(
    'the panel responds while the tenant is in state %s and recovers without user action',
    async (state) => {
      const before = await readAt();
      planlens.passTime(overAnHour);
      control.setTenantState({ tenant: tenantId, state });
      await panel();
      control.setTenantState({ tenant: tenantId, state: 'Running' });
      // The cached state expires.
      planlens.passTime(overAnHour);
      await expectFreshData(before);
    },
  );

  it('the panel shows current data after a tenant move, new keys, expired tickets and slow calls', async () => {
    for (const trouble of [
      () => control.moveTenant({ tenant: tenantId }),
      () => control.rotateKeys({ dropOld: true }),
      () => control.expireTickets({ tenant: tenantId }),
      () => control.delay({ operation: '*', ms: 300 }),
    ]) {
      planlens.passTime(overAnHour);
      trouble();
      // A view waits a second and a half for SuperOffice: a later one shows what a busy machine has read by then.
      await expect.poll(panel, polling).toMatchObject({ shown: true, isOld: false });
      control.clearFaults();
    }
  });

  // certifies R17
  it('the circuit breaker opens after repeated failures and closes after its cooldown', async () => {
    planlens.passTime(overAnHour);
    await panel();
    // From then on a view reads by itself what is old; right after a sign-in it shows what is kept.
    planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
    control.fail({ operation: 'License.*', with: 500 });
    const calls = () => control.requests().filter(({ operation }) => operation.startsWith('License.')).length;
    for (let view = 0; view < 8; view += 1) {
      planlens.passTime(31_000);
      await panel();
    }
    expect(calls()).toBeGreaterThan(0);
    control.clearRequests();
    for (let view = 0; view < 5; view += 1) await panel();
    expect(calls()).toBe(0);
    control.clearFaults();
    planlens.passTime(maxCooldown);
    await expect.poll(panel, polling).toMatchObject({ shown: true, isOld: false });
  });

  // certifies R17
  it('a revoked consent stops all calls for the tenant until it is installed again', async () => {
    expect(await panel()).toMatchObject({ shown: true });
    control.revoke({ tenant: tenantId });
    planlens.passTime(maxCooldown);
    // With an existing session the last known data is shown, with a notice.
    expect(await panel()).toEqual({ shown: true, code: '', isOld: false });
    await expect.poll(async () => (await services.tenants.find(tenantId))?.status).toBe('revoked');
    // A reconciliation that began before ends first.
    await untilReconciled(planlens.environment);
    control.clearRequests();
    planlens.passTime(3 * overAnHour);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    // Only the state is read, to find out when the data of the tenant must end.
    const isCall = ({ operation }: { operation: string }) => !/^(Login|State)/.test(operation);
    expect(control.requests().filter(isCall)).toEqual([]);
    // Without a session, nobody learns from Planlens that the tenant had installed it: SuperOffice refuses the sign-in.
    const anotherBrowser = await signInToCrm(planlens, salesPremium);
    const refused = await anotherBrowser.get(panelUrl(planlens, salesPremium));
    expect([new URL(refused.url).origin, refused.status]).toEqual([sandbox.url, 403]);
    control.approve({ tenant: tenantId });
    const setupPage = await installAs(await signInToCrm(planlens, administrator), planlens);
    expect(setupPage.html).toContain('<h1>Planlens is installed</h1>');
    await expectFreshData(0);
  });
});
