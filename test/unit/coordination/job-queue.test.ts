import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type JobAttempt, type JobQueue, openJobQueue } from '../../../src/coordination/jobs/job-queue.ts';
import { deadLetterQueue, maxAttempts, queueWork } from '../../../src/coordination/jobs/queues.ts';
import { emptyDatabase } from '../../support/database.ts';
import { startSilentProxy } from '../../support/silent-proxy.ts';

const tenantId = 'Cust1';
const user = (associateId: number, ofTenant = tenantId) => ({
  payload: { tenantId: ofTenant, associateId, deleted: false },
  key: `${ofTenant} ${associateId}`,
});
const stateChange = (ofTenant: string) => ({
  payload: { tenantId: ofTenant, change: 'suspend' },
  key: `${ofTenant} suspend`,
});

describe('openJobQueue', () => {
  let url: string;
  let client: Client;
  const open: JobQueue[] = [];
  const attempts: JobAttempt[] = [];
  const errors: Error[] = [];

  beforeAll(async () => {
    url = await emptyDatabase();
    client = new Client({ connectionString: url });
    await client.connect();
  });
  afterEach(async () => {
    await Promise.all(open.map((queue) => queue.stopProcessing()));
    await Promise.all(open.splice(0).map((queue) => queue.close()));
    await client.query('delete from pgboss.job');
    attempts.length = 0;
    expect(errors).toEqual([]);
  });
  afterAll(() => client.end());

  /** Opens the queue as one of several processes does. */
  async function openQueue(): Promise<JobQueue> {
    const queue = await openJobQueue({
      url,
      onJobAttempt: (attempt) => void attempts.push(attempt),
      onJobQueueFailed: (error) => void errors.push(error),
    });
    open.push(queue);
    return queue;
  }
  const processed = () => attempts.filter(({ outcome }) => outcome === 'processed').length;
  async function countJobs(condition: string): Promise<number> {
    const { rows } = await client.query(`select count(*)::int as count from pgboss.job where ${condition}`);
    return rows[0].count;
  }

  it('adds one job for several changes of a user that wait, and another one while it is active', async () => {
    const queue = await openQueue();
    await Promise.all([1, 2, 3, 4, 5].map(() => queue.enqueue('user-changes', [user(5), user(5)])));
    expect(await countJobs('true')).toBe(1);
    const gates: (() => void)[] = [];
    await queue.process('user-changes', () => new Promise<void>((finish) => gates.push(finish)));
    await expect.poll(() => gates.length).toBe(1);
    await queue.enqueue('user-changes', [user(5)]);
    expect(await countJobs("state = 'created'")).toBe(1);
    gates[0]?.();
    await expect.poll(() => gates.length).toBe(2);
    gates[1]?.();
    await expect.poll(processed).toBe(2);
  });

  it('stores jobs only if the transaction commits', async () => {
    const queue = await openQueue();
    const { Kysely, PostgresDialect } = await import('kysely');
    const { Pool } = await import('pg');
    const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }) }) });
    const failing = db.transaction().execute(async (transaction) => {
      await queue.enqueue('user-changes', [user(5)], transaction);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await countJobs('true')).toBe(0);
    await db.transaction().execute((transaction) => queue.enqueue('user-changes', [user(5)], transaction));
    expect(await countJobs('true')).toBe(1);
    await db.destroy();
  });

  it('processes the jobs of a tenant one by one in each process, and those of others beside them', async () => {
    const processes = [await openQueue(), await openQueue()];
    /** The jobs that are active in each process, and the most that were at once, in all and of one tenant. */
    const active = processes.map((): string[] => []);
    const most = processes.map(() => ({ jobs: 0, ofOneTenant: 0 }));
    const workIn = (index: number) => async (payload: { readonly tenantId: string }) => {
      const jobs = active[index] ?? [];
      jobs.push(payload.tenantId);
      const ofTenant = jobs.filter((tenant) => tenant === payload.tenantId).length;
      const before = most[index] ?? { jobs: 0, ofOneTenant: 0 };
      most[index] = {
        jobs: Math.max(before.jobs, jobs.length),
        ofOneTenant: Math.max(before.ofOneTenant, ofTenant),
      };
      await sleep(20);
      jobs.splice(jobs.indexOf(payload.tenantId), 1);
    };
    await processes[0]?.enqueue('user-changes', [
      ...Array.from({ length: 20 }, (_each, index) => user(index, 'Cust1')),
      ...Array.from({ length: 20 }, (_each, index) => user(index, 'Cust2')),
    ]);
    for (const [index, queue] of processes.entries()) await queue.process('user-changes', workIn(index));
    await expect.poll(processed).toBe(40);
    expect(Math.max(...most.map(({ ofOneTenant }) => ofOneTenant))).toBe(1);
    expect(Math.max(...most.map(({ jobs }) => jobs))).toBe(2);
  });

  it('takes a job soon that arrives while another tenant occupies the worker that looked last', async () => {
    const queue = await openQueue();
    let finishSlow = () => {};
    const slow = new Promise<void>((finish) => {
      finishSlow = finish;
    });
    const started: string[] = [];
    await queue.enqueue('user-changes', [user(1, 'Slow')]);
    await queue.process('user-changes', (payload) => {
      started.push(payload.tenantId);
      return payload.tenantId === 'Slow' ? slow : Promise.resolve();
    });
    await expect.poll(() => started).toEqual(['Slow']);
    for (const tenant of ['Cust1', 'Cust2']) {
      await queue.enqueue('user-changes', [user(1, tenant)]);
      // Each worker looks for jobs by itself only every ten minutes.
      await expect.poll(() => started, { timeout: 15_000 }).toContain(tenant);
    }
    finishSlow();
    await expect.poll(processed).toBe(3);
  });

  it('starts no further workers for a queue that it processes already', async () => {
    const queue = await openQueue();
    let active = 0;
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { workers } = queueWork['user-changes'];
    const tenants = Array.from({ length: workers + 4 }, (_each, index) => user(1, `Cust${index}`));
    await queue.enqueue('user-changes', tenants);
    const work = () => {
      active += 1;
      return gate;
    };
    await queue.process('user-changes', work);
    await queue.process('user-changes', work);
    await expect.poll(() => countJobs("state = 'active'")).toBe(workers);
    // Workers that were too many would take these meanwhile.
    await queue.enqueue('user-changes', [user(1, 'Other')]);
    expect(await countJobs("state = 'active'")).toBe(workers);
    expect(active).toBe(workers);
    finish();
    await expect.poll(processed).toBe(tenants.length + 1);
  });

  it('acts on a state change within 2 s of a flood and of slow tenants', async () => {
    const queue = await openQueue();
    const changedAt: number[] = [];
    await queue.process('user-changes', () => sleep(9_000));
    await queue.process('state-changes', async ({ tenantId }) => {
      if (tenantId === 'Cust9') changedAt.push(performance.now());
      else await sleep(9_000);
    });
    for (let second = 0; second < 2; second += 1) {
      await queue.enqueue(
        'user-changes',
        Array.from({ length: 1_000 }, (_each, index) => user(second * 1_000 + index, 'Cust1')),
      );
      await queue.enqueue('state-changes', [stateChange('Cust1')]);
    }
    const sentAt = performance.now();
    await queue.enqueue('state-changes', [stateChange('Cust9')]);
    await expect.poll(() => changedAt, { interval: 20 }).toHaveLength(1);
    expect((changedAt[0] ?? Number.POSITIVE_INFINITY) - sentAt).toBeLessThan(2_000);
  });

  it('retries a failed job with increasing delay and reports the reason without storing more of the error', async () => {
    const queue = await openQueue();
    await queue.process('user-changes', async () => {
      throw Object.assign(new Error('superoffice-unavailable'), { authorization: 'Bearer secret' });
    });
    await queue.enqueue('user-changes', [user(5)]);
    await expect.poll(() => attempts.length).toBe(2);
    expect(attempts.map(({ outcome, attempts: count, reason }) => [outcome, count, reason])).toEqual([
      ['failed', 1, 'superoffice-unavailable'],
      ['failed', 2, 'superoffice-unavailable'],
    ]);
    const { rows } = await client.query('select output::text from pgboss.job');
    expect(JSON.stringify(rows)).not.toContain('Bearer secret');
  });

  it('makes a job a dead letter after the last attempt, lists it and returns it to its queue', async () => {
    const queue = await openQueue();
    let isFailing = true;
    await queue.enqueue('user-changes', [user(5)]);
    await client.query('update pgboss.job set retry_count = retry_limit - 1, started_on = now()');
    await queue.process('user-changes', async () => {
      if (isFailing) throw new Error('timeout');
    });
    await expect
      .poll(() => attempts.at(-1))
      .toMatchObject({
        queue: 'user-changes',
        payload: user(5).payload,
        attempts: maxAttempts,
        outcome: 'dead_lettered',
        reason: 'timeout',
      });
    // The job moves after the attempt is reported.
    await expect.poll(() => queue.deadLetters.list()).toHaveLength(1);
    const letters = await queue.deadLetters.list();
    expect(letters).toEqual([
      {
        id: expect.any(String),
        queue: 'user-changes',
        payload: user(5).payload,
        deadLetteredAt: expect.any(Date),
        lastError: 'timeout',
      },
    ]);
    isFailing = false;
    expect(await queue.deadLetters.retry('00000000-0000-4000-8000-000000000000')).toBe(0);
    expect(await queue.deadLetters.retry(letters[0]?.id ?? '')).toBe(1);
    await expect.poll(processed).toBe(1);
    expect(await queue.deadLetters.list()).toEqual([]);
  });

  it('makes a job that cannot be read a dead letter, and continues with the next', async () => {
    const queue = await openQueue();
    await queue.enqueue('user-changes', [user(5)]);
    await client.query(
      `update pgboss.job set data = '{"tenantId": 7}', retry_count = retry_limit, started_on = now()`,
    );
    await queue.enqueue('user-changes', [user(6)]);
    await queue.process('user-changes', async () => {});
    await expect.poll(processed).toBe(1);
    await expect.poll(() => queue.deadLetters.list()).toMatchObject([{ lastError: 'payload-unreadable' }]);
  });

  it('retries the job of a killed process, and makes it a dead letter if it kills every process', async () => {
    const queue = await openQueue();
    await queue.enqueue('reconciliations', [
      { payload: { tenantId: 'Cust1' }, key: 'Cust1' },
      { payload: { tenantId: 'Cust2' }, key: 'Cust2' },
    ]);
    // What a killed process leaves: active jobs without a heartbeat, one of them in its last attempt.
    await client.query(
      "update pgboss.job set state = 'active', started_on = now() - interval '1 minute', heartbeat_on = now() - interval '1 minute'",
    );
    await client.query("update pgboss.job set retry_count = retry_limit where singleton_key = 'Cust2'");
    await queue.process('reconciliations', async () => {});
    await expect.poll(processed).toBe(1);
    // The death counts as an attempt.
    expect(attempts).toMatchObject([{ payload: { tenantId: 'Cust1' }, outcome: 'processed', attempts: 2 }]);
    expect(await queue.deadLetters.list()).toMatchObject([
      { queue: 'reconciliations', payload: { tenantId: 'Cust2' }, lastError: 'job heartbeat timeout' },
    ]);
  });

  it('starts an urgent job although an active job of its tenant hangs', async () => {
    const queue = await openQueue();
    const payload = { tenantId: 'Cust1' };
    const gates: (() => void)[] = [];
    await queue.process('reconciliations', () => new Promise<void>((finish) => gates.push(finish)));
    await queue.enqueue('reconciliations', [{ payload, key: 'Cust1' }]);
    await expect.poll(() => gates.length).toBe(1);
    await queue.enqueue('reconciliations', [{ payload, key: 'Cust1' }]);
    await queue.enqueue('reconciliations', [{ payload, key: 'Cust1 requested', urgent: true }]);
    await expect.poll(() => gates.length).toBe(2);
    expect(await countJobs("state = 'created' and singleton_key = 'Cust1'")).toBe(1);
    for (const finish of gates) finish();
    await expect.poll(() => gates.length).toBe(3);
    gates[2]?.();
    await expect.poll(processed).toBe(3);
  });

  it('finishes active jobs before it stops and starts no other', async () => {
    const queue = await openQueue();
    const done: number[] = [];
    await queue.process('state-changes', async () => {
      await sleep(300);
      done.push(1);
    });
    await queue.enqueue('state-changes', [stateChange('Cust1')]);
    await expect.poll(() => countJobs("state = 'active'"), { interval: 20 }).toBe(1);
    await queue.stopProcessing();
    expect(done).toEqual([1]);
    await queue.enqueue('state-changes', [stateChange('Cust2')]);
    await sleep(300);
    expect(await countJobs("state = 'created'")).toBe(1);
    expect(await countJobs(`name = '${deadLetterQueue}'`)).toBe(0);
  });

  it('finishes a job that a worker was fetching when it stops', async () => {
    const queue = await openQueue();
    await queue.enqueue('reconciliations', [{ payload: { tenantId: 'Cust1' }, key: 'Cust1' }]);
    await client.query('begin');
    await client.query('lock table pgboss.job');
    let done = false;
    await queue.process('reconciliations', async () => {
      await sleep(100);
      done = true;
    });
    await expect
      .poll(async () => (await client.query('select from pg_locks where not granted')).rowCount)
      .toBeGreaterThan(0);
    const stopped = queue.stopProcessing();
    await client.query('commit');
    await stopped;
    expect(done).toBe(true);
  });

  it('finds a job soon after its idle connection has become silent', async () => {
    const proxy = await startSilentProxy(url);
    const failures: string[] = [];
    const behindProxy = await openJobQueue({
      url: proxy.url,
      onJobAttempt: () => {},
      onJobQueueFailed: ({ message }) => void failures.push(message),
    });
    onTestFinished(async () => {
      await behindProxy.stopProcessing();
      await behindProxy.close();
      await proxy.close();
    });
    let processed = false;
    await behindProxy.process('user-changes', async () => {
      processed = true;
    });
    // Every worker has fetched, and one connection remains.
    await sleep(2_000);
    proxy.stopForwarding();
    await sleep(1_500);
    proxy.forwardNewConnections();
    await (await openQueue()).enqueue('user-changes', [user(5)]);
    await expect.poll(() => processed, { timeout: 40_000 }).toBe(true);
    expect(failures).toContain('Query read timeout');
  });

  it('gives queues of an earlier version the options of this one, once', async () => {
    const names = [deadLetterQueue, ...Object.keys(queueWork)];
    const columns = 'name, retry_limit, heartbeat_seconds, notify, dead_letter, policy, updated_on';
    const queues = async () =>
      (await client.query(`select ${columns} from pgboss.queue where name = any($1) order by name`, [names]))
        .rows;
    const reopen = async () => {
      await Promise.all(open.splice(0).map((queue) => queue.close()));
      await openQueue();
    };
    await openQueue();
    const own = await queues();
    expect(own).toHaveLength(names.length);
    await reopen();
    expect(await queues()).toEqual(own);
    await client.query(
      `update pgboss.queue set retry_limit = 2, heartbeat_seconds = null, notify = not notify, dead_letter = null
       where name = any($1)`,
      [names],
    );
    await reopen();
    expect(await queues()).toEqual(own.map((queue) => ({ ...queue, updated_on: expect.any(Date) })));
  });

  it('closes its connections if the queues cannot be created', async () => {
    await openQueue();
    await client.query(
      `alter table pgboss.queue add constraint without_purges check (name <> 'purges') not valid`,
    );
    await client.query(`delete from pgboss.queue where name = 'purges'`);
    onTestFinished(async () => {
      await client.query('alter table pgboss.queue drop constraint without_purges');
      await openQueue();
    });
    const connections = async () =>
      (
        await client.query(
          `select from pg_stat_activity where application_name = 'planlens-jobs' and datname = current_database()`,
        )
      ).rowCount;
    await Promise.all(open.splice(0).map((queue) => queue.close()));
    await expect.poll(connections).toBe(0);
    await expect(openQueue()).rejects.toThrow('without_purges');
    await expect.poll(connections).toBe(0);
  });
});
