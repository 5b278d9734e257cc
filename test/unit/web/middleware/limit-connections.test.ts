import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { limitConnections } from '../../../../src/web/middleware/limit-connections.ts';

describe('limitConnections', () => {
  let server: Server;
  let sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets = [];
    server.close();
  });

  async function start(isTrustedProxy: (address: string) => boolean): Promise<number> {
    server = createServer();
    limitConnections(server, 3, isTrustedProxy);
    server.listen(0, '::');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Opens a connection; the server may close it afterwards. */
  async function open(port: number, address: string): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: address }).on('error', () => {});
    sockets.push(socket);
    await once(socket.resume(), 'connect');
  }

  const openCount = () => sockets.filter(({ readyState }) => readyState === 'open').length;

  it('closes those of one client beyond the limit, and leaves those of others', async () => {
    const port = await start(() => false);
    for (let count = 0; count < 6; count += 1) await open(port, '127.0.0.2');
    await expect.poll(openCount).toBe(3);
    await open(port, '127.0.0.3');
    await expect.poll(openCount).toBe(4);
    sockets.find(({ readyState }) => readyState === 'open')?.destroy();
    await expect.poll(openCount).toBe(3);
    await open(port, '127.0.0.2');
    await expect.poll(openCount).toBe(4);
  });

  it('leaves those of a trusted proxy', async () => {
    const port = await start((address) => address === '127.0.0.2');
    for (let count = 0; count < 6; count += 1) await open(port, '127.0.0.2');
    await expect.poll(openCount).toBe(6);
  });
});
