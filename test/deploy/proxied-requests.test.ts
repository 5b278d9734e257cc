import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { bodyLimit, forgedHeaders, type ProxyProcess, proxies, send } from './proxy-process.ts';

/** A server behind the proxy that records what arrives. */
interface Recorder {
  readonly port: number;
  /** The headers of each request, and the size of its body once it is complete. */
  readonly requests: { readonly headers: IncomingHttpHeaders; bodyBytes?: number }[];
  /** Lets the response of `/stream` continue after its first half. */
  continueStream(): void;
  close(): Promise<void>;
}

async function startRecorder(): Promise<Recorder> {
  const requests: Recorder['requests'] = [];
  let continueStream = () => {};
  const server = createServer((incoming, outgoing) => {
    const recorded: Recorder['requests'][number] = { headers: incoming.headers };
    if (incoming.url === '/readyz' || incoming.url === '/healthz') {
      outgoing.end();
      return;
    }
    requests.push(recorded);
    let bodyBytes = 0;
    incoming.on('data', (chunk: Buffer) => (bodyBytes += chunk.length));
    incoming.on('end', () => {
      recorded.bodyBytes = bodyBytes;
      outgoing.write('first');
      continueStream = () => outgoing.end('second');
      if (incoming.url !== '/stream') continueStream();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    continueStream: () => continueStream(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe.each(proxies)('the example of %s', (name, start, isInstalled) => {
  describe.skipIf(!isInstalled)('with a recording server behind it', () => {
    let recorder: Recorder;
    let proxy: ProxyProcess;

    beforeAll(async () => {
      recorder = await startRecorder();
      proxy = await start({ upstreams: [recorder.port, recorder.port] });
    });
    afterAll(async () => {
      await proxy?.stop();
      await recorder?.close();
    });

    it('replaces what a client claims about its address, host and scheme', async () => {
      await send(proxy.httpsUrl, '/', { headers: forgedHeaders });
      const { headers } = recorder.requests.at(-1) ?? { headers: {} };
      expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' });
      expect(headers['x-forwarded-host']).toMatch(/^localhost(:\d+)?$/);
      expect(JSON.stringify(headers)).not.toMatch(/203\.0\.113\.9|evil/);
    });

    it('passes the address on when another proxy in front is trusted', async () => {
      const behindAnother = await start({ upstreams: [recorder.port, recorder.port], trustLoopback: true });
      onTestFinished(behindAnother.stop);
      await send(behindAnother.httpsUrl, '/', { headers: forgedHeaders });
      expect(recorder.requests.at(-1)?.headers['x-forwarded-for']).toMatch(
        /^203\.0\.113\.9(, 127\.0\.0\.1)?$/,
      );
    });

    it('delivers a response as it is written', async () => {
      const response = await send(proxy.httpsUrl, '/stream');
      const [first] = await once(response, 'data');
      expect(String(first)).toBe('first');
      recorder.continueStream();
      expect(await text(response)).toBe('second');
    });

    it('does not pass a larger body, with or without a declared length', async () => {
      const before = recorder.requests.length;
      const body = Buffer.alloc(bodyLimit + 1);
      expect((await send(proxy.httpsUrl, '/', { body })).statusCode).toBe(413);
      // Caddy before 2.7 responds with 502 when it finds the limit while it reads.
      const statuses = name === 'caddy' ? [413, 502] : [413];
      expect(statuses).toContain((await send(proxy.httpsUrl, '/', { body, chunked: true })).statusCode);
      expect(recorder.requests.slice(before).filter(({ bodyBytes }) => bodyBytes !== undefined)).toEqual([]);
    });
  });
});
