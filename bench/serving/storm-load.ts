import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A user who opens the panel without a session. */
export interface StormUser {
  readonly tenantId: string;
  readonly associateId: number;
  /** The address of the user's office, as a proxy reports it. */
  readonly address: string;
}

/** What a user saw. */
export interface Visit {
  /** From SuperOffice's answer, which calls our callback, to the answer of the callback, ms. */
  readonly callbackMs: number;
  /** From SuperOffice's answer to the whole panel, ms. */
  readonly panelMs: number;
  /** Null if the panel was shown, with the plan of the user; else the status, or the address that led nowhere. */
  readonly failure: string | null;
  /** Whether the panel says that the user's own licenses are still to be read. */
  readonly isFromList: boolean;
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const provisional = 'Planlens has not read your own licences yet';

/** Opens the panels of all users, evenly within `seconds`; each request goes to the next of the processes. */
export async function openPanels(
  ports: readonly number[],
  users: readonly StormUser[],
  seconds: number,
): Promise<readonly Visit[]> {
  let requests = 0;
  const nextPort = () => {
    requests += 1;
    return ports[requests % ports.length] ?? 0;
  };
  return Promise.all(
    users.map(async (user, index) => {
      await sleep((index * seconds * 1_000) / users.length);
      return openPanel(nextPort, user);
    }),
  );
}

async function openPanel(nextPort: () => number, user: StormUser): Promise<Visit> {
  const cookies = new Map<string, string>();
  const get = (path: string) => send(nextPort(), path, user.address, cookies);
  const query = new URLSearchParams({ uctx: user.tenantId, usid: String(user.associateId), lang: 'en' });
  let page = await get(`/panel?${query}`);
  // The probe of cookies.
  if (page.location.startsWith('/')) page = await get(page.location);
  if (!page.location.includes('/oauth/authorize')) return failed(page);
  const { searchParams } = new URL(page.location);
  const code = `${user.tenantId}.${user.associateId}.${searchParams.get('nonce')}`;
  const answer = new URLSearchParams({ state: searchParams.get('state') ?? '', code });
  const startedAt = performance.now();
  const callback = await get(`/auth/callback?${answer}`);
  const callbackMs = performance.now() - startedAt;
  if (callback.status !== 303) return failed(callback, callbackMs);
  const panel = await get(callback.location);
  const panelMs = performance.now() - startedAt;
  if (panel.status !== 200 || !panel.body.includes('Premium</h1>')) return failed(panel, callbackMs, panelMs);
  return { callbackMs, panelMs, failure: null, isFromList: panel.body.includes(provisional) };
}

function failed({ status, body }: Answer, callbackMs = Number.NaN, panelMs = callbackMs): Visit {
  const [, heading = ''] = /<h1>([^<]*)</.exec(body) ?? [];
  return { callbackMs, panelMs, failure: `${status} ${heading}`, isFromList: false };
}

interface Answer {
  readonly status: number;
  readonly location: string;
  readonly body: string;
}

function send(port: number, path: string, address: string, cookies: Map<string, string>): Promise<Answer> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return new Promise((resolve, reject) => {
    const headers = { cookie, 'x-forwarded-for': address, accept: 'text/html' };
    const sent = request({ agent, host: 'localhost', port, path, headers }, (response) => {
      for (const line of response.headers['set-cookie'] ?? []) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
        cookies.set(name, value);
      }
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '', body }),
      );
      response.on('error', reject);
    });
    sent.on('error', (error) => resolve({ status: 0, location: '', body: `<h1>${error.message}<` }));
    sent.end();
  });
}
