import { inspect } from 'node:util';
import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from '../../../../src/superoffice/api/circuit-breaker.ts';
import { createTenantStates } from '../../../../src/superoffice/api/tenant-state.ts';
import { createWebApi } from '../../../../src/superoffice/api/web-api.ts';
import { createTickets, minRefreshAgeMs } from '../../../../src/superoffice/auth/tickets.ts';
import { createAllowedHosts } from '../../../../src/superoffice/transport/endpoints.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { testIssuer, testTime } from '../../../support/tokens.ts';
import { unsharedTicketStore } from '../auth/fake-ticket-store.ts';
import { refusal, secrets } from '../expect-rejection.ts';
import { apiHost, apiUrl, endpoints, guardNetwork, http, toAllowedUrl } from '../harness.ts';

guardNetwork();

const tenant = { tenantId: 'Cust12345', serial: '1', systemToken: () => secrets.system };
const principal = { operation: 'principal', method: 'GET', path: 'User/currentPrincipal' } as const;
const agent = { operation: 'agent', method: 'POST', path: 'Agents/License/GetFencingInfo' } as const;
/** No tenant is in trouble, and each may be called at once. */
const unhindered: Pick<Parameters<typeof createWebApi>[0], 'circuitBreaker' | 'acquireCall'> = {
  circuitBreaker: createCircuitBreaker({ now: () => testTime, onOpen: () => {} }),
  acquireCall: async () => 0,
};
const PATH = '/Cust12345/api/v1/User/currentPrincipal';

function setUp(allowed = toAllowedUrl, hindered: Partial<typeof unhindered> = {}) {
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
  const states = createTenantStates({ endpoints, http, toAllowedUrl, now });
  const webApi = createWebApi({
    states,
    tickets,
    http,
    toAllowedUrl: allowed,
    clientSecret: secrets.client,
    ...unhindered,
    ...hindered,
  });
  return {
    system: webApi.asSystemUser(tenant),
    user: webApi.asUser('Cust12345', secrets.access),
    exchanges: () => exchanges,
    /** A ticket taken so long ago that it may have run out. */
    async takeOldTicket(): Promise<void> {
      await tickets.getTicket(tenant);
      time += minRefreshAgeMs;
    },
  };
}

function serveState(overrides: Record<string, unknown> = {}): void {
  const ValidUntil = new Date(testTime + 600_000).toISOString();
  const state = {
    ContextIdentifier: 'Cust12345',
    State: 'Running',
    IsRunning: true,
    ValidUntil,
    Api: apiUrl,
  };
  nock(testIssuer)
    .get('/api/state/Cust12345')
    .reply(200, { ...state, ...overrides });
}

/** Answers one call of the web apiUrl made with the n-th ticket. */
function answering(status: number, body: unknown, { ticket = 1, host = apiHost } = {}) {
  return nock(host, { reqheaders: { authorization: `SOTicket ${secrets.ticket}${ticket}` } })
    .get(PATH)
    .reply(status, body as nock.Body);
}

function answeringAgent(status: number, body: string) {
  return nock(apiHost).post('/Cust12345/api/v1/Agents/License/GetFencingInfo').reply(status, body);
}

describe('web apiUrl headers', () => {
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
      .get(PATH)
      .reply(200, { ok: 1 });
    expect(await setUp().system.call({ ...principal, language: 'nb-NO' })).toEqual({ ok: 1 });
  });

  it('sends only the access token for a user', async () => {
    serveState();
    nock(apiHost, {
      reqheaders: { authorization: `Bearer ${secrets.access}`, 'accept-language': 'en' },
      badheaders: ['so-apptoken'],
    })
      .get(PATH)
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

describe('web apiUrl call to an unavailable tenant', () => {
  it.each(['Suspended', 'OfflineMaintenance', 'Deleted'])(
    'does not call a tenant in state %s',
    async (State) => {
      serveState({ State, IsRunning: false });
      expect(await refusal(setUp().system.call(principal))).toMatchObject({
        code: 'tenant-not-running',
        detail: State,
      });
    },
  );

  it('reports the tenant state before a ticket failure', async () => {
    const refused = new SuperOfficeError('system-user-refused', 'system user');
    const ticketless = () =>
      createWebApi({
        states: createTenantStates({ endpoints, http, toAllowedUrl, now: () => testTime }),
        tickets: createTickets({
          now: () => testTime,
          store: unsharedTicketStore,
          exchange: () => Promise.reject(refused),
        }),
        http,
        toAllowedUrl,
        clientSecret: secrets.client,
        ...unhindered,
      }).asSystemUser(tenant);
    serveState({ State: 'Suspended', IsRunning: false });
    expect(await refusal(ticketless().call(principal))).toMatchObject({ code: 'tenant-not-running' });
    serveState();
    expect(await refusal(ticketless().call(principal))).toBe(refused);
  });

  it('sends no credential to a host that is not allowed', async () => {
    serveState();
    const { user } = setUp(createAllowedHosts(['.example.com']));
    expect(await refusal(user.call(principal))).toMatchObject({ code: 'api-host-refused' });
  });

  it('rejects a tenant name that is not a context identifier', async () => {
    const webApi = createWebApi({
      states: createTenantStates({ endpoints, http, toAllowedUrl, now: () => testTime }),
      tickets: createTickets({ now: () => testTime, store: unsharedTicketStore, exchange: async () => 't' }),
      http,
      toAllowedUrl,
      clientSecret: secrets.client,
      ...unhindered,
    });
    const error = await refusal(webApi.asUser('../Cust2', secrets.access).call(principal));
    expect(error).toMatchObject({ code: 'tenant-unknown' });
  });
});

describe('web apiUrl recovery', () => {
  it('refreshes the ticket once on 401 and retries', async () => {
    serveState();
    answering(401, '');
    answering(200, { ok: true }, { ticket: 2 });
    const { system, exchanges, takeOldTicket } = setUp();
    await takeOldTicket();
    expect(await system.call(principal)).toEqual({ ok: true });
    expect(exchanges()).toBe(2);
  });

  it('fails after a second 401', async () => {
    serveState();
    answering(401, '');
    answering(401, '', { ticket: 2 });
    const { system, exchanges, takeOldTicket } = setUp();
    await takeOldTicket();
    expect(await refusal(system.call(principal))).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(exchanges()).toBe(2);
  });

  it('refreshes the ticket once for concurrent 401 responses', async () => {
    serveState();
    const { system, exchanges, takeOldTicket } = setUp();
    await takeOldTicket();
    for (let call = 0; call < 5; call += 1) {
      answering(401, '');
      answering(200, { ok: true }, { ticket: 2 });
    }
    await Promise.all(Array.from({ length: 5 }, () => system.call(principal)));
    expect(exchanges()).toBe(2);
  });

  it('does not refresh a ticket that is too young to have expired', async () => {
    serveState();
    answering(401, '');
    const { system, exchanges } = setUp();
    expect(await refusal(system.call(principal))).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(exchanges()).toBe(1);
  });

  it('does not retry a call of a user on 401', async () => {
    serveState();
    nock(apiHost).get(PATH).reply(401, '');
    expect(await refusal(setUp().user.call(principal))).toMatchObject({ code: 'unauthorized' });
  });

  it('does not refresh the ticket on 403', async () => {
    serveState();
    answering(403, { ErrorType: 'SoSessionException' });
    const { system, exchanges } = setUp();
    expect(await refusal(system.call(principal))).toMatchObject({
      code: 'forbidden',
      detail: 'SoSessionException',
    });
    expect(exchanges()).toBe(1);
  });

  it('reads the tenant state once on 421 and retries at the new host', async () => {
    serveState();
    answering(421, 'Wrong subdomain used to access tenant');
    serveState({ Api: 'https://sod3.superoffice.com/Cust12345/api' });
    answering(200, { ok: true }, { host: 'https://sod3.superoffice.com' });
    expect(await setUp().system.call(principal)).toEqual({ ok: true });
  });

  it('fails after a second 421', async () => {
    serveState();
    answering(421, '');
    serveState();
    answering(421, '');
    expect(await refusal(setUp().system.call(principal))).toMatchObject({ code: 'wrong-subdomain' });
  });

  it('recovers from one 401 and one 421 in the same call', async () => {
    serveState();
    answering(401, '');
    answering(421, '', { ticket: 2 });
    serveState();
    answering(200, { ok: true }, { ticket: 2 });
    const { system, takeOldTicket } = setUp();
    await takeOldTicket();
    expect(await system.call(principal)).toEqual({ ok: true });
  });

  it('does not retry when the tenant state read after a 421 is not running', async () => {
    serveState();
    answering(421, '');
    serveState({ State: 'OfflineMaintenance', IsRunning: false });
    expect(await refusal(setUp().system.call(principal))).toMatchObject({ code: 'tenant-not-running' });
  });

  it('does not retry after a server error', async () => {
    serveState();
    answering(500, '');
    expect(await refusal(setUp().system.call(principal))).toMatchObject({ code: 'server-error' });
  });
});

describe('web apiUrl agent that fails with status 200', () => {
  it.each([
    ['null', 'null'],
    ['nothing', ''],
    ['a message with detail', '{"Message":"No access","MessageDetail":"..."}'],
    ['a message with empty detail', '{"Message":"No access","MessageDetail":null,"X":1}'],
    ['a message alone', '{"Message":"No access"}'],
  ])('rejects a 200 response that contains %s', async (_what, body) => {
    serveState();
    answeringAgent(200, body);
    expect(await refusal(setUp().system.call(agent))).toMatchObject({
      code: 'unexpected-response',
      status: 200,
    });
  });

  it('accepts a null response when the call allows it', async () => {
    serveState();
    answeringAgent(200, 'null');
    expect(await setUp().system.call({ ...agent, mayBeNull: true })).toBeNull();
  });

  it('accepts an empty 204 response as null', async () => {
    serveState();
    answeringAgent(204, '');
    expect(await setUp().system.call(agent)).toBeNull();
  });

  it('accepts a result that has a message field of its own', async () => {
    serveState();
    answeringAgent(200, '{"Success":true,"Message":"tested"}');
    expect(await setUp().system.call(agent)).toEqual({ Success: true, Message: 'tested' });
  });
});

describe('web apiUrl failure', () => {
  it.each([401, 403, 404, 500])('keeps secrets out of the error for status %d', async (status) => {
    serveState();
    nock(apiHost)
      .get(PATH)
      .reply(status, { ErrorMessage: `token ${secrets.access}`, ErrorType: 'SoException' });
    const told = inspect(await refusal(setUp().user.call(principal)), { depth: 20, showHidden: true });
    for (const secret of Object.values(secrets)) expect(told).not.toContain(secret);
  });
});

describe('web apiUrl rate limit and circuit breaker', () => {
  it('waits for the rate limiter before every request, including retries', async () => {
    serveState();
    answering(401, '');
    answering(200, { ok: true }, { ticket: 2 });
    const places: string[] = [];
    const { system, takeOldTicket } = setUp(toAllowedUrl, {
      async acquireCall(tenantId) {
        places.push(tenantId);
        return 50;
      },
    });
    await takeOldTicket();
    const startedAt = performance.now();
    expect(await system.call(principal)).toEqual({ ok: true });
    expect(places).toEqual(['Cust12345', 'Cust12345']);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(95);
  });

  it('rejects a call when the rate limiter does not admit it', async () => {
    serveState();
    const { user } = setUp(toAllowedUrl, { acquireCall: async () => null });
    expect((await refusal(user.call(principal))).code).toBe('too-many-calls');
  });

  it('sends no request, not even for the tenant state, while the circuit is open', async () => {
    const circuitBreaker = createCircuitBreaker({ now: () => testTime, onOpen: () => {} });
    circuitBreaker.openFromPeer('Cust12345', 1_000);
    const { system, exchanges } = setUp(toAllowedUrl, { circuitBreaker });
    expect((await refusal(system.call(principal))).code).toBe('circuit-open');
    expect(exchanges()).toBe(0);
  });
});
