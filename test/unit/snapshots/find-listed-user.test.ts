import { describe, expect, it } from 'vitest';
import { createFindListedUser } from '../../../src/snapshots/find-listed-user.ts';
import { SuperOfficeError } from '../../../src/superoffice/transport/superoffice-error.ts';
import { tenant } from '../web/panel/panel-contexts.ts';

/** Finds user 5, who is on the list once it was read. */
function setUp({ isStored = false, failure }: { isStored?: boolean; failure?: Error } = {}) {
  const user = { name: 'Anna', userPlan: 'Sales Premium', readAt: 1 };
  let end = () => {};
  const reading = new Promise<void>((resolve) => {
    end = resolve;
  });
  let isListed = isStored;
  let reads = 0;
  const find = createFindListedUser({
    users: { findListed: async () => (isListed ? user : null) },
    async compareUsers() {
      reads += 1;
      await reading;
      if (failure !== undefined) throw failure;
      isListed = true;
    },
    now: Date.now,
  });
  return {
    find: (status: 'active' | 'revoked' = 'active') => find({ ...tenant, status }, 5),
    user,
    endReading: () => end(),
    reads: () => reads,
  };
}

describe('createFindListedUser', () => {
  it('reads the list once for everybody who waits for it', async () => {
    const { find, user, endReading, reads } = setUp();
    const found = Promise.all([find(), find(), find()]);
    await new Promise((resolve) => setImmediate(resolve));
    endReading();
    expect(await found).toEqual([user, user, user]);
    expect(reads()).toBe(1);
  });

  it('reads nothing for a user who is on it, or of a tenant that is not served', async () => {
    const listed = setUp({ isStored: true });
    expect(await listed.find()).toEqual(listed.user);
    const revoked = setUp();
    expect(await revoked.find('revoked')).toBeNull();
    expect(listed.reads() + revoked.reads()).toBe(0);
  });

  it('finds nobody if SuperOffice does not report the list', async () => {
    const { find, endReading } = setUp({ failure: new SuperOfficeError('too-many-calls', 'users') });
    endReading();
    expect(await find()).toBeNull();
  });
});
