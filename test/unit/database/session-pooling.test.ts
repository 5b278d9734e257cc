import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { assertSessionPooling } from '../../../src/database/session-pooling.ts';
import { migratedDatabase } from '../../support/database.ts';

/**
 * A proxy that passes no notification on, like a pooler that has given the session to another client by then. It reads the
 * messages of the server: a type of one byte and a length of four, which counts itself.
 */
async function startForgetfulPooler(
  target: string,
): Promise<{ url: string; server: Server; sockets: Socket[] }> {
  const { hostname, port } = new URL(target);
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) sockets.push(socket.on('error', () => {}));
    client.pipe(upstream);
    let rest = Buffer.alloc(0);
    upstream.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
        const message = rest.subarray(0, 1 + rest.readInt32BE(1));
        rest = rest.subarray(message.length);
        if (message.toString('latin1', 0, 1) !== 'A') client.write(message);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: url.href, server, sockets };
}

describe('assertSessionPooling', () => {
  let url: string;
  let db: Database;

  beforeEach(async () => {
    url = await migratedDatabase();
    db = await openDatabase(url, () => {});
  });
  afterEach(() => db.destroy());

  it('accepts a direct connection', async () => {
    await expect(assertSessionPooling(url, db)).resolves.toBeUndefined();
  });

  it('rejects a pooler that shares sessions, and names the setting', async () => {
    const pooler = await startForgetfulPooler(url);
    await expect(assertSessionPooling(pooler.url, db, 300)).rejects.toThrow(
      /pool_mode = session in PgBouncer/,
    );
    for (const socket of pooler.sockets) socket.destroy();
    pooler.server.close();
  });
});
