import { inspect } from 'node:util';
import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from '../../../../src/superoffice/api/circuit-breaker.ts';
import { createTenantStates } from '../../../../src/superoffice/api/tenant-state.ts';
import { createWebApi, refusalMemoryMs } from '../../../../src/superoffice/api/web-api.ts';
import { createTickets, newReplacementMs } from '../../../../src/superoffice/auth/tickets.ts';
import { createAllowedHosts } from '../../../../src/superoffice/transport/endpoints.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { testIssuer, testTime } from '../../../support/tokens.ts';
import { unsharedTicketStore } from '../auth/fake-ticket-store.ts';
import { expectRejection, secrets } from '../expect-rejection.ts';
import { apiHost, apiUrl, endpoints, guardNetwork, http, toAllowedUrl } from '../harness.ts';

guardNetwork();

const tenant = { tenantId: 'Cust12345', serial: '1', systemToken: () => secrets.system };
const principal = { operation: 'principal', method: 'GET', path: 'User/currentPrincipal' } as const;
const agent = { operation: 'agent', method: 'POST', path: 'Agents/License/GetFencingInfo' } as const;
/** A closed circuit breaker and a rate limiter that never waits. */
const noLimits: Pick<Parameters<typeof createWebApi>[0], 'circuitBreaker' | 'acquireCall' | 'now'> = {
  now: () => testTime,
  circuitBreaker: createCircuitBreaker({ now: () => testTime, onOpen: () => {} }),
  acquireCall: async () => 0,
};
const principalPath = '/Cust12345/api/v1/User/currentPrincipal';

function setUp(allowed = toAllowedUrl, limits: Partial<typeof noLimits> = {}) {
  let exchanges = 0;
  let time = testTime;
  const now = () => time;
  const tickets = createTickets({
    now,
    store: unsharedTicketStore,
    exchange: async () => {
      exchanges += 1;
      return `${secrets.ticket}${exchanges}`;
    },
  });
  const states = createTenantStates({ onReadAgain: () => {}, endpoints, http, toAllowedUrl, now });
  const webApi = createWebApi({
    states,
    tickets,
    http,
    toAllowedUrl: allowed,
    clientSecret: secrets.client,
    ...noLimits,
    now,
    ...limits,
  });
  return {
    system: webApi.asSystemUser(tenant),
    user: webApi.asUser('Cust12345', secrets.access),
    exchanges: () => exchanges,
    advance(ms: number): void {
      time += ms;
    },
  };
}

function serveState(overrides: Record<string, unknown> = {}): void {
  const validUntil = new Date(testTime + 600_000).toISOString();
  const state = {
    ContextIdentifier: 'Cust12345',
    State: 'Running',
    IsRunning: true,
    ValidUntil: validUntil,
    Api: apiUrl,
  };
  nock(testIssuer)
    .get('/api/state/Cust12345')
    .reply(200, { ...state, ...overrides });
}

/** Responds to one call of the web API that uses the n-th ticket. */
function respondWith(status: number, body: unknown, { ticket = 1, host = apiHost } = {}) {
  return nock(host, { reqheaders: { authorization: `SOTicket ${secrets.ticket}${ticket}` } })
    .get(principalPath)
    .reply(status, body as nock.Body);
}

function respondToAgent(status: number, body: string) {
  return nock(apiHost).post('/Cust12345/api/v1/Agents/License/GetFencingInfo').reply(status, body);
}

describe('web API headers', () => {
  it('sends the ticket and the client secret for the system user', async () => {
    serveState();
    nock(apiHost, {
      reqheaders: {
        authorization: `SOTicket ${secrets.ticket}1`,
        'so-apptoken': secrets.client,
        accept: 'application/json',
        'accept-language': 'nb-NO',
      },
    })
      .get(principalPath)
      .reply(200, { ok: 1 });
    expect(await setUp().system.call({ ...principal, language: 'nb-NO' })).toEqual({ ok: 1 });
  });

  it('sends only the access token for a user', async () => {
    serveState();
    nock(apiHost, {
      reqheaders: { authorization: `Bearer ${secrets.access}`, 'accept-language': 'en' },
      badheaders: ['so-apptoken'],
    })
      .get(principalPath)
      .reply(200, { ok: 2 });
    expect(await setUp().user.call(principal)).toEqual({ ok: 2 });
  });

  it('sends a content type with a JSON body', async () => {
    serveState();
    nock(apiHost, { reqheaders: { 'content-type': 'application/json' } })
      .post('/Cust12345/api/v1/Agents/License/GetFencingInfo', { a: 1 })
      .reply(200, '[]');
    expect(await setUp().system.call({ ...agent, json: { a: 1 } })).toEqual([]);
  });
});

describe('web API call to an unavailable tenant', () => {
  it.each(['Suspended', 'OfflineMaintenance', 'Deleted'])(
    'does not call a tenant in state %s',
    async (state) => {
      serveState({ State: state, IsRunning: false });
      expect(await expectRejection(setUp().system.call(principal))).toMatchObject({
        code: 'tenant-not-running',
        detail: state,
      });
    },
  );

  it('reports the tenant state before a ticket failure', async () => {
    const refused = new SuperOfficeError('system-user-refused', 'system user');
    const ticketless = () =>
      createWebApi({
        states: createTenantStates({
          onReadAgain: () => {},
          endpoints,
          http,
          toAllowedUrl,
          now: () => testTime,
        }),
        tickets: createTickets({
          now: () => testTime,
          store: unsharedTicketStore,
          exchange: () => Promise.reject(refused),
        }),
        http,
        toAllowedUrl,
        clientSecret: secrets.client,
        ...noLimits,
      }).asSystemUser(tenant);
    serveState({ State: 'Suspended', IsRunning: false });
    expect(await expectRejection(ticketless().call(principal))).toMatchObject({ code: 'tenant-not-running' });
    serveState();
    expect(await expectRejection(ticketless().call(principal))).toBe(refused);
  });

  it('sends no credential to a host that is not allowed', async () => {
    serveState();
    const { user } = setUp(createAllowedHosts(['.example.com']));
    expect(await expectRejection(user.call(principal))).toMatchObject({ code: 'api-host-refused' });
  });

  it('rejects a tenant name that is not a context identifier', async () => {
    const webApi = createWebApi({
      states: createTenantStates({
        onReadAgain: () => {},
        endpoints,
        http,
        toAllowedUrl,
        now: () => testTime,
      }),
      tickets: createTickets({ now: () => testTime, store: unsharedTicketStore, exchange: async () => 't' }),
      http,
      toAllowedUrl,
      clientSecret: secrets.client,
      ...noLimits,
    });
    const error = await expectRejection(webApi.asUser('../Cust2', secrets.access).call(principal));
    expect(error).toMatchObject({ code: 'tenant-unknown' });
  });
});

describe('web API recovery', () => {
  it('refreshes the ticket once on 401 and retries', async () => {
    serveState();
    respondWith(401, '');
    respondWith(200, { ok: true }, { ticket: 2 });
    const { system, exchanges } = setUp();
    expect(await system.call(principal)).toEqual({ ok: true });
    expect(exchanges()).toBe(2);
  });

  it('fails after a second 401', async () => {
    serveState();
    respondWith(401, '');
    respondWith(401, '', { ticket: 2 });
    const { system, exchanges } = setUp();
    expect(await expectRejection(system.call(principal))).toMatchObject({
      code: 'unauthorized',
      status: 401,
    });
    expect(exchanges()).toBe(2);
  });

  it('refreshes the ticket once for concurrent 401 responses', async () => {
    serveState();
    const { system, exchanges } = setUp();
    for (let call = 0; call < 5; call += 1) {
      respondWith(401, '');
      respondWith(200, { ok: true }, { ticket: 2 });
    }
    await Promise.all(Array.from({ length: 5 }, () => system.call(principal)));
    expect(exchanges()).toBe(2);
  });

  it('exchanges no further ticket for a call that was refused with a new one too', async () => {
    serveState();
    respondWith(401, '');
    respondWith(401, '', { ticket: 2 });
    const { system, exchanges, advance } = setUp();
    await expectRejection(system.call(principal));
    respondWith(401, '', { ticket: 2 });
    expect(await expectRejection(system.call(principal))).toMatchObject({ code: 'unauthorized' });
    expect(exchanges()).toBe(2);
    const refuseAgent = () =>
      nock(apiHost, { reqheaders: { authorization: `SOTicket ${secrets.ticket}2` } })
        .post('/Cust12345/api/v1/Agents/License/GetFencingInfo')
        .reply(401, '');
    refuseAgent();
    expect(await expectRejection(system.call(agent))).toMatchObject({ code: 'unauthorized' });
    expect(exchanges()).toBe(2);

    advance(newReplacementMs);
    refuseAgent();
    respondToAgent(200, '[]');
    expect(await system.call(agent)).toEqual([]);
    expect(exchanges()).toBe(3);

    advance(refusalMemoryMs + 1);
    respondWith(401, '', { ticket: 3 });
    respondWith(200, { ok: true }, { ticket: 4 });
    expect(await system.call(principal)).toEqual({ ok: true });
  });

  it('does not retry a call of a user on 401', async () => {
    serveState();
    nock(apiHost).get(principalPath).reply(401, '');
    expect(await expectRejection(setUp().user.call(principal))).toMatchObject({ code: 'unauthorized' });
  });

  it('does not refresh the ticket on 403', async () => {
    serveState();
    respondWith(403, { ErrorType: 'SoSessionException' });
    const { system, exchanges } = setUp();
    expect(await expectRejection(system.call(principal))).toMatchObject({
      code: 'forbidden',
      detail: 'SoSessionException',
    });
    expect(exchanges()).toBe(1);
  });

  it('reads the tenant state once on 421 and retries at the new host', async () => {
    serveState();
    respondWith(421, 'Wrong subdomain used to access tenant');
    serveState({ Api: 'https://sod3.superoffice.com/Cust12345/api' });
    respondWith(200, { ok: true }, { host: 'https://sod3.superoffice.com' });
    expect(await setUp().system.call(principal)).toEqual({ ok: true });
  });

  it('fails after a second 421', async () => {
    serveState();
    respondWith(421, '');
    serveState();
    respondWith(421, '');
    expect(await expectRejection(setUp().system.call(principal))).toMatchObject({ code: 'wrong-subdomain' });
  });

  it('recovers from one 401 and one 421 in the same call', async () => {
    serveState();
    respondWith(401, '');
    respondWith(421, '', { ticket: 2 });
    serveState();
    respondWith(200, { ok: true }, { ticket: 2 });
    const { system } = setUp();
    expect(await system.call(principal)).toEqual({ ok: true });
  });

  it('does not retry when the tenant state read after a 421 is not running', async () => {
    serveState();
    respondWith(421, '');
    serveState({ State: 'OfflineMaintenance', IsRunning: false });
    expect(await expectRejection(setUp().system.call(principal))).toMatchObject({
      code: 'tenant-not-running',
    });
  });

  it('does not retry after a server error', async () => {
    serveState();
    respondWith(500, '');
    expect(await expectRejection(setUp().system.call(principal))).toMatchObject({ code: 'server-error' });
  });
});

describe('web API agent that fails with status 200', () => {
  it.each([
    ['null', 'null'],
    ['an empty body', ''],
    ['a message with detail', '{"Message":"No access","MessageDetail":"..."}'],
    ['a message with empty detail', '{"Message":"No access","MessageDetail":null,"X":1}'],
    ['only a message', '{"Message":"No access"}'],
  ])('rejects a 200 response that contains %s', async (_what, body) => {
    serveState();
    respondToAgent(200, body);
    expect(await expectRejection(setUp().system.call(agent))).toMatchObject({
      code: 'unexpected-response',
      status: 200,
    });
  });

  it('accepts a null response when the call allows it', async () => {
    serveState();
    respondToAgent(200, 'null');
    expect(await setUp().system.call({ ...agent, mayBeNull: true })).toBeNull();
  });

  it('accepts an empty 204 response as null', async () => {
    serveState();
    respondToAgent(204, '');
    expect(await setUp().system.call(agent)).toBeNull();
  });

  it('accepts a result that has a message field of its own', async () => {
    serveState();
    respondToAgent(200, '{"Success":true,"Message":"tested"}');
    expect(await setUp().system.call(agent)).toEqual({ Success: true, Message: 'tested' });
  });
});

describe('web API failure', () => {
  it.each([401, 403, 404, 500])('keeps secrets out of the error for status %d', async (status) => {
    serveState();
    nock(apiHost)
      .get(principalPath)
      .reply(status, { ErrorMessage: `token ${secrets.access}`, ErrorType: 'SoException' });
    const inspected = inspect(await expectRejection(setUp().user.call(principal)), {
      depth: 20,
      showHidden: true,
    });
    for (const secret of Object.values(secrets)) expect(inspected).not.toContain(secret);
  });
});

describe('web API rate limit and circuit breaker', () => {
  it('waits for the rate limiter before every request, including retries', async () => {
    serveState();
    respondWith(401, '');
    respondWith(200, { ok: true }, { ticket: 2 });
    const tenants: string[] = [];
    const { system } = setUp(toAllowedUrl, {
      async acquireCall(tenantId) {
        tenants.push(tenantId);
        return 50;
      },
    });
    const startedAt = performance.now();
    expect(await system.call(principal)).toEqual({ ok: true });
    expect(tenants).toEqual(['Cust12345', 'Cust12345']);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(95);
  });

  it('rejects a call when the rate limiter does not admit it', async () => {
    serveState();
    const { user } = setUp(toAllowedUrl, { acquireCall: async () => null });
    expect((await expectRejection(user.call(principal))).code).toBe('too-many-calls');
  });

  it('sends no request, not even for the tenant state, while the circuit is open', async () => {
    const circuitBreaker = createCircuitBreaker({ now: () => testTime, onOpen: () => {} });
    circuitBreaker.openFromPeer('Cust12345', 1_000);
    const { system, exchanges } = setUp(toAllowedUrl, { circuitBreaker });
    expect((await expectRejection(system.call(principal))).code).toBe('circuit-open');
    expect(exchanges()).toBe(0);
  });
});
