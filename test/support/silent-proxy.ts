import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that can simulate a network that drops every packet: it neither closes nor refuses connections. */
export interface SilentProxy {
  /** The URL of the server, through the proxy. */
  readonly url: string;
  /** Stops forwarding on existing and new connections. */
  stopForwarding(): void;
  /** Forwards new connections again; existing ones stay silent. */
  forwardNewConnections(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1 that forwards to the host and port of the URL `target`. */
export async function startSilentProxy(target: string): Promise<SilentProxy> {
  const { hostname, port } = new URL(target);
  const sockets: Socket[] = [];
  let isSilent = false;
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) sockets.push(socket.on('error', () => {}));
    if (isSilent) return;
    client.pipe(server).pipe(client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    url: url.href,
    stopForwarding() {
      isSilent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    forwardNewConnections() {
      isSilent = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
