import { expect, it } from 'vitest';
import type { NewJob } from '../../../../src/coordination/jobs/job-queue.ts';
import { createHandleUserChange } from '../../../../src/lifecycle/callbacks/callback-handlers.ts';

const tenantId = 'Cust12345';

/** A handler whose tenant has stored licenses of users 1 to 100, and what it did. */
function createHandler() {
  let now = 1_000_000;
  const done = {
    ended: [] as number[],
    read: [] as number[],
    expired: [] as number[],
    enqueued: [] as string[],
  };
  const deps = {
    tenants: { findCached: async () => ({ tenantId, status: 'active' }) },
    licenses: {
      findKnownUsers: async (_tenantId: string, ids: readonly number[]) => ids.filter((id) => id <= 100),
      expireUsers: async (_tenantId: string, ids: readonly number[]) => void done.expired.push(...ids),
      refreshIfOlderThan: async (_tenant: object, id: number) => void done.read.push(id),
      findTenantReadAt: async () => now,
    },
    userData: {},
    sessionCutoffs: {
      endChangedSessions: async (_tenantId: string, ids: readonly number[]) => void done.ended.push(...ids),
    },
    jobs: {
      enqueue: async (_queue: string, jobs: readonly NewJob<'user-changes'>[]) =>
        void done.enqueued.push(...jobs.map(({ key }) => key)),
    },
    now: () => now,
  };
  const handle = createHandleUserChange(deps as unknown as Parameters<typeof createHandleUserChange>[0]);
  return { handle, done, later: (ms: number) => (now += ms) };
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_each, index) => from + index);

it('reads the licenses of a changed user whose licenses are stored, and of no other', async () => {
  const { handle, done } = createHandler();
  await handle({ tenantId, associateId: 5, deleted: false });
  await handle({ tenantId, associateId: 500, deleted: false });
  expect(done).toEqual({
    ended: [5, 500],
    read: [5],
    expired: [],
    enqueued: [`${tenantId} any`, `${tenantId} any`],
  });
});

it('gives each of few users that changed at once a job, and lets those of many be read when they are asked for', async () => {
  const { handle, done } = createHandler();
  await handle({ tenantId, associateIds: range(81, 130) });
  expect(done.ended).toEqual(range(81, 130));
  expect(done.enqueued).toEqual([...range(81, 100).map((id) => `${tenantId} ${id}`), `${tenantId} any`]);
  expect(done.expired).toEqual([]);

  await handle({ tenantId, associateIds: range(79, 82) });
  expect(done.expired).toEqual([79, 80]);
  expect(done.enqueued.slice(-3)).toEqual([`${tenantId} 81`, `${tenantId} 82`, `${tenantId} any`]);
  expect(done.read).toEqual([]);
});

it('reads the licenses of at most twenty users of a tenant in ten seconds, each as often as they change', async () => {
  const { handle, done, later } = createHandler();
  for (const associateId of [...range(1, 22), 1]) await handle({ tenantId, associateId, deleted: false });
  expect(done.read).toEqual([...range(1, 20), 1]);
  expect(done.expired).toEqual([21, 22]);
  later(10_001);
  await handle({ tenantId, associateId: 21, deleted: false });
  expect(done.read.at(-1)).toBe(21);
});
