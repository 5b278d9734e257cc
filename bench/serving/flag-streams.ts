import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../src/database/database.ts';
import type { TenantLicenses } from '../../src/licensing/licenses/license-data.ts';
import { createSnapshotStore } from '../../src/snapshots/snapshot-store.ts';
import type { ServerProcess } from './processes.ts';
import { round } from './table.ts';

const megabyte = 2 ** 20;
/** Requests at a time while the addresses of the streams are asked for. */
const atOnce = 50;
const timeoutMs = 30_000;

/** Opens an event stream for each of `streams` users, then changes the licenses of their tenant in the database. */
export async function measureStreams(options: {
  readonly app: ServerProcess;
  readonly environment: NodeJS.ProcessEnv;
  readonly headers: Readonly<Record<string, string>>;
  readonly tenantId: string;
  readonly streams: number;
}) {
  const { app, environment, headers, tenantId, streams } = options;
  const addresses = await findAddresses(app, headers, streams);
  const before = await app.memory();
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const opened = await Promise.all(addresses.map((url) => openStream(url, agent)));
  // The streams look for changes since the answers when they are opened.
  await sleep(1_000);
  const after = await app.memory();
  const heard = opened.map((response) => untilNotice(response));
  const changedAt = performance.now();
  await changeLicenses(environment, tenantId);
  await Promise.race([
    Promise.all(heard),
    sleep(timeoutMs).then(() => Promise.reject(new Error('a stream did not hear of the change'))),
  ]);
  const noticeSeconds = round((performance.now() - changedAt) / 1_000);
  for (const response of opened) response.destroy();
  const more = after.resident - before.resident;
  return {
    streams,
    megabytes: round(more / megabyte),
    kilobytesEach: round(more / 1_024 / streams),
    noticeSeconds,
  };
}

async function findAddresses(
  app: ServerProcess,
  headers: Readonly<Record<string, string>>,
  streams: number,
): Promise<readonly string[]> {
  const addresses: string[] = [];
  for (let first = 1; first <= streams; first += atOnce) {
    const users = Array.from(
      { length: Math.min(atOnce, streams - first + 1) },
      (_each, index) => first + index,
    );
    addresses.push(...(await Promise.all(users.map((user) => findAddress(app, headers, user)))));
  }
  return addresses;
}

async function findAddress(
  { url }: ServerProcess,
  headers: Readonly<Record<string, string>>,
  user: number,
): Promise<string> {
  const response = await fetch(`${url}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ context: { targetingKey: String(user) } }),
  });
  if (response.status !== 200) throw new Error(`no flags: ${response.status} ${await response.text()}`);
  const { eventStreams } = (await response.json()) as { eventStreams: { url: string }[] };
  const [stream] = eventStreams;
  if (stream === undefined) throw new Error('no stream');
  return stream.url;
}

async function openStream(url: string, agent: Agent): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`stream refused: ${response.statusCode}`);
  response.on('error', () => {});
  response.resume();
  return response;
}

function untilNotice(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    response.on('data', (chunk: Buffer) => {
      if (chunk.includes('refetchEvaluation')) resolve();
    });
  });
}

async function changeLicenses(environment: NodeJS.ProcessEnv, tenantId: string): Promise<void> {
  const db = await openDatabase(String(environment.DATABASE_URL), () => {});
  const snapshots = createSnapshotStore(db);
  const stored = await snapshots.latest<TenantLicenses>(tenantId);
  if (stored === null) throw new Error('the database has no license data');
  const modules = stored.content.modules.slice(1);
  const changed = { content: { ...stored.content, modules }, readAt: stored.readAt + 1 };
  await snapshots.saveTenant(tenantId, changed, stored, []);
  await db.destroy();
}
