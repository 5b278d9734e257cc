import type { Server } from 'node:net';
import { parseAddress, toClientNetwork } from './client-address.ts';

/**
 * Closes connections of a client that has `max` open ones, so that none takes all places of the process, not even with
 * connections on which it requests nothing. A trusted proxy, which carries the requests of many clients, may have any number.
 */
export function limitConnections(
  server: Server,
  max: number,
  isTrustedProxy: (address: string) => boolean,
): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = parseAddress(socket.remoteAddress ?? '') ?? '';
    if (isTrustedProxy(address)) return;
    const client = toClientNetwork(address);
    const count = (open.get(client) ?? 0) + 1;
    if (count > max) {
      socket.destroy();
      return;
    }
    open.set(client, count);
    socket.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left > 0) open.set(client, left);
      else open.delete(client);
    });
  });
}
