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
    tenants: { findCached: async (id: string) => ({ tenantId: id, status: 'active' }) },
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

it('reads the licenses of few users that changed at once, and lets those of many be read when they are asked for', async () => {
  const { handle, done } = createHandler();
  await handle({ tenantId, associateIds: range(97, 130) });
  expect(done).toEqual({
    ended: range(97, 130),
    read: range(97, 100),
    expired: [],
    enqueued: [`${tenantId} any`],
  });

  await handle({ tenantId, associateIds: range(1, 4) });
  expect(done.read).toEqual([...range(97, 100), 1]);
  expect(done.expired).toEqual([2, 3, 4]);
});

it('reads the licenses of at most five users of a tenant in ten seconds', async () => {
  const { handle, done, later } = createHandler();
  for (const associateId of range(1, 6)) {
    await handle({ tenantId, associateId, deleted: false });
    later(1_000);
  }
  expect(done.read).toEqual(range(1, 5));
  expect(done.expired).toEqual([6]);
  await handle({ tenantId: 'Cust2', associateId: 7, deleted: false });
  expect(done.read.at(-1)).toBe(7);
  later(4_000);
  await handle({ tenantId, associateId: 6, deleted: false });
  expect(done.expired).toEqual([6, 6]);
  later(1);
  await handle({ tenantId, associateId: 6, deleted: false });
  expect(done.read.at(-1)).toBe(6);
});
