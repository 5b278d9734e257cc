import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { createTenantStates } from '../../../../src/superoffice/api/tenant-state.ts';
import { testIssuer, testTime } from '../../../support/tokens.ts';
import { expectRejection } from '../expect-rejection.ts';
import { apiUrl, createClock, endpoints, guardNetwork, http, toAllowedUrl } from '../harness.ts';

guardNetwork();

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;

function setUp() {
  const clock = createClock();
  /** The tenants whose state was reported as read again. */
  const readAgain: string[] = [];
  const onReadAgain = (tenantId: string) => void readAgain.push(tenantId);
  const states = createTenantStates({ endpoints, http, toAllowedUrl, onReadAgain, now: clock.now });
  return { clock, states, readAgain };
}

function stateBody(overrides: Record<string, unknown> = {}) {
  return {
    ContextIdentifier: 'Cust12345',
    Endpoint: 'https://sod2.superoffice.com/Cust12345',
    State: 'Running',
    IsRunning: true,
    ValidUntil: new Date(testTime + 10 * 60 * secondMs).toISOString(),
    Api: apiUrl,
    Version: 'Release_11.10_2026.02.24-02',
    ...overrides,
  };
}

function respondWith(body: unknown, status = 200) {
  return nock(testIssuer, { badheaders: ['authorization', 'so-apptoken'] })
    .get('/api/state/Cust12345')
    .reply(status, body as nock.Body);
}

describe('tenant state lookup', () => {
  it('reads the state of a tenant without sending a credential', async () => {
    respondWith(stateBody({ ValidUntil: '2026-02-23T10:40:01.9342965Z', Api: `${apiUrl}/` }));
    expect(await setUp().states.getState('Cust12345')).toEqual({
      state: 'Running',
      isRunning: true,
      api: apiUrl,
      endpoint: 'https://sod2.superoffice.com/Cust12345',
      validUntil: Date.UTC(2026, 1, 23, 10, 40, 1, 934),
      version: 'Release_11.10_2026.02.24-02',
    });
  });

  it.each([
    ['OnlineMaintenance', true, 'OnlineMaintenance'],
    ['Suspended', false, 'Suspended'],
    ['MigrationPending', false, 'MigrationPending'],
    ['Hibernating', true, 'Unknown'],
    [2, true, 'Unknown'],
    [undefined, false, 'Unknown'],
  ])('reads state %j with running %j as %s', async (reported, isRunning, state) => {
    respondWith(stateBody({ State: reported, IsRunning: isRunning, Version: undefined }));
    const read = await setUp().states.getState('Cust12345');
    expect(read).toMatchObject({ state, isRunning });
    expect(read).not.toHaveProperty('version');
  });

  it.each([
    ['on a host that is not allowed', 'https://sod2.superoffice.com.evil.com/Cust12345/api'],
    ['plain HTTP', 'http://sod2.superoffice.com/Cust12345/api'],
    ['missing', null],
  ])('rejects a running tenant whose API URL is %s', async (_what, api) => {
    respondWith(stateBody({ Api: api }));
    expect(await expectRejection(setUp().states.getState('Cust12345'))).toMatchObject({
      code: 'api-host-refused',
    });
  });

  it('accepts a tenant without an API when it is not running', async () => {
    respondWith(stateBody({ State: 'Deleted', IsRunning: false, Api: null, ValidUntil: null }));
    expect(await setUp().states.getState('Cust12345')).toMatchObject({
      isRunning: false,
      api: '',
      validUntil: 0,
    });
  });

  it.each([
    [404, '', 'tenant-unknown'],
    [200, 'null', 'tenant-unknown'],
    [503, '', 'server-error'],
    [200, '<html>', 'unexpected-response'],
    [200, stateBody({ ContextIdentifier: 'Cust54321' }), 'unexpected-response'],
    [200, stateBody({ IsRunning: 'yes' }), 'unexpected-response'],
  ])('maps status %d with body %j to error code %s', async (status, body, code) => {
    respondWith(body, status);
    expect(await expectRejection(setUp().states.getState('Cust12345'))).toMatchObject({ code });
  });

  it.each(['', 'common', 'Cust1/../../x', 'cust1'])(
    'rejects the tenant %j without sending a request',
    async (tenantId) => {
      expect(await expectRejection(setUp().states.getState(tenantId))).toMatchObject({
        code: 'tenant-unknown',
      });
    },
  );

  it.each([
    ['https://online2.superoffice.com/Cust12345/', 'https://online2.superoffice.com/Cust12345'],
    ['https://superoffice.example.com/Cust12345', ''],
    ['javascript:alert(1)', ''],
    [undefined, ''],
    [5, ''],
  ])('reads the CRM address %j as %j', async (reported, endpoint) => {
    respondWith(stateBody({ Endpoint: reported }));
    expect(await setUp().states.getState('Cust12345')).toMatchObject({ endpoint });
  });

  it('returns the last state without a request, also when it is too old for a call', async () => {
    const { states, clock } = setUp();
    expect(states.peek('Cust12345')).toBeUndefined();
    respondWith(stateBody());
    const state = await states.getState('Cust12345');
    clock.advance(2 * hourMs);
    expect(states.peek('Cust12345')).toBe(state);
  });

  it('does not cache a failure', async () => {
    const { states } = setUp();
    respondWith('', 503);
    await expectRejection(states.getState('Cust12345'));
    respondWith(stateBody());
    expect(await states.getState('Cust12345')).toMatchObject({ isRunning: true });
  });

  it('sends one request for a hundred concurrent callers', async () => {
    const { states } = setUp();
    respondWith(stateBody());
    const read = await Promise.all(Array.from({ length: 100 }, () => states.getState('Cust12345')));
    expect(new Set(read).size).toBe(1);
  });
});

describe('tenant state cache lifetime', () => {
  it.each([
    ['until ValidUntil', new Date(testTime + 600 * secondMs).toISOString(), 600 * secondMs],
    ['for at least thirty seconds', new Date(testTime - hourMs).toISOString(), 30 * secondMs],
    ['for thirty seconds if ValidUntil is missing', null, 30 * secondMs],
    ['for thirty seconds if ValidUntil is not a date', 'soon', 30 * secondMs],
    ['for at most one hour', '9999-12-31T23:59:59Z', hourMs],
  ])('caches a state %s', async (_what, validUntil, ttlMs) => {
    const { states, clock } = setUp();
    respondWith(stateBody({ ValidUntil: validUntil }));
    const first = await states.getState('Cust12345');
    clock.advance(ttlMs);
    expect(await states.getState('Cust12345')).toBe(first);
    clock.advance(1);
    respondWith(stateBody({ State: 'Suspended', IsRunning: false }));
    expect(await states.getState('Cust12345')).toMatchObject({ state: 'Suspended' });
  });

  it('does not extend the lifetime when the state is read', async () => {
    const { states, clock } = setUp();
    respondWith(stateBody());
    await states.getState('Cust12345');
    clock.advance(400 * secondMs);
    await states.getState('Cust12345');
    clock.advance(201 * secondMs);
    respondWith(stateBody({ State: 'Suspended', IsRunning: false }));
    expect(await states.getState('Cust12345')).toMatchObject({ state: 'Suspended' });
  });

  it('reads the state again after it is invalidated', async () => {
    const { states } = setUp();
    respondWith(stateBody());
    await states.getState('Cust12345');
    states.invalidate('Cust12345');
    respondWith(stateBody({ State: 'OfflineMaintenance', IsRunning: false }));
    expect(await states.getState('Cust12345')).toMatchObject({ state: 'OfflineMaintenance' });
  });
});

describe('tenant state invalidation', () => {
  it('completes a pending read but does not cache its result', async () => {
    const { states } = setUp();
    respondWith(stateBody());
    const waiting = states.getState('Cust12345');
    states.invalidate('Cust12345');
    expect(await waiting).toMatchObject({ state: 'Running' });
    respondWith(stateBody({ State: 'OnlineMaintenance' }));
    expect(await states.getState('Cust12345')).toMatchObject({ state: 'OnlineMaintenance' });
  });
});

describe('reading a tenant state again', () => {
  it('never returns a cached state, replaces it and reports the read', async () => {
    const { states, readAgain } = setUp();
    respondWith(stateBody());
    await states.getState('Cust12345');
    respondWith(stateBody({ State: 'Deleted', IsRunning: false }));
    expect(await states.readAgain('Cust12345')).toMatchObject({ state: 'Deleted' });
    expect(readAgain).toEqual(['Cust12345']);
    expect(await states.getState('Cust12345')).toMatchObject({ state: 'Deleted' });
  });

  it('replaces the result of an earlier read that is still pending', async () => {
    const { states } = setUp();
    respondWith(stateBody());
    const earlier = states.getState('Cust12345');
    respondWith(stateBody({ State: 'Suspended', IsRunning: false }));
    await Promise.all([earlier, states.readAgain('Cust12345')]);
    expect(await states.getState('Cust12345')).toMatchObject({ state: 'Suspended' });
  });

  it('reports no read that failed', async () => {
    const { states, readAgain } = setUp();
    expect((await expectRejection(states.readAgain('no tenant'))).code).toBe('tenant-unknown');
    expect(readAgain).toEqual([]);
  });
});

describe('tenant state refresh', () => {
  it('sends one request when several callers report the same outdated state', async () => {
    const { states } = setUp();
    respondWith(stateBody());
    const stale = await states.getState('Cust12345');
    respondWith(stateBody({ Api: 'https://sod3.superoffice.com/Cust12345/api' }));
    const refreshed = await Promise.all([
      states.refresh('Cust12345', stale),
      states.refresh('Cust12345', stale),
    ]);
    expect(refreshed.map(({ api }) => new URL(api).host)).toEqual([
      'sod3.superoffice.com',
      'sod3.superoffice.com',
    ]);
    expect(await states.refresh('Cust12345', stale)).toBe(refreshed[0]);
  });
});
