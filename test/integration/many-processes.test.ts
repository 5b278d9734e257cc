import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { createTenants } from '../../sandbox/tenants.ts';
import { signWebhookBody } from '../../sandbox/webhook-signature.ts';
import type { Services } from '../../src/services.ts';
import { migratedDatabase, runQuery, runStatement } from '../support/database.ts';
import { startFlood } from '../support/flood.ts';
import { freePort } from '../support/free-port.ts';
import { getTenant } from '../support/get-tenant.ts';
import { countWaitingCallbacks } from '../support/jobs.ts';
import { type LoadBalancer, startLoadBalancer } from '../support/load-balancer.ts';
import { isLongForm } from '../support/long-form.ts';
import { openPeerServices } from '../support/peer-services.ts';
import { appEnvironment, install, panelUrl, type TestUser, testUsers } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const { tenantId } = testUsers.administrator;
/** The number of webhook events, and how long processes are killed, ms. For a longer run: `PLANLENS_STORM=20000,120000`. */
const [events = isLongForm ? 2_000 : 100, stormMs = isLongForm ? 30_000 : 3_000] = (
  process.env.PLANLENS_STORM ?? ''
)
  .split(',')
  .filter(Boolean)
  .map(Number);
/** Concurrent panel views. */
const views = isLongForm ? 1_000 : 100;

/** When the last job that was completed for each user began, ms since 1970. */
const lastWorkByUser = `
  select associate::text::int as user, (extract(epoch from max(started_on)) * 1000)::float8 as at
  from pgboss.job, jsonb_array_elements(coalesce(data->'associateIds', jsonb_build_array(data->'associateId'))) as associate
  where name = 'user-changes' and state = 'completed' and associate <> 'null'
  group by 1`;

describe('three processes on one PostgreSQL', () => {
  let sandbox: Sandbox;
  let services: Services;
  let databaseUrl: string;
  let environment: NodeJS.ProcessEnv;
  let balancer: LoadBalancer;
  let publicUrl: string;
  const ports: number[] = [];
  const running: ServerProcess[] = [];
  /** Users who sign in without another identity provider. */
  const users: TestUser[] = (createTenants().find(tenantId)?.users ?? [])
    .filter(({ identityProvider, retired }) => identityProvider === 'superoffice-online' && !retired)
    .map(({ associateId, userName }) => ({ tenantId, associateId, userName }));

  beforeAll(async () => {
    for (let each = 0; each < 3; each += 1) ports.push(await freePort());
    const port = await freePort();
    publicUrl = `http://localhost:${port}`;
    balancer = await startLoadBalancer(port, ports);
    sandbox = await startSandbox({ appUrl: publicUrl });
    databaseUrl = await migratedDatabase();
    environment = { ...appEnvironment(publicUrl, sandbox, databaseUrl), LOG_LEVEL: 'error' };
    services = await openPeerServices(environment);
    await start(0);
    await install({ sandbox, url: publicUrl });
    // The first test needs processes that have read nothing.
    await kill(0);
    for (const table of ['license_snapshots', 'tickets'])
      await runStatement(databaseUrl, `delete from ${table}`);
    await Promise.all([0, 1, 2].map(start));
  });
  afterAll(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await services.close();
    await balancer.close();
    await sandbox.close();
  });

  async function start(index: number): Promise<void> {
    running[index] = spawnServer({ ...environment, PORT: String(ports[index]) });
    await untilReady(`http://localhost:${ports[index]}`);
  }
  async function kill(index: number): Promise<void> {
    running[index]?.child.kill('SIGKILL');
    await running[index]?.ended();
  }
  const calls = (operation: string) =>
    sandbox.control.requests().filter((request) => request.operation === operation).length;

  /** The panel of a signed-in user, from the process at `url`. @returns its status and HTML */
  async function getPanel(person: TestUser, url: string): Promise<string> {
    const headers = { cookie: sessionCookie(environment, person) };
    const response = await fetch(panelUrl({ url }, person), { headers, redirect: 'manual' });
    return `${response.status} ${await response.text()}`;
  }

  it(`${views} concurrent first panel views read the tenant once, and each user at most once per process`, async () => {
    sandbox.control.clearRequests();
    const results = await Promise.all(
      Array.from({ length: views }, async (_each, index) => {
        const person = users[index % users.length] as TestUser;
        const open = async () => {
          const panel = await getPanel(person, publicUrl);
          const status = panel.slice(0, 3);
          return status === '200' && panel.includes('data-row=')
            ? 'shown'
            : `${person.associateId}: ${status}`;
        };
        const result = await open();
        // Beside other work, the start of three processes takes longer than a page waits.
        return result.endsWith(': 503') ? open() : result;
      }),
    );
    expect(results.filter((each) => each !== 'shown')).toEqual([]);
    expect(calls('SystemUser.Authenticate')).toBe(1);
    expect(calls('License.GetLicenseFromDB')).toBe(1);
    expect(calls('License.GetUserLicenses')).toBeLessThanOrEqual(users.length * ports.length);
  });

  it('the panel of each process shows changes made by another process despite its cache', async () => {
    const person = users[0] as TestUser;
    const getPanels = () => Promise.all(ports.map((port) => getPanel(person, `http://localhost:${port}`)));
    const statuses = async () => (await getPanels()).map((page) => page.slice(0, 3));
    const showRequest = async () => (await getPanels()).map((page) => page.includes('id="own-requests"'));
    expect(await showRequest()).toEqual([false, false, false]);
    const accessRequest = { associateId: person.associateId, subject: 'feature:mailings' };
    await services.accessRequests.submit(tenantId, { ...accessRequest, requestedBy: '', reason: '' });
    await expect.poll(showRequest).toEqual([true, true, true]);
    await services.accessRequests.withdraw(tenantId, accessRequest);
    await expect.poll(showRequest).toEqual([false, false, false]);

    const showRevocation = async () => (await getPanels()).map((page) => page.includes('no longer approves'));
    await services.tenants.saveStatus(await getTenant(services.tenants, tenantId), 'revoked');
    await expect.poll(showRevocation).toEqual([true, true, true]);
    await services.tenants.saveStatus(await getTenant(services.tenants, tenantId), 'active');
    await expect.poll(showRevocation).toEqual([false, false, false]);
    expect(await statuses()).toEqual(['200', '200', '200']);
  });

  // It needs a machine of its own: a thousand events a second take two cores.
  it.runIf(isLongForm)(
    'a state change is acted on within 2 s of a flood of another tenant and of a slow one',
    async () => {
      const slow = { tenantId: 'Cust20002', associateId: 201, userName: 'ingrid.dahl@suitecore.example' };
      const changing = testUsers.otherAdministrator;
      for (const person of [slow, changing]) await install({ sandbox, url: publicUrl }, person);
      const { hookId, secret } = await services.webhooks.findOrCreate(tenantId);
      sandbox.control.delay({ tenant: slow.tenantId, operation: '*', ms: 9_000 });
      const sendStateChange = (tenant: string) => sandbox.control.sendStateChange({ tenant, changeType: 2 });
      await sendStateChange(slow.tenantId);
      const floods = await Promise.all(
        ports.map((port) =>
          startFlood({
            url: `http://localhost:${port}`,
            connections: 17,
            method: 'POST',
            path: `/callbacks/webhooks/${hookId}`,
            body: `{"EventId":"00000000-0000-4000-8000-0000{number}","Event":"associate.changed","ContextIdentifier":"${tenantId}","PrimaryKey":{number}}`,
            secret: secret(),
            perSecond: 334,
            atLeast: 1_667,
          }),
        ),
      );
      const latencies: number[] = [];
      for (const [state, status] of [
        ['Suspended', 'suspended'],
        ['Running', 'active'],
      ] as const) {
        await sleep(3_000);
        sandbox.control.setTenantState({ tenant: changing.tenantId, state });
        const sentAt = performance.now();
        expect((await sendStateChange(changing.tenantId)).status).toBe(200);
        const isActedOn = async () =>
          (await getTenant(services.tenants, changing.tenantId)).status === status;
        await vi.waitUntil(isActedOn, { timeout: 30_000, interval: 20 });
        latencies.push(Math.round(performance.now() - sentAt));
      }
      const results = await Promise.all(floods.map((flood) => flood.stop()));
      process.stdout.write(`${JSON.stringify({ latenciesMs: latencies, floods: results })}\n`);
      sandbox.control.clearFaults();
      for (const { statuses, errors } of results)
        expect([Object.keys(statuses), errors]).toEqual([['200'], 0]);
      for (const { statuses } of results) expect(statuses[200]).toBeGreaterThanOrEqual(1_667);
      for (const latency of latencies) expect(latency).toBeLessThan(2_000);
      await expect.poll(() => countWaitingCallbacks(databaseUrl), { interval: 500 }).toBe(0);
    },
  );

  it(
    'every event is stored once and processed while processes are killed at random',
    async () => {
      const known = users.slice(0, 6);
      for (const person of known) expect(await getPanel(person, publicUrl)).toContain('data-row=');
      const { hookId, secret } = await services.webhooks.findOrCreate(tenantId);
      const unexpected: string[] = [];
      let unavailable = 0;

      /** One call through the load balancer, which responds with 502 while no process is up. */
      async function call(body: string, signature: string): Promise<number> {
        const url = `${publicUrl}/callbacks/webhooks/${hookId}`;
        const headers = { 'X-SuperOffice-Signature': signature };
        return (await fetch(url, { method: 'POST', body, headers })).status;
      }

      /** Repeats a call until it gets 200, as SuperOffice does, and sometimes once more. */
      async function deliver(what: string, post: () => Promise<number>): Promise<void> {
        for (let repeats = randomInt(2); repeats >= 0; ) {
          const status = await post();
          if (status === 200) repeats -= 1;
          else if (status === 502) {
            unavailable += 1;
            await sleep(100);
          } else {
            unexpected.push(`${what} ${status}`);
            repeats -= 1;
          }
        }
      }
      async function forge(what: string, post: () => Promise<number>): Promise<void> {
        const status = await post();
        if (status === 502) unavailable += 1;
        else if (status !== 401) unexpected.push(`forged ${what} ${status}`);
      }

      let killingProcesses = true;
      const killing = (async () => {
        for (const end = Date.now() + stormMs; Date.now() < end; await sleep(randomInt(300, 1_200))) {
          const victim = randomInt(3);
          await kill(victim);
          await start(victim);
        }
        killingProcesses = false;
      })();

      // Half of them concern users with a cached panel. The order is random.
      const bodies = Array.from({ length: events }, (_each, index) => {
        const primaryKey =
          index % 2 === 0 ? (known[index % known.length]?.associateId ?? 0) : randomInt(1_000, 2_000);
        const fields = { Event: 'associate.changed', ContextIdentifier: tenantId, PrimaryKey: primaryKey };
        return JSON.stringify({ EventId: randomUUID(), Timestamp: new Date().toISOString(), ...fields });
      });
      const queue = [...bodies];
      const senders = Array.from({ length: 12 }, async () => {
        for (let body = queue.pop(); body !== undefined; body = queue.pop()) {
          const event = body;
          await deliver('webhook', () => call(event, signWebhookBody(event, secret())));
          const forged = event
            .replace('associate.changed', 'associate.deleted')
            .replace('EventId":"', 'EventId":"forged-');
          await forge('webhook', () => call(forged, signWebhookBody(forged, 'another secret')));
          if (killingProcesses) await sleep((12 * stormMs) / events);
        }
      });

      const notify = (changeType: number) => async () =>
        (await sandbox.control.sendStateChange({ tenant: tenantId, changeType })).status;

      /** Changes the tenant state and a plan, with late, duplicate, reordered and forged notifications. */
      async function changeState(round: number): Promise<void> {
        const isSuspended = round % 4 === 3;
        sandbox.control.setTenantState({ tenant: tenantId, state: isSuspended ? 'Suspended' : 'Running' });
        const plan = [null, 'ten-sales', 'ten-service'][round % 3] ?? null;
        sandbox.control.setPlan({ tenant: tenantId, associateId: 102, plan });
        for (const changeType of isSuspended ? [3, 2, 4] : [2, 4, 3, 0]) {
          await deliver(`state change ${changeType}`, notify(changeType));
        }
        sandbox.control.corruptNextToken({ kind: 'state-change', defect: 'tampered' });
        await forge('state change', notify(4));
        await sleep(randomInt(200, 600));
      }
      const stateChanges = (async () => {
        for (let round = 0; killingProcesses; round += 1) await changeState(round);
        sandbox.control.setTenantState({ tenant: tenantId, state: 'Running' });
        await deliver('the last state change', notify(3));
      })();

      await Promise.all([...senders, killing, stateChanges]);
      await sandbox.control.whenDelivered();
      const waiting = async () => {
        // Jobs that failed while the tenant was suspended would wait for minutes.
        await runStatement(
          databaseUrl,
          "update pgboss.job set start_after = now() where state = 'retry' and start_after > now() + interval '31 seconds'",
        );
        return countWaitingCallbacks(databaseUrl);
      };
      await expect.poll(waiting, { timeout: 120_000, interval: 500 }).toBe(0);

      expect(unexpected).toEqual([]);
      // The sandbox delivers events of its own as well.
      expect(unavailable).toBeLessThanOrEqual(balancer.unavailableCount());
      const stored = (await rowsIn(databaseUrl, 'callbacks')) as unknown as {
        event_id: string;
        received_at: Date;
      }[];
      const ours = new Set(bodies.map((body) => `webhook ${JSON.parse(body).EventId}`));
      expect(stored.filter(({ event_id }) => ours.has(event_id))).toHaveLength(events);
      expect(stored.filter(({ event_id }) => event_id.startsWith('webhook forged-'))).toEqual([]);
      expect(await services.jobs.deadLetters.list()).toEqual([]);
      // An event whose job is lost leaves its user without a job that began after it.
      const lastWork = new Map(
        (await runQuery(databaseUrl, lastWorkByUser)).map(({ user, at }) => [user, Number(at)]),
      );
      const receivedAt = new Map(stored.map(({ event_id, received_at }) => [event_id, Number(received_at)]));
      const neglected = bodies.filter((body) => {
        const { EventId, PrimaryKey } = JSON.parse(body);
        // A job takes an event along that arrives while a worker fetches the job.
        return (lastWork.get(PrimaryKey) ?? 0) + 1_000 < (receivedAt.get(`webhook ${EventId}`) ?? 0);
      });
      expect(neglected).toEqual([]);

      const tenant = await getTenant(services.tenants, tenantId);
      expect(tenant.status).toBe('active');
      // As a panel does: in a storm, what changed is read when it is asked for.
      const assignedPlans = async (associateId: number) => {
        const own = await services.licenses.getUserLicenses(tenant, associateId);
        return own?.content.granted.map(({ name }) => name).filter((name) => name.startsWith('ten-'));
      };
      const { associateId } = known[1] as TestUser;
      expect(associateId).toBe(102);
      const last = sandbox.control.getUserPlan({ tenant: tenantId, associateId });
      // An event that came while the tenant was suspended is made up for by the reconciliation after it.
      await expect
        .poll(() => assignedPlans(associateId), { timeout: 60_000 })
        .toEqual(last === null ? [] : [last]);
      expect(await assignedPlans(101)).toEqual(['ten-sales']);
    },
    stormMs + 240_000,
  );
});
