import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { emptyDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { appEnvironment, install, panelUrl, people } from '../support/planlens.ts';
import { type ServerProcess, spawnServer, untilReady } from '../support/server-process.ts';
import { sessionCookie } from '../support/session-cookie.ts';
import { isLong } from './profile.ts';
import { open } from './raw-http.ts';

const loadSeconds = isLong ? 600 : 12;
const times = 4;
const connections = 100;
const neverReading = 100;
/** Resident, bytes: what the process may have kept, its young generation, and what cannot be sent to who never reads. */
const maxResident = 700 * 2 ** 20;
const recoversWithinMs = 5_000;
const { salesPremium } = people;

let sandbox: Sandbox;
let server: ServerProcess;
let url: string;
let cookie: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://localhost:${port}`;
  sandbox = await startSandbox({ appUrl: url });
  const environment = { ...appEnvironment(url, sandbox, await emptyDatabase()), LOG_LEVEL: 'error' };
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
const bear = (seconds: number, options: Partial<autocannon.Options>) =>
  autocannon({ url: `${url}${path()}`, duration: seconds, headers: { cookie }, timeout: 30, ...options });

function resident(): number {
  const [, kilobytes] =
    /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Asks for so many pages at once and reads nothing of what comes; asks anew when it is cut off. */
function neverRead(pages: number): { stop(): void } {
  let socket: Socket | null = null;
  let again: NodeJS.Timeout | undefined;
  function begin(): void {
    socket = open(url).pause();
    const request = `GET ${path()} HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\n\r\n`;
    socket.on('connect', () => socket?.write(request.repeat(pages)));
    socket.on('error', () => {});
    socket.on('close', () => {
      again = setTimeout(begin, 200);
    });
  }
  begin();
  return {
    stop() {
      socket?.removeAllListeners('close').destroy();
      clearTimeout(again);
    },
  };
}

test(
  `survives ${times}-fold capacity for ${loadSeconds} s with ${neverReading} clients that never read`,
  async () => {
    const capacity = (await bear(3, { connections: 10 })).requests.average;
    // Some within what one connection may ask at once, and some far beyond.
    const clients = Array.from({ length: neverReading }, (_each, place) =>
      neverRead(place % 2 === 0 ? 8 : 2_000),
    );
    const sizes: number[] = [];
    const watch = setInterval(() => sizes.push(resident()), 500);
    const measureLoad = await bear(loadSeconds, { connections, overallRate: Math.ceil(capacity * times) });
    clearInterval(watch);
    for (const client of clients) client.stop();

    const endedAt = performance.now();
    await untilReady(url);
    const clearFaults = await bear(1, { connections: 2 });
    expect(performance.now() - endedAt).toBeLessThan(recoversWithinMs + 1_000);
    expect(clearFaults.latency.p99).toBeLessThan(1_000);
    await sleep(500);

    const most = Math.max(...sizes);
    const answered = measureLoad.statusCodeStats ?? {};
    process.stdout.write(
      `${JSON.stringify({ capacity: Math.round(capacity), asked: Math.ceil(capacity * times), seconds: loadSeconds, answered, errors: measureLoad.errors, timeouts: measureLoad.timeouts, mostResidentMb: Math.round(most / 2 ** 20), residentAfterMb: Math.round(resident() / 2 ** 20) })}\n`,
    );
    expect(server.child.exitCode, server.output()).toBeNull();
    expect(most).toBeLessThan(maxResident);
    expect(Object.keys(answered)).toEqual(['200']);
    expect(measureLoad.timeouts).toBe(0);
  },
  (loadSeconds + 60) * 1_000,
);
