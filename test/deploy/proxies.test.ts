import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { streamLimits } from '../../src/web/api/ofrep/event-streams.ts';
import { createApiKey } from '../support/api-keys.ts';
import { emptyDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { openPeerServices } from '../support/peer-services.ts';
import {
  appEnvironment,
  install,
  metricsToken,
  panelUrl,
  signInToCrm,
  testUsers,
} from '../support/planlens.ts';
import { readText } from '../support/project-files.ts';
import { type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';
import {
  bodyLimit,
  forgedAddress,
  forgedHeaders,
  type ProxyProcess,
  proxies,
  send,
} from './proxy-process.ts';

describe.each(proxies)('the example of %s', (_name, start, isInstalled) => {
  describe.skipIf(!isInstalled)('with two processes behind it, of which one is down', () => {
    let sandbox: Sandbox;
    let server: ServerProcess;
    let proxy: ProxyProcess;
    let appUrl: string;
    let environment: NodeJS.ProcessEnv;

    beforeAll(async () => {
      const [httpsPort, port] = [await freePort(), await freePort()];
      const url = `https://localhost:${httpsPort}`;
      appUrl = `http://localhost:${port}`;
      sandbox = await startSandbox({ appUrl: url });
      environment = appEnvironment(url, sandbox, await emptyDatabase());
      server = spawnServer({ ...environment, PORT: String(port), LOG_LEVEL: 'info' });
      await untilReady(appUrl);
      proxy = await start({ upstreams: [await freePort(), port], httpsPort });
    });
    afterAll(async () => {
      await proxy?.stop();
      server?.child.kill('SIGTERM');
      await server?.ended();
      await sandbox?.close();
    });

    it('installs the app and shows a panel over https', async () => {
      await install({ sandbox, url: proxy.httpsUrl });
      const cookieClient = await signInToCrm({ sandbox }, testUsers.salesPremium);
      const page = await cookieClient.get(panelUrl({ url: proxy.httpsUrl }, testUsers.salesPremium));
      expect([page.status, page.html.includes('data-row=')]).toEqual([200, true]);
      expect(page.headers.get('strict-transport-security')).toContain('max-age=');
    });

    it('serves every request with the process that is up', async () => {
      const statuses = await Promise.all(
        Array.from({ length: 20 }, async () => (await fetch(`${proxy.httpsUrl}/`)).status),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
    });

    it('passes an event of a stream before the next heartbeat', async () => {
      const { tenantId, associateId } = testUsers.salesPremium;
      const services = await openPeerServices(environment);
      onTestFinished(() => services.close());
      const headers = {
        'x-api-key': await createApiKey(services.apiKeys),
        'content-type': 'application/json',
      };
      const body = Buffer.from(JSON.stringify({ context: { targetingKey: String(associateId) } }));
      const answer = await send(proxy.httpsUrl, '/ofrep/v1/evaluate/flags', { headers, body });
      const { eventStreams } = JSON.parse(await text(answer));
      const { pathname, search } = new URL(eventStreams[0].url);
      const stream = await send(proxy.httpsUrl, pathname + search, {
        headers: { accept: 'text/event-stream' },
      });
      onTestFinished(() => void stream.destroy());
      expect(stream.statusCode).toBe(200);
      let received = '';
      stream.on('data', (chunk) => {
        received += String(chunk);
      });
      const events = () => received.split('refetchEvaluation').length;
      const before = events();
      sandbox.control.setPlan({ tenant: tenantId, associateId, plan: 'ten-service' });
      await expect.poll(events, { timeout: streamLimits.heartbeatMs }).toBeGreaterThan(before);
      expect(stream.readableEnded).toBe(false);
    });

    it('redirects http to https', async () => {
      const { statusCode, headers } = await send(proxy.httpUrl, '/panel?uctx=Cust1');
      expect(statusCode).toBe(308);
      expect(headers.location).toMatch(/^https:\/\/localhost(:\d+)?\/panel\?uctx=Cust1$/);
    });

    it.each([
      '/metrics',
      '/metrics/',
      '/METRICS',
      '/Metrics?x',
      '/%6detrics',
      '//metrics',
      '/a/../metrics',
      '/readyz',
    ])('blocks %s', async (path) => {
      const response = await send(proxy.httpsUrl, path);
      expect(response.statusCode).toBe(404);
      expect(await text(response)).not.toMatch(/planlens_|status/);
    });

    it('blocks what Planlens serves in any case, and passes /healthz', async () => {
      const headers = { authorization: `Bearer ${metricsToken}` };
      expect((await send(appUrl, '/METRICS/', { headers })).statusCode).toBe(200);
      expect((await send(proxy.httpsUrl, '/healthz')).statusCode).toBe(200);
    });

    it.each([
      ['/assets/0123456789/planlens.css', 'br', 'br'],
      ['/assets/0123456789/planlens.css', 'gzip', 'gzip'],
      ['/', 'br, gzip', undefined],
    ])('passes %s for Accept-Encoding %s as Planlens sends it', async (path, accepted, encoding) => {
      const headers = { 'accept-encoding': accepted };
      const [passed, sent] = await Promise.all(
        [proxy.httpsUrl, appUrl].map(async (origin) => {
          const response = await send(origin, path, { headers });
          const { length } = await buffer(response);
          return { encoding: response.headers['content-encoding'], length };
        }),
      );
      expect(passed).toEqual(sent);
      expect(sent?.encoding).toBe(encoding);
    });

    it('passes a callback of 32 KiB and refuses a larger one with 413', async () => {
      const post = (bytes: number) =>
        send(proxy.httpsUrl, '/callbacks/webhooks/unknown', { body: Buffer.alloc(bodyLimit + bytes) });
      expect((await post(0)).statusCode).toBe(404);
      expect((await post(1)).statusCode).toBe(413);
    });

    it('logs no query, and the app logs the address that the proxy reports', async () => {
      await send(proxy.httpsUrl, '/panel/feature?code=S3CRET', { headers: forgedHeaders });
      await expect.poll(proxy.log).toContain('/panel/feature');
      expect(proxy.log()).not.toContain('S3CRET');
      const findLine = () =>
        server
          .output()
          .split('\n')
          .find((line) => line.includes('/panel/feature') && line.endsWith('}'));
      await expect.poll(findLine).toBeDefined();
      expect(JSON.parse(findLine() ?? '').req).toMatchObject({
        from: '127.0.0.1',
        to: expect.stringMatching(/127\.0\.0\.1:\d+$/),
      });
      expect(server.output()).not.toContain(forgedAddress);
    });
  });
});

describe('timeouts of the examples', () => {
  const [, appMs = ''] = /const timeouts = \{.*\btimeout: ([\d_]+)/.exec(readText('src/run-server.ts')) ?? [];
  const appSeconds = Number(appMs.replaceAll('_', '')) / 1000;
  const [, keepAliveMs = ''] = /const keepAliveTimeout = ([\d_]+)/.exec(readText('src/run-server.ts')) ?? [];
  const keepAliveSeconds = Number(keepAliveMs.replaceAll('_', '')) / 1000;

  /** The seconds of each setting of this name. */
  function secondsOf(file: string, setting: string): number[] {
    const found = [...readText(file).matchAll(new RegExp(`^\\s*${setting} (\\d+)s;?$`, 'gm'))];
    return found.map(([, seconds]) => Number(seconds));
  }

  it.each([
    ['deploy/nginx/planlens.conf', 'proxy_read_timeout'],
    ['deploy/caddy/Caddyfile', 'response_header_timeout'],
  ])('%s waits longer for a response than Planlens gives a request', (file, setting) => {
    expect(appSeconds).toBe(60);
    expect(secondsOf(file, setting)).toHaveLength(1);
    expect(secondsOf(file, setting)[0]).toBeGreaterThan(appSeconds);
  });

  it('keep an event stream open, on which Planlens sends something in half of that time', () => {
    expect(streamLimits.heartbeatMs / 1000).toBeLessThan(appSeconds / 2);
  });

  it.each([
    ['deploy/nginx/planlens.conf', 'keepalive_timeout'],
    ['deploy/caddy/Caddyfile', 'keepalive'],
  ])('%s closes an idle connection to Planlens before Planlens does', (file, setting) => {
    expect(keepAliveSeconds).toBe(75);
    expect(Math.min(...secondsOf(file, setting))).toBeLessThan(keepAliveSeconds);
  });
});
