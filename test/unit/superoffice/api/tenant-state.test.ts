import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { createTenantStates } from '../../../../src/superoffice/api/tenant-state.ts';
import { testIssuer, testTime } from '../../../support/tokens.ts';
import { refusal } from '../expect-rejection.ts';
import { apiUrl, createClock, endpoints, guardNetwork, http, toAllowedUrl } from '../harness.ts';

guardNetwork();

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;

function setUp() {
  const clock = createClock();
  return { clock, states: createTenantStates({ endpoints, http, toAllowedUrl, now: clock.now }) };
}

function wire(overrides: Record<string, unknown> = {}) {
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

function answering(body: unknown, status = 200) {
  return nock(testIssuer, { badheaders: ['authorization', 'so-apptoken'] })
    .get('/api/state/Cust12345')
    .reply(status, body as nock.Body);
}

describe('tenant state lookup', () => {
  it('reads the state of a tenant without sending a credential', async () => {
    answering(wire({ ValidUntil: '2026-02-23T10:40:01.9342965Z', Api: `${apiUrl}/` }));
    expect(await setUp().states.getState('Cust12345')).toEqual({
      state: 'Running',
      isRunning: true,
      api: apiUrl,
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
  ])('reads state %j with running %j as %s', async (State, isRunning, state) => {
    answering(wire({ State, IsRunning: isRunning, Version: undefined }));
    const read = await setUp().states.getState('Cust12345');
    expect(read).toMatchObject({ state, isRunning });
    expect(read).not.toHaveProperty('version');
  });

  it.each([
    ['another host', 'https://sod2.superoffice.com.evil.com/Cust12345/api'],
    ['plain http', 'http://sod2.superoffice.com/Cust12345/api'],
    ['nothing', null],
  ])('rejects a running tenant whose apiUrl is at %s', async (_what, Api) => {
    answering(wire({ Api }));
    expect(await refusal(setUp().states.getState('Cust12345'))).toMatchObject({ code: 'api-host-refused' });
  });

  it('accepts a tenant without an apiUrl when it is not running', async () => {
    answering(wire({ State: 'Deleted', IsRunning: false, Api: null, ValidUntil: null }));
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
    [200, wire({ ContextIdentifier: 'Cust54321' }), 'unexpected-response'],
    [200, wire({ IsRunning: 'yes' }), 'unexpected-response'],
  ])('maps status %d with body %j to error code %s', async (status, body, code) => {
    answering(body, status);
    expect(await refusal(setUp().states.getState('Cust12345'))).toMatchObject({ code });
  });

  it.each(['', 'common', 'Cust1/../../x', 'cust1'])(
    'rejects the tenant %j without sending a request',
    async (tenantId) => {
      expect(await refusal(setUp().states.getState(tenantId))).toMatchObject({ code: 'tenant-unknown' });
    },
  );

  it('does not cache a failure', async () => {
    const { states } = setUp();
    answering('', 503);
    await refusal(states.getState('Cust12345'));
    answering(wire());
    expect(await states.getState('Cust12345')).toMatchObject({ isRunning: true });
  });

  it('sends one request for a hundred concurrent callers', async () => {
    const { states } = setUp();
    answering(wire());
    const read = await Promise.all(Array.from({ length: 100 }, () => states.getState('Cust12345')));
    expect(new Set(read).size).toBe(1);
  });
});

describe('tenant state cache lifetime', () => {
  it.each([
    ['until ValidUntil', new Date(testTime + 600 * secondMs).toISOString(), 600 * secondMs],
    ['thirty seconds at least', new Date(testTime - hourMs).toISOString(), 30 * secondMs],
    ['thirty seconds if it does not say', null, 30 * secondMs],
    ['thirty seconds if it says nothing readable', 'soon', 30 * secondMs],
    ['an hour at most', '9999-12-31T23:59:59Z', hourMs],
  ])('caches a state %s', async (_what, ValidUntil, life) => {
    const { states, clock } = setUp();
    answering(wire({ ValidUntil }));
    const first = await states.getState('Cust12345');
    clock.advance(life);
    expect(await states.getState('Cust12345')).toBe(first);
    clock.advance(1);
    answering(wire({ State: 'Suspended', IsRunning: false }));
    expect(await states.getState('Cust12345')).toMatchObject({ state: 'Suspended' });
  });

  it('does not extend the lifetime when the state is read', async () => {
    const { states, clock } = setUp();
    answering(wire());
    await states.getState('Cust12345');
    clock.advance(400 * secondMs);
    await states.getState('Cust12345');
    clock.advance(201 * secondMs);
    answering(wire({ State: 'Suspended', IsRunning: false }));
    expect(await states.getState('Cust12345')).toMatchObject({ state: 'Suspended' });
  });

  it('reads the state again after it is invalidated', async () => {
    const { states } = setUp();
    answering(wire());
    await states.getState('Cust12345');
    states.invalidate('Cust12345');
    answering(wire({ State: 'OfflineMaintenance', IsRunning: false }));
    expect(await states.getState('Cust12345')).toMatchObject({ state: 'OfflineMaintenance' });
  });
});

describe('tenant state invalidation', () => {
  it('completes a pending read but does not cache its result', async () => {
    const { states } = setUp();
    answering(wire());
    const waiting = states.getState('Cust12345');
    states.invalidate('Cust12345');
    expect(await waiting).toMatchObject({ state: 'Running' });
    answering(wire({ State: 'OnlineMaintenance' }));
    expect(await states.getState('Cust12345')).toMatchObject({ state: 'OnlineMaintenance' });
  });
});

describe('tenant state refresh', () => {
  it('sends one request when several callers report the same outdated state', async () => {
    const { states } = setUp();
    answering(wire());
    const stale = await states.getState('Cust12345');
    answering(wire({ Api: 'https://sod3.superoffice.com/Cust12345/api' }));
    const renewed = await Promise.all([
      states.refresh('Cust12345', stale),
      states.refresh('Cust12345', stale),
    ]);
    expect(renewed.map(({ api }) => new URL(api).host)).toEqual([
      'sod3.superoffice.com',
      'sod3.superoffice.com',
    ]);
    expect(await states.refresh('Cust12345', stale)).toBe(renewed[0]);
  });
});
