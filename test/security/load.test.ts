import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { migratedDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { appEnvironment, install, panelUrl, testUsers } from '../support/planlens.ts';
import { type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';
import { sessionCookie } from '../support/session-cookie.ts';
import { openConnection } from './raw-http.ts';

/** How long the load lasts, seconds. */
const loadSeconds = 600;
const loadFactor = 4;
/** A page may take so long after the load, beside other work, ms. */
const recoveredMs = 250;
const connections = 100;
const neverReading = 100;
/** Resident memory limit, bytes: caches, the young generation, and output buffered for clients that never read. */
const maxResident = 700 * 2 ** 20;
const { salesPremium } = testUsers;

let sandbox: Sandbox;
let server: ServerProcess;
let url: string;
let cookie: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://localhost:${port}`;
  sandbox = await startSandbox({ appUrl: url });
  const environment = { ...appEnvironment(url, sandbox, await migratedDatabase()), LOG_LEVEL: 'error' };
  server = spawnServer(environment);
  await untilReady(url);
  await install({ sandbox, url });
  cookie = sessionCookie(environment, salesPremium);
});
afterAll(async () => {
  server.child.kill('SIGKILL');
  await server.ended();
  await sandbox.close();
});

const path = () => panelUrl({ url }, salesPremium).slice(url.length);
const generateLoad = (options: Partial<autocannon.Options>) =>
  autocannon({ url: `${url}${path()}`, headers: { cookie }, timeout: 60, ...options });

function resident(): number {
  const [, kilobytes] =
    /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Pipelines requests for `pages` pages without reading any response; reconnects when the server disconnects it. */
function neverRead(pages: number, address: string): { stop(): void } {
  let socket: Socket | null = null;
  let reconnect: NodeJS.Timeout | undefined;
  function connectAndSend(): void {
    socket = openConnection(url).pause();
    const request = `GET ${path()} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\nCookie: ${cookie}\r\n\r\n`;
    socket.on('connect', () => socket?.write(request.repeat(pages)));
    socket.on('error', () => {});
    socket.on('close', () => {
      reconnect = setTimeout(connectAndSend, 200);
    });
  }
  connectAndSend();
  return {
    stop() {
      socket?.removeAllListeners('close').destroy();
      clearTimeout(reconnect);
    },
  };
}

test(`survives ${loadFactor}-fold capacity with ${neverReading} clients that never read`, async () => {
  const measured = (await generateLoad({ duration: 3, connections: 10 })).requests.average;
  // Beside other work, a second may pass without a response.
  const capacity = Math.max(measured, 100);
  // Half of the clients stay within the pipelining limit, half exceed it by far.
  const clients = Array.from({ length: neverReading }, (_each, index) =>
    neverRead(index % 2 === 0 ? 8 : 2_000, `203.0.113.${index}`),
  );
  const sizes: number[] = [];
  const watch = setInterval(() => sizes.push(resident()), 500);
  let underLoad: autocannon.Result;
  try {
    const overallRate = Math.ceil(capacity * loadFactor);
    underLoad = await generateLoad({ duration: loadSeconds, connections, overallRate });
    sizes.push(resident());
  } finally {
    clearInterval(watch);
  }
  for (const client of clients) client.stop();

  await untilReady(url);
  const afterLoad = await generateLoad({ amount: 20, connections: 2 });
  expect(afterLoad.non2xx + afterLoad.errors).toBe(0);
  expect(afterLoad.latency.p50).toBeLessThanOrEqual(Math.max(underLoad.latency.p50, recoveredMs));
  await sleep(500);

  const maxMeasured = Math.max(...sizes);
  const statusCodes = underLoad.statusCodeStats ?? {};
  process.stdout.write(
    `${JSON.stringify({ capacity: Math.round(capacity), requestedRate: Math.ceil(capacity * loadFactor), seconds: underLoad.duration, statusCodes, errors: underLoad.errors, timeouts: underLoad.timeouts, maxResidentMb: Math.round(maxMeasured / 2 ** 20), residentAfterMb: Math.round(resident() / 2 ** 20) })}\n`,
  );
  expect(server.child.exitCode, server.output()).toBeNull();
  expect(maxMeasured).toBeLessThan(maxResident);
  expect(Object.keys(statusCodes)).toEqual(['200']);
  expect(underLoad.timeouts).toBe(0);
});
