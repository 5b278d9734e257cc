import { beforeEach, describe, expect, it } from 'vitest';
import { createReadSuiteLimits } from '../../../src/snapshots/suite-limit-source.ts';
import type { ApiCall, TenantApiClient } from '../../../src/superoffice/api/web-api.ts';
import { SuperOfficeError } from '../../../src/superoffice/transport/superoffice-error.ts';

const info = { ActiveCount: 97, Maximum: 100, IsNearingMaximum: true, HasReachedMaximum: false };
const use = { active: 97, maximum: 100, near: true, reached: false };
const everyUse = {
  dashboards: use,
  'active-projects': use,
  'active-marketing-flows': use,
  nearest: use,
};

describe('createReadSuiteLimits', () => {
  let now: number;
  let called: string[];
  let respond: (call: ApiCall) => Promise<unknown>;

  beforeEach(() => {
    now = 1_000;
    called = [];
    respond = async () => info;
  });

  const apiClient: TenantApiClient = {
    call(call) {
      called.push(call.operation);
      return respond(call);
    },
  };

  it.each(['forbidden', 'unauthorized', 'server-error', 'timeout', 'circuit-open'] as const)(
    'reports the other limits when one call fails with %s',
    async (code) => {
      respond = async ({ operation }) => {
        if (operation === 'limit dashboards') throw new SuperOfficeError(code, operation);
        return info;
      };
      const read = createReadSuiteLimits({ now: () => now, patienceMs: 30_000 });
      expect(await read('Cust1', apiClient)).toEqual({ ...everyUse, dashboards: null });
    },
  );

  it('does not repeat a refused call for an hour, and only in that tenant', async () => {
    respond = async ({ operation }) => {
      throw new SuperOfficeError('forbidden', operation);
    };
    const read = createReadSuiteLimits({ now: () => now, patienceMs: 30_000 });
    await read('Cust1', apiClient);
    now += 59 * 60_000;
    await read('Cust1', apiClient);
    expect(called).toHaveLength(4);
    await read('Cust2', apiClient);
    expect(called).toHaveLength(8);
    now += 60_001;
    respond = async () => info;
    expect(await read('Cust1', apiClient)).toEqual(everyUse);
  });

  it('repeats a call that failed for another reason', async () => {
    respond = async ({ operation }) => {
      throw new SuperOfficeError('server-error', operation);
    };
    const read = createReadSuiteLimits({ now: () => now, patienceMs: 30_000 });
    await read('Cust1', apiClient);
    respond = async () => info;
    expect(await read('Cust1', apiClient)).toEqual(everyUse);
  });

  it('does not wait for a call that does not end', async () => {
    respond = ({ operation }) =>
      operation === 'limit nearest' ? new Promise(() => {}) : Promise.resolve(info);
    const read = createReadSuiteLimits({ now: () => now, patienceMs: 1 });
    expect(await read('Cust1', apiClient)).toEqual({ ...everyUse, nearest: null });
  });
});
