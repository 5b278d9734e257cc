import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttp, type HttpCall, type HttpRequest } from '../../../../src/superoffice/transport/http.ts';
import { expectRejection, secrets } from '../expect-rejection.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { operation: 'test', method: 'GET', url, ...more };
}

describe('HTTP request', () => {
  async function echoed(request: Partial<HttpRequest>): Promise<Record<string, unknown>> {
    const url = await serve(async (incoming, response) => {
      const { method, headers } = incoming;
      response.end(JSON.stringify({ method, headers, body: await readText(incoming) }));
    });
    const { body } = await createHttp({ timeoutMs: 2_000 }).request(get(url, request));
    return body as Record<string, unknown>;
  }

  it('requests JSON and sends the given headers', async () => {
    expect(await echoed({ headers: { Authorization: 'Bearer x' } })).toMatchObject({
      method: 'GET',
      headers: { accept: 'application/json', authorization: 'Bearer x', connection: 'keep-alive' },
      body: '',
    });
  });

  it('sends a JSON body with its content type', async () => {
    expect(await echoed({ method: 'POST', json: { OwnerName: 'Blåbær' } })).toMatchObject({
      headers: { 'content-type': 'application/json' },
      body: '{"OwnerName":"Blåbær"}',
    });
  });

  it('sends a form-encoded body with its content type', async () => {
    expect(await echoed({ method: 'POST', form: { code: 'a b&c=d' } })).toMatchObject({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'code=a+b%26c%3Dd',
    });
  });
});

describe('HTTP response', () => {
  it.each([
    ['JSON', '{"a":[1]}', { a: [1] }],
    ['JSON text', '"https://x"', 'https://x'],
    ['null', 'null', null],
    ['an empty string', '', null],
    ['HTML', '<html>', '<html>'],
  ])('parses a response body of %s', async (_what, sent, body) => {
    const url = await serve((_request, response) => response.end(sent));
    expect(await createHttp({ timeoutMs: 2_000 }).request(get(url))).toMatchObject({ status: 200, body });
  });

  it.each([304, 401, 421, 500])('returns status %d as a response with its headers', async (status) => {
    const url = await serve((_request, response) => response.writeHead(status, { 'Retry-After': '7' }).end());
    const response = await createHttp({ timeoutMs: 2_000 }).request(get(url));
    expect(response).toMatchObject({ status, headers: { 'retry-after': '7' } });
  });

  it('does not follow a redirect', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.writeHead(302, { Location: '/elsewhere' }).end();
    });
    expect(await createHttp({ timeoutMs: 2_000 }).request(get(url))).toMatchObject({ status: 302 });
    expect(requests).toBe(1);
  });

  it('reuses one connection for consecutive calls', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{}');
    });
    const http = createHttp({ timeoutMs: 2_000 });
    await http.request(get(url));
    await http.request(get(url));
    expect(ports.size).toBe(1);
  });
});

describe('HTTP failure', () => {
  it('reports unreachable with the system error code when the connection is refused', async () => {
    const url = await serve(() => {});
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    const error = await expectRejection(createHttp({ timeoutMs: 2_000 }).request(get(url)));
    expect(error).toMatchObject({ code: 'unreachable', operation: 'test', detail: 'ECONNREFUSED' });
  });

  it('reports unreachable when the connection is reset', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await expectRejection(createHttp({ timeoutMs: 2_000 }).request(get(url)))).toMatchObject({
      code: 'unreachable',
      detail: 'ECONNRESET',
    });
  });

  it('reports a timeout when no response arrives', async () => {
    const url = await serve(() => {});
    expect(await expectRejection(createHttp({ timeoutMs: 50 }).request(get(url)))).toMatchObject({
      code: 'timeout',
    });
  });

  it('reports a timeout when a response never ends', async () => {
    const url = await serve((_request, response) => {
      response.write('{');
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    expect(await expectRejection(createHttp({ timeoutMs: 150 }).request(get(url)))).toMatchObject({
      code: 'timeout',
    });
  });

  const tooLarge = ' '.repeat(5 * 1024 * 1024 + 1);
  it.each([
    ['uncompressed', tooLarge, {}],
    ['compressed', gzipSync(tooLarge), { 'Content-Encoding': 'gzip' }],
  ])('rejects an oversized response body (%s)', async (_how, body, headers) => {
    const url = await serve((_request, response) => response.writeHead(200, headers).end(body));
    const error = await expectRejection(createHttp({ timeoutMs: 5_000 }).request(get(url)));
    expect(error).toMatchObject({ code: 'unexpected-response', detail: 'size' });
  });
});

describe('rule 19: a failed call exposes no secret', () => {
  it.each(['unreachable', 'timeout'])(
    'keeps secrets out of the error and the observed call for code %s',
    async (code) => {
      const url = await serve((request) => (code === 'unreachable' ? request.socket.destroy() : undefined));
      const calls: HttpCall[] = [];
      const http = createHttp({ timeoutMs: 100, onCall: (call) => calls.push(call) });
      const error = await expectRejection(
        http.request({
          operation: 'test',
          method: 'POST',
          url: `${url}/?leak=${secrets.access}`,
          headers: { Authorization: `SOTicket ${secrets.ticket}`, 'SO-AppToken': secrets.client },
          json: { SignedSystemToken: secrets.system },
        }),
      );
      expect(error.code).toBe(code);
      const forms = [
        String(error),
        error.stack,
        error.message,
        JSON.stringify(error),
        JSON.stringify({ ...error }),
        inspect(error, { depth: 20, showHidden: true }),
        JSON.stringify(calls),
      ].join('\n');
      for (const secret of Object.values(secrets)) expect(forms).not.toContain(secret);
      expect(error).not.toHaveProperty('cause');
      expect(error).not.toHaveProperty('config');
    },
  );
});

describe('HTTP call observer', () => {
  it('reports operation, host, duration and outcome of every call', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/broken') request.socket.destroy();
      else response.writeHead(404).end();
    });
    const calls: HttpCall[] = [];
    const http = createHttp({ timeoutMs: 2_000, onCall: (call) => calls.push(call) });
    await http.request(get(`${url}/missing?secret=1`));
    await expectRejection(http.request(get(`${url}/broken`)));
    const about = { operation: 'test', host: new URL(url).host, durationMs: expect.any(Number) };
    expect(calls).toEqual([
      { ...about, outcome: 404 },
      { ...about, outcome: 'unreachable' },
    ]);
  });
});
