import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createCompareUsers } from '../../../../src/lifecycle/reconcile/compare-users.ts';
import { createReconcileTenant } from '../../../../src/lifecycle/reconcile/reconcile-tenant.ts';
import type { LicenseSnapshots } from '../../../../src/snapshots/license-snapshots.ts';
import type { UserStore } from '../../../../src/snapshots/user-store.ts';
import type { WebApi } from '../../../../src/superoffice/api/web-api.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import type { SessionCutoffStore } from '../../../../src/tenants/session-cutoff-store.ts';
import { tenant } from '../../web/panel/panel-contexts.ts';

type Row = Readonly<Record<string, unknown>>;
const listed = (associateDbId: unknown): Row => ({ associateDbId, fullName: 'A', userplan: 'Sales' });
const stored = (associateId: number) => ({
  associateId,
  name: 'A',
  userPlan: 'Sales',
  canLogIn: null,
  retired: false,
});

describe('createReconcileTenant', () => {
  /**
   * Reconciles a tenant with these stored users and returns what happened.
   * @param lists the rows of successive user lists; an error for a failed one
   */
  async function reconcile(options: {
    before?: readonly number[];
    lists: readonly (readonly Row[] | Error)[];
    erased?: readonly number[];
    licensesFail?: Error;
  }) {
    let lists = 0;
    let replaced: readonly number[] | null = null;
    let retired: readonly number[] = [];
    let removed: readonly number[] = [];
    let isComplete: boolean | null = null;
    const refreshed: (number | null)[] = [];
    const enqueued: string[] = [];
    let changed: readonly number[] = [];
    const compareUsers = createCompareUsers({
      users: {
        lastReadAt: async () => 0,
        listByTenant: async () => (options.before ?? []).map(stored),
        listErased: async () => new Set(options.erased),
        replace: async (_tenantId, users, changes, read) => {
          changed = changes.map(({ associateId }) => associateId);
          replaced = users.map(({ associateId }) => associateId);
          retired = users.flatMap((user) => (user.retired ? [user.associateId] : []));
          isComplete = read.isComplete;
        },
      } as Partial<UserStore> as UserStore,
      sessionCutoffs: {
        endSessions: async (_tenantId, associateIds) => {
          removed = associateIds;
        },
      } as Partial<SessionCutoffStore> as SessionCutoffStore,
      jobs: {
        enqueue: async (_queue, jobs) => {
          enqueued.push(...jobs.map(({ key }) => key));
        },
      },
      webApi: {
        asSystemUser: () => ({
          call: async () => {
            const list = options.lists[lists];
            lists += 1;
            if (list instanceof Error) throw list;
            return { value: list };
          },
        }),
      } as Partial<WebApi> as WebApi,
      locks: (_name, work) => work({ transaction: () => Promise.reject(new Error('not used')) }),
      log: pino({ level: 'silent' }),
      now: Date.now,
    });
    const run = createReconcileTenant({
      syncTenantStatus: async () => ({ active: true, nextCheckMs: null }),
      provision: { provisionAll: async () => {}, provisionIfNeeded: async () => {} },
      licenses: {
        refreshIfOlderThan: async (_tenant: unknown, associateId: number | null) => {
          if (options.licensesFail !== undefined) throw options.licensesFail;
          refreshed.push(associateId);
        },
        getTenantLicenses: async () => null,
      } as Partial<LicenseSnapshots> as LicenseSnapshots,
      seatCounts: { record: async () => {} },
      compareUsers,
      recordLogins: async () => {},
      now: Date.now,
    });
    const failure = await run(tenant).then(
      () => null,
      (error: Error) => error,
    );
    return { failure, replaced, retired, removed, refreshed, enqueued, changed, lists, isComplete };
  }

  it('ends the sessions of a user who is missing from two lists in succession', async () => {
    const { removed, replaced, lists } = await reconcile({
      before: [1, 2],
      lists: [[listed(1)], [listed(1)]],
    });
    expect({ removed, replaced, lists }).toEqual({ removed: [2], replaced: [1], lists: 2 });
  });

  it('enqueues the reading of the licenses of a user whose plan changed, before the list is stored', async () => {
    const upgraded = { ...listed(2), userplan: 'Sales Premium' };
    const { enqueued, replaced } = await reconcile({ before: [1, 2], lists: [[listed(1), upgraded]] });
    expect({ enqueued, replaced }).toEqual({ enqueued: ['Cust12345 2'], replaced: [1, 2] });
  });

  it('finds a change of a new user, and none of one who was erased and is listed again', async () => {
    const lists = [[listed(1), listed(2), listed(3)]];
    const { changed, enqueued, replaced } = await reconcile({ before: [1], erased: [3], lists });
    expect({ changed, enqueued, replaced }).toEqual({
      changed: [2],
      enqueued: ['Cust12345 2'],
      replaced: [1, 2, 3],
    });
  });

  it('keeps a user who is missing from one list only', async () => {
    const { removed, replaced } = await reconcile({
      before: [1, 2],
      lists: [[listed(1)], [listed(1), listed(2)]],
    });
    expect({ removed, replaced }).toEqual({ removed: [], replaced: [1, 2] });
  });

  it('keeps a user whose row may be one that is unreadable', async () => {
    const { removed, replaced, lists, isComplete } = await reconcile({
      before: [1, 2],
      lists: [[listed(1), listed(null)]],
    });
    expect({ removed, replaced, lists }).toEqual({ removed: [], replaced: [1, 2], lists: 1 });
    expect(isComplete).toBe(false);
  });

  const left = (associateDbId: number, userplan: string): Row => ({
    associateDbId,
    fullName: 'A',
    userplan,
    isActive: false,
  });

  it('ends the sessions of a retired user, who stays on the list for as long as they hold a plan', async () => {
    const leave = async (userplan: string, before = [1, 2]) => {
      const rows = [listed(1), left(2, userplan)];
      const { removed, replaced, retired } = await reconcile({ before, lists: [rows, rows] });
      return { removed, replaced, retired };
    };
    expect(await leave('Sales')).toEqual({ removed: [2], replaced: [1, 2], retired: [2] });
    expect(await leave('(No Selection)')).toEqual({ removed: [2], replaced: [1], retired: [] });
    expect(await leave('Sales', [1])).toEqual({ removed: [], replaced: [1, 2], retired: [2] });
  });

  it('keeps a user active whom only one of two lists has as retired', async () => {
    const { removed, replaced, retired } = await reconcile({
      before: [1, 2],
      lists: [
        [listed(1), left(2, 'Sales')],
        [listed(1), listed(2)],
      ],
    });
    expect({ removed, replaced, retired }).toEqual({ removed: [], replaced: [1, 2], retired: [] });
  });

  it('reads one list when nobody is missing', async () => {
    expect((await reconcile({ before: [1], lists: [[listed(1), listed(2)]] })).lists).toBe(1);
  });

  const unreadable = new SuperOfficeError('timeout', 'users');

  it('reads the licenses although the users cannot be read, and reports only that part', async () => {
    const { failure, refreshed } = await reconcile({ lists: [unreadable] });
    expect(failure).toMatchObject({ name: 'PartialFailure', part: 'users', cause: unreadable });
    expect(refreshed).toEqual([null]);
  });

  it('compares the users although the licenses cannot be read, and reports only that part', async () => {
    const licensesFail = new SuperOfficeError('server-error', 'tenant licenses');
    const { failure, replaced } = await reconcile({ lists: [[listed(1)]], licensesFail });
    expect(failure).toMatchObject({ part: 'licenses', cause: licensesFail });
    expect(replaced).toEqual([1]);
  });

  it('fails as a whole when neither can be read', async () => {
    const licensesFail = new SuperOfficeError('throttled', 'tenant licenses');
    expect((await reconcile({ lists: [unreadable], licensesFail })).failure).toBe(licensesFail);
  });
});
