import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import type { KeptUserLicenses } from '../../../src/snapshots/license-snapshots.ts';
import { createRefreshAfterSignIn } from '../../../src/snapshots/refresh-after-sign-in.ts';
import { SuperOfficeError } from '../../../src/superoffice/transport/superoffice-error.ts';
import { tenant } from '../web/panel/panel-contexts.ts';

type Deps = Parameters<typeof createRefreshAfterSignIn>[0];
const { tenantId } = tenant;
const minute = 60_000;

/** A reader, what was read with which token, and whose data were saved. */
function setUp(
  given: {
    read?: (associateId: number) => Promise<void>;
    status?: 'active' | 'suspended';
    kept?: Partial<KeptUserLicenses>;
    endedAt?: number;
    /** Looks for a tenant: fails as long as the database is down. */
    find?: () => Promise<void>;
  } = {},
) {
  const clock = { now: 100 * minute };
  const reads: string[] = [];
  let lookups = 0;
  const saved: number[] = [];
  const refresh = createRefreshAfterSignIn({
    tenants: {
      async findCached() {
        lookups += 1;
        await given.find?.();
        return { ...tenant, status: given.status ?? 'active' };
      },
    } as Partial<Deps['tenants']> as Deps['tenants'],
    licenses: {
      getTenantLicenses: async () => null,
      getKeptUserLicenses: async () => (given.kept ? { content: given.kept } : null),
      async saveUserLicenses(_tenant, { licenses }, knownBy) {
        if (knownBy === 'stored-data') saved.push(licenses.associateId);
      },
    } as Partial<Deps['licenses']> as Deps['licenses'],
    sessionCutoffs: { notBefore: async () => given.endedAt ?? 0 } as Partial<
      Deps['sessionCutoffs']
    > as Deps['sessionCutoffs'],
    webApi: {
      asUser: (_tenantId, accessToken, turn) => ({
        async call() {
          reads.push(`${accessToken} ${turn}`);
          const associateId = Number(accessToken.split('-')[0]);
          await given.read?.(associateId);
          return {
            AssociateId: associateId,
            DatabaseContextIdentifier: tenantId,
            FullName: 'Anna',
            Licenses: [],
            FunctionRights: [],
          };
        },
      }),
    } as Partial<Deps['webApi']> as Deps['webApi'],
    log: pino({ level: 'silent' }),
    now: () => clock.now,
    pace: { settleMs: 20, busyMs: 1, outageMs: 1 },
  });
  const request = (associateId: number, accessToken = `${associateId}-a`) =>
    refresh.request({
      tenantId,
      associateId,
      accessToken,
      signedInAt: clock.now,
      knownBy: 'stored-data',
    });
  return { refresh, request, reads, saved, clock, lookups: () => lookups };
}

describe('createRefreshAfterSignIn', () => {
  it('reads each user once, with the latest token and calls that others leave', async () => {
    const { request, reads, saved } = setUp();
    for (const token of ['5-a', '5-b']) request(5, token);
    request(6);
    expect(reads).toEqual([]);
    await vi.waitFor(() => expect(saved).toEqual([5, 6]));
    expect(reads).toEqual(['5-b spare', '6-a spare']);
    request(5);
    await vi.waitFor(() => expect(saved).toEqual([5, 6, 5]));
  });

  it.each(['too-many-calls', 'timeout', 'circuit-open'] as const)(
    'tries again after %s, without holding up others',
    async (code) => {
      let failures = 3;
      const { request, saved } = setUp({
        async read(associateId) {
          if (associateId !== 5 || failures === 0) return;
          failures -= 1;
          throw new SuperOfficeError(code, 'current principal');
        },
      });
      for (const associateId of [5, 6, 7]) request(associateId);
      await vi.waitFor(() => expect(saved.toSorted()).toEqual([5, 6, 7]));
      expect(saved.at(-1)).toBe(5);
    },
  );

  it('tries again after the database was down', async () => {
    let failures = 5;
    const { request, saved } = setUp({
      async find() {
        failures -= 1;
        if (failures >= 0) throw new AppError('database-unavailable');
      },
    });
    for (const associateId of [5, 6]) request(associateId);
    await vi.waitFor(() => expect(saved.toSorted()).toEqual([5, 6]));
    expect(failures).toBeLessThan(0);
  });

  it('does not try again what SuperOffice refuses', async () => {
    const { request, reads, saved } = setUp({
      async read(associateId) {
        if (associateId === 5) throw new SuperOfficeError('unauthorized', 'current principal');
      },
    });
    for (const associateId of [5, 6]) request(associateId);
    await vi.waitFor(() => expect(saved).toEqual([6]));
    expect(reads).toEqual(['5-a spare', '6-a spare']);
  });

  it.each([
    ['a suspended tenant', { status: 'suspended' as const }],
    ['a user whose sessions ended', { endedAt: 200 * minute }],
    ['a user whom another process has read', { kept: { functionRightsReadAt: 101 * minute } }],
  ])('reads nothing of %s', async (_what, given) => {
    const { refresh, request, reads, lookups } = setUp(given);
    request(5);
    await vi.waitFor(() => expect(lookups()).toBeGreaterThan(1));
    await refresh.stop();
    expect(reads).toEqual([]);
  });

  it('does not use a token that may have expired', async () => {
    const { refresh, request, reads, clock, lookups } = setUp();
    request(5);
    clock.now += 16 * minute;
    await vi.waitFor(() => expect(lookups()).toBeGreaterThan(1));
    await refresh.stop();
    expect(reads).toEqual([]);
  });

  it.each([tenantId, `${tenantId}/5`])(
    'saves nothing after the removal of %s, even if the read is in progress',
    async (key) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const { refresh, request, reads, saved } = setUp({
        read: (associateId) => (associateId === 5 ? held : Promise.resolve()),
      });
      request(5);
      await vi.waitFor(() => expect(reads).toHaveLength(1));
      refresh.forget(key);
      release();
      request(6);
      await vi.waitFor(() => expect(saved).toEqual([6]));
    },
  );

  it('stops without waiting for what is not read yet', async () => {
    const { refresh, request, reads } = setUp();
    request(5);
    await refresh.stop();
    request(6);
    expect(reads).toEqual([]);
  });
});
