import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A round-robin load balancer that skips processes that are down. */
export interface LoadBalancer {
  /** The number of requests that received 502 because no process was reachable. */
  unavailableCount(): number;
  close(): Promise<void>;
}

/** Listens at `port` and distributes requests among the processes at `ports`. */
export async function startLoadBalancer(port: number, ports: readonly number[]): Promise<LoadBalancer> {
  const agent = new Agent({ keepAlive: false });
  let next = 0;
  let unavailable = 0;

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    next += 1;
    for (let each = 0; each < ports.length; each += 1) {
      const response = await forward(ports[(next + each) % ports.length] ?? 0, incoming, body);
      if (response === null) continue;
      outgoing.writeHead(response.status, response.headers).end(response.body);
      return;
    }
    unavailable += 1;
    outgoing.writeHead(502).end();
  }

  /** Null when the process is down or fails while responding. */
  function forward(
    to: number,
    { method, url, headers }: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer } | null> {
    return new Promise((resolve) => {
      const forwarded = request({ agent, host: 'localhost', port: to, method, path: url, headers });
      forwarded.once('error', () => resolve(null));
      forwarded.once('response', async (response) => {
        try {
          const { statusCode: status = 502 } = response;
          // These concern one connection: the client would keep its own open as long as the process keeps the other.
          const { connection: _, 'keep-alive': __, ...responseHeaders } = response.headers;
          resolve({ status, headers: responseHeaders, body: await buffer(response) });
        } catch {
          resolve(null);
        }
      });
      forwarded.end(body);
    });
  }

  // As proxies do: with the five seconds of Node.js, a request of a busy machine meets a connection being closed.
  const server = createServer(
    { keepAliveTimeout: 75_000 },
    (incoming, outgoing) => void handle(incoming, outgoing),
  );
  server.listen(port, 'localhost');
  await once(server, 'listening');
  return {
    unavailableCount: () => unavailable,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
