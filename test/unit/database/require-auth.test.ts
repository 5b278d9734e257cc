import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Client, Pool } from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { startBoss } from '../../../src/coordination/jobs/boss.ts';
import { connectionOptions, requestTimeouts } from '../../../src/database/connection-options.ts';
import { connectToServer } from '../../../src/database/embedded-postgres-usage.ts';
import { authenticationOptions, requireScram } from '../../../src/database/require-auth.ts';

const password = 'the-password-of-the-database';

/** A message of PostgreSQL's protocol. */
function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5, type, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const int = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const authentication = (code: number, text = '') => message('R', int(code), Buffer.from(text));
const ok = Buffer.concat([authentication(0), message('Z', Buffer.from('I'))]);
const sasl = authentication(10, 'SCRAM-SHA-256\0\0');

const rogues: Readonly<Record<string, Buffer>> = {
  'asks for the password': authentication(3),
  'asks for an MD5 of the password': authentication(5, 'salt'),
  'accepts without a password': ok,
  'accepts in the middle of SCRAM': Buffer.concat([sasl, ok]),
  'ends SCRAM without its second step': Buffer.concat([sasl, authentication(12, 'v=AAAA'), ok]),
  'asks for the password after an error': Buffer.concat([
    message('N', Buffer.from('SNOTICE\0\0')),
    authentication(3),
  ]),
  'asks for the password after SCRAM began': Buffer.concat([sasl, authentication(3)]),
  'answers something else': message('Z', Buffer.from('I')),
  'announces an endless message': Buffer.concat([Buffer.from('N'), int(2 ** 31 - 1), Buffer.alloc(100_000)]),
  'sends an empty message': Buffer.concat([Buffer.from('R'), int(0), authentication(3)]),
};

describe('a server that does not prove that it knows the password', () => {
  const opened: { close(): void }[] = [];
  afterEach(() => {
    for (const each of opened.splice(0)) each.close();
  });

  /** Starts a server with this answer to the first message of each connection, in pieces of `pieceBytes`. */
  async function startRogue(answer: Buffer, pieceBytes = Number.POSITIVE_INFINITY) {
    const received: string[] = [];
    const sockets = new Set<Socket>();
    const rogue = createServer((socket) => {
      sockets.add(socket);
      socket.setNoDelay(true).on('error', () => {});
      socket.once('data', async () => {
        socket.on('data', (data) => void received.push(data.toString('latin1')));
        for (let from = 0; from < answer.length; from += pieceBytes) {
          socket.write(answer.subarray(from, from + pieceBytes));
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      });
    });
    opened.push({
      close() {
        rogue.close();
        for (const socket of sockets) socket.destroy();
      },
    });
    rogue.listen(0, '127.0.0.1');
    await once(rogue, 'listening');
    const { port } = rogue.address() as AddressInfo;
    return { url: `postgres://planlens:${password}@127.0.0.1:${port}/postgres?${requireScram}`, received };
  }

  const answers = Object.entries(rogues).flatMap(([what, answer]) => [
    [what, 'at once', answer, undefined] as const,
    [what, 'in pieces', answer.subarray(0, 200), 3] as const,
  ]);

  it.each(answers)('is refused and learns nothing: %s, %s', async (_what, _how, answer, pieceBytes) => {
    const { url, received } = await startRogue(answer, pieceBytes);
    const client = new Client({ ...connectionOptions(url, requestTimeouts), connectionTimeoutMillis: 2_000 });
    client.on('error', () => {});
    await expect(client.connect()).rejects.toThrow();
    const pool = new Pool({ ...connectionOptions(url, requestTimeouts), connectionTimeoutMillis: 2_000 });
    await expect(pool.query('select 1')).rejects.toThrow();
    expect(await connectToServer(url)).toBeNull();
    // Only the first message of SCRAM, without anything about the password.
    for (const text of received) expect(text).toMatch(/^p.{4}SCRAM-SHA-256\0.{4}n,,n=\*,r=.*$/s);
    await pool.end();
    await client.end().catch(() => {});
  });

  it('is refused by the job queue', async () => {
    const { url, received } = await startRogue(authentication(3));
    await expect(startBoss({ url, isWorker: false, onFailed: () => {} })).rejects.toThrow();
    expect(received).toEqual([]);
  });
});

describe('a server that proves it', () => {
  it('is used', async () => {
    const url = inject('postgresUrl');
    expect(url).toContain(requireScram);
    const client = new Client(connectionOptions(url, requestTimeouts));
    await client.connect();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  it('is refused with another password', async () => {
    const url = new URL(inject('postgresUrl'));
    url.password = 'another';
    await expect(new Client(connectionOptions(url.href, requestTimeouts)).connect()).rejects.toMatchObject({
      code: '28P01',
    });
  });
});

it('is not required of a server that the operator chose', () => {
  expect(authenticationOptions('postgres://u:p@127.0.0.1/db?sslmode=verify-full')).toEqual({});
});
