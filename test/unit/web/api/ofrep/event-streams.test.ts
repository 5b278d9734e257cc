import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { createEventStreams, type StreamLimits } from '../../../../../src/web/api/ofrep/event-streams.ts';
import type { StreamClaims } from '../../../../../src/web/api/ofrep/stream-token.ts';
import { listenTo, TestEventSource } from '../../../../support/event-source.ts';
import { eventViolations } from '../../../../support/ofrep-schema.ts';

const limits: StreamLimits = { perProcess: 4, perKey: 3, perUser: 2, heartbeatMs: 20, collectMs: 20 };
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  for (const source of TestEventSource.opened.splice(0)) source.close();
});

/** A server whose streams are opened with their claims as JSON in the query. */
async function startStreams(chosen: Partial<StreamLimits> = {}) {
  const versions = {
    tenant: 't1',
    users: new Map<number, string>(),
    day: '2026-11-29',
    reads: 0,
    failures: 0,
  };
  const revoked = new Set<string>();
  let now = 0;
  const stop = new AbortController();
  const listeners = {
    key: (_: string | null) => {},
    data: (_: string | null) => {},
    removal: (_: string | null) => {},
    expiry: (_: string) => {},
  };
  const read: string[] = [];
  const errors: unknown[] = [];
  const streams = createEventStreams({
    versions: {
      ofTenant: async (tenantId) => (tenantId === 'Cust9' ? null : versions.tenant),
      ofUsers: async (_tenantId, associateIds) => {
        if (versions.failures-- > 0) throw new Error('no database');
        versions.reads += associateIds.length;
        return new Map(associateIds.map((id) => [id, versions.users.get(id) ?? 'u1']));
      },
      today: () => versions.day,
    },
    areKeysValid: async (_tenantId, keyIds) => !keyIds.some((id) => revoked.has(id)),
    onKeyChange: (listener) => {
      listeners.key = listener;
    },
    onDataChange: (listener) => {
      listeners.data = listener;
    },
    onExpiry: (listener) => {
      listeners.expiry = listener;
    },
    readUser: async (tenantId, associateId) => void read.push(`${tenantId}/${associateId}`),
    onRemoval: (listener) => {
      listeners.removal = listener;
    },
    onError: (error) => errors.push(error),
    stopping: stop.signal,
    limits: { ...limits, ...chosen },
    now: () => now,
  });
  const app = express().set('query parser', 'simple');
  app.get('/', (request, response) =>
    streams.open(request, response, JSON.parse(String(request.query.claims))),
  );
  app.use(((error, _request, response, _next) => {
    response.status(error.status).set('Retry-After', String(error.retryAfterSeconds)).end(error.code);
  }) as express.ErrorRequestHandler);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    stop.abort();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(errors).toEqual([]);
  });
  const { port } = server.address() as AddressInfo;
  const addressOf = (claims: Partial<StreamClaims>) => {
    const full: StreamClaims = {
      tenantId: 'Cust1',
      associateId: 1,
      keyIds: ['k1'],
      seen: 't1.u1',
      expiresAt: 1_000,
      ...claims,
    };
    return `http://127.0.0.1:${port}/?claims=${encodeURIComponent(JSON.stringify(full))}`;
  };
  const open = async (claims: Partial<StreamClaims> = {}) => {
    const listening = listenTo(addressOf(claims));
    await expect.poll(() => listening.source.readyState).toBe(1);
    return listening;
  };
  const passTime = (ms: number) => {
    now += ms;
  };
  return { errors, read, versions, revoked, listeners, stop, addressOf, open, passTime };
}

const refetch = '{"type":"refetchEvaluation"}';

describe('event stream', () => {
  it('tells of a change once, however many notices come together, with the version as id', async () => {
    const { versions, listeners, open } = await startStreams();
    const { events } = await open();
    versions.tenant = 't2';
    versions.users.set(1, 'u2');
    for (const key of ['Cust1', 'Cust1', 'Cust1/1', 'Cust2']) listeners.data(key);
    await expect.poll(() => events).toEqual([{ data: refetch, lastEventId: 't2.u2' }]);
    expect(eventViolations(JSON.parse(refetch))).toEqual([]);
  });

  it('does not tell of data that were read again and are the same, of another user or of another tenant', async () => {
    const { versions, listeners, open } = await startStreams();
    const { events } = await open();
    const other = await open({ associateId: 2 });
    listeners.data('Cust1');
    versions.users.set(2, 'u2');
    listeners.data('Cust1/2');
    listeners.data('Cust2');
    await expect.poll(() => other.events).toHaveLength(1);
    expect(events).toEqual([]);
  });

  it('reads no licenses of users for a change of their tenant', async () => {
    const { versions, listeners, open } = await startStreams();
    const { events } = await open();
    await expect.poll(() => versions.reads).toBe(1);
    versions.tenant = 't2';
    listeners.data('Cust1');
    await expect.poll(() => events).toHaveLength(1);
    expect(versions.reads).toBe(1);
  });

  it('reads licenses that expired only of a user who listens, once for several streams', async () => {
    const { listeners, open, read } = await startStreams();
    await open();
    await open();
    for (const key of ['Cust1/1', 'Cust1/2', 'Cust2/1']) listeners.expiry(key);
    expect(read).toEqual(['Cust1/1']);
  });

  it('checks a change again that could not be checked', async () => {
    const { versions, listeners, open, errors } = await startStreams();
    const { events } = await open();
    await expect.poll(() => versions.reads).toBe(1);
    versions.failures = 2;
    versions.users.set(1, 'u2');
    listeners.data('Cust1/1');
    await expect.poll(() => events).toHaveLength(1);
    expect(errors.splice(0)).toHaveLength(2);
  });

  it('tells at once of a change since the answer that its address came with', async () => {
    const { open } = await startStreams();
    const { events } = await open({ seen: 't0.u1' });
    await expect.poll(() => events).toEqual([{ data: refetch, lastEventId: 't1.u1' }]);
  });

  it('does not repeat the notice from before the connection broke, and of what happened meanwhile', async () => {
    const { versions, listeners, open } = await startStreams();
    const { source, events } = await open({ seen: 't0.u1' });
    await expect.poll(() => events).toHaveLength(1);
    source.breakConnection();
    await expect.poll(() => source.readyState).toBe(0);
    versions.tenant = 't2';
    listeners.data('Cust1');
    await expect.poll(() => events.map(({ lastEventId }) => lastEventId)).toEqual(['t1.u1', 't2.u1']);
  });

  it('sends comments, so that proxies keep it open', async () => {
    const { open } = await startStreams();
    const { source } = await open();
    await expect.poll(() => source.comments.length).toBeGreaterThan(2);
  });

  it('tells of a new day, on which licenses may begin or end', async () => {
    const { versions, open } = await startStreams();
    const { events } = await open();
    versions.day = '2026-11-30';
    versions.tenant = 't1-2026-11-30';
    await expect.poll(() => events).toHaveLength(1);
  });

  it('checks everything after notifications were missed', async () => {
    const { versions, listeners, open } = await startStreams();
    const { events } = await open();
    versions.users.set(1, 'u2');
    listeners.data(null);
    await expect.poll(() => events).toHaveLength(1);
  });
});

describe('end of an event stream', () => {
  const ended = (source: TestEventSource) =>
    expect.poll(() => source.readyState, { interval: 5 }).not.toBe(1);

  it('comes with the revocation of any of its keys', async () => {
    const { revoked, listeners, open } = await startStreams();
    const { source } = await open({ keyIds: ['k1', 'k2'] });
    const other = await open({ keyIds: ['k3'], associateId: 2 });
    revoked.add('k2');
    listeners.key('Cust1');
    await ended(source);
    expect(other.source.readyState).toBe(1);
  });

  it('comes when its time is over', async () => {
    const { open, passTime } = await startStreams();
    const { source } = await open();
    passTime(1_000);
    await ended(source);
  });

  it.each(['Cust1', 'Cust1/1'])('comes with the removal of %s', async (key) => {
    const { listeners, open } = await startStreams();
    const { source } = await open();
    const other = await open({ tenantId: 'Cust11', associateId: 1 });
    listeners.removal(key);
    await ended(source);
    expect(other.source.readyState).toBe(1);
  });

  it('comes when the process stops, and no stream is opened any more', async () => {
    const { stop, open, addressOf } = await startStreams();
    const { source } = await open();
    stop.abort();
    await ended(source);
    expect((await fetch(addressOf({}))).status).toBe(429);
  });
});

describe('bounds of event streams', () => {
  it.each([
    ['of a user', 2, () => ({})],
    ['of a key', 3, (each: number) => ({ associateId: each })],
    ['of the process', 4, (each: number) => ({ associateId: each, keyIds: [`k${each}`] })],
  ])('limit those %s to %i, and a closed one makes room', async (_what, max, claims) => {
    const { open, addressOf } = await startStreams();
    const opened = [];
    for (let each = 1; each <= max; each += 1) opened.push(await open(claims(each)));
    const refused = await fetch(addressOf(claims(max + 1)));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    opened[0]?.source.close();
    await expect
      .poll(async () => {
        const aborting = new AbortController();
        const { status } = await fetch(addressOf(claims(max + 1)), { signal: aborting.signal });
        aborting.abort();
        return status;
      })
      .toBe(200);
  });

  it('refuse the stream of a revoked key or of a removed tenant', async () => {
    const { revoked, addressOf } = await startStreams();
    revoked.add('k1');
    expect((await fetch(addressOf({}))).status).toBe(401);
    expect((await fetch(addressOf({ tenantId: 'Cust9', keyIds: ['k2'] }))).status).toBe(401);
  });
});
