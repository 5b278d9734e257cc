import { createHmac, randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { loadConfig } from '../../src/config.ts';
import { createMetrics } from '../../src/metrics.ts';
import { openServices, type Services } from '../../src/services.ts';
import { emptyDatabase } from '../support/database.ts';
import { appEnvironment, install, panelUrl, people, signedInToCrm } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { freePort, type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';

const { ctx } = people.administrator;
/** How many webhook events, and over how long (ms) processes are killed: more by `PLANLENS_STORM=20000,120000`. */
const [events = 300, stormMs = 9_000] = (process.env.PLANLENS_STORM ?? '')
  .split(',')
  .filter(Boolean)
  .map(Number);

/** Three processes on one database, as behind a load balancer. */
describe('three processes on one PostgreSQL', () => {
  let sandbox: Sandbox;
  let services: Services;
  let databaseUrl: string;
  let environment: NodeJS.ProcessEnv;
  const ports: number[] = [];
  const running: ServerProcess[] = [];

  beforeAll(async () => {
    for (let each = 0; each < 3; each += 1) ports.push(await freePort());
    const publicUrl = urlOf(0);
    sandbox = await startSandbox({ appUrl: publicUrl });
    databaseUrl = await emptyDatabase();
    environment = { ...appEnvironment(publicUrl, sandbox, databaseUrl), LOG_LEVEL: 'error' };
    services = await openServices({
      config: loadConfig(environment),
      log: pino({ level: 'silent' }),
      metrics: createMetrics(),
      now: Date.now,
    });
    await Promise.all(ports.map((_port, index) => start(index)));
    await install({ sandbox, url: publicUrl });
  });
  afterAll(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await services.close();
    await sandbox.close();
  });

  function urlOf(index: number): string {
    return `http://localhost:${ports[index]}`;
  }

  async function start(index: number): Promise<void> {
    running[index] = spawnServer({ ...environment, PORT: String(ports[index]) });
    await untilReady(urlOf(index));
  }

  it('share what one of them read: thirty views through all of them ask SuperOffice for no licence again', async () => {
    const visitor = await signedInToCrm({ sandbox }, people.salesPremium);
    await visitor.get(panelUrl({ url: urlOf(0) }, people.salesPremium));
    sandbox.control.clearRequests();
    const shown = await Promise.all(
      Array.from({ length: 30 }, async (_each, index) => {
        const url = panelUrl({ url: urlOf(index % 3) }, people.salesPremium);
        return (await visitor.get(url)).html.includes('<h1>Sales-Premium</h1>');
      }),
    );
    expect(shown.every(Boolean)).toBe(true);
    const read = sandbox.control.requests().filter(({ operation }) => operation.startsWith('License.'));
    expect(read).toEqual([]);
  });

  it(
    'lose no event and work none off twice while they are killed at random',
    async () => {
      const { hookId, secret } = await services.webhooks.ofTenant(ctx);
      const sign = (body: string, key: string) => createHmac('sha256', key).update(body).digest('base64');
      const unexpected: number[] = [];

      /** One call to whichever process; 0 where none answered. */
      async function call(body: string, signature: string): Promise<number> {
        const url = `${urlOf(randomInt(3))}/callbacks/webhooks/${hookId}`;
        const headers = { 'X-SuperOffice-Signature': signature };
        return fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(5_000) }).then(
          ({ status }) => status,
          () => 0,
        );
      }

      /** As SuperOffice does: again until it is answered by 200, and now and then once more. */
      async function deliver(body: string): Promise<void> {
        for (let repeats = randomInt(2); repeats >= 0; ) {
          const status = await call(body, sign(body, secret()));
          if (status === 200) repeats -= 1;
          else if (status !== 0) unexpected.push(status);
          else await sleep(100);
        }
      }

      const forged = async (body: string) => {
        const status = await call(body, sign(body, 'another secret'));
        if (status !== 0 && status !== 401) unexpected.push(status);
      };

      let storming = true;
      const killing = (async () => {
        for (const end = Date.now() + stormMs; Date.now() < end; await sleep(randomInt(300, 1_200))) {
          const victim = randomInt(3);
          running[victim]?.child.kill('SIGKILL');
          await running[victim]?.ended();
          await start(victim);
        }
        storming = false;
      })();

      const bodies = Array.from({ length: events }, () => {
        const told = { Event: 'associate.changed', ContextIdentifier: ctx, PrimaryKey: randomInt(100, 200) };
        return JSON.stringify({ EventId: randomUUID(), ...told });
      });
      const queue = [...bodies];
      const senders = Array.from({ length: 12 }, async () => {
        for (let body = queue.pop(); body !== undefined; body = queue.pop()) {
          await deliver(body);
          await forged(body.replace('associate.changed', 'associate.deleted'));
          if (storming) await sleep((12 * stormMs) / events);
        }
      });
      await Promise.all([...senders, killing]);
      await expect
        .poll(async () => (await services.inbox.counts()).waiting, { timeout: 90_000, interval: 250 })
        .toBe(0);

      const kept = (await rowsIn(databaseUrl, 'callbacks')) as { event_id: string; done_at: Date | null }[];
      const genuine = bodies.map((body) => `webhook ${JSON.parse(body).EventId}`).sort();
      expect(kept.map(({ event_id }) => event_id).sort()).toEqual(genuine);
      expect(kept.filter(({ done_at }) => done_at === null)).toEqual([]);
      expect(unexpected).toEqual([]);
    },
    stormMs + 180_000,
  );
});
