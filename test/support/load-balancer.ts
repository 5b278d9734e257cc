import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What stands before several processes: takes each request to one of them, to the next where one is gone. */
export interface LoadBalancer {
  /** How often no process could be reached at all, which was answered by 502. */
  nobodyUp(): number;
  close(): Promise<void>;
}

/** Listens at `port` and takes turns among the processes at `ports`. */
export async function startLoadBalancer(port: number, ports: readonly number[]): Promise<LoadBalancer> {
  const agent = new Agent({ keepAlive: false });
  let turn = 0;
  let nobodyUp = 0;

  async function takeOn(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    turn += 1;
    for (let each = 0; each < ports.length; each += 1) {
      const answer = await ask(ports[(turn + each) % ports.length] ?? 0, incoming, body);
      if (answer === null) continue;
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    nobodyUp += 1;
    outgoing.writeHead(502).end();
  }

  /** Null where the process is gone, before it answered or while it did. */
  function ask(
    to: number,
    { method, url, headers }: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer } | null> {
    return new Promise((resolve) => {
      const forwarded = request({ agent, host: 'localhost', port: to, method, path: url, headers });
      forwarded.once('error', () => resolve(null));
      forwarded.once('response', async (answer) => {
        try {
          const { statusCode: status = 502, headers: told } = answer;
          resolve({ status, headers: told, body: await buffer(answer) });
        } catch {
          resolve(null);
        }
      });
      forwarded.end(body);
    });
  }

  const server = createServer((incoming, outgoing) => void takeOn(incoming, outgoing));
  server.listen(port, 'localhost');
  await once(server, 'listening');
  return {
    nobodyUp: () => nobodyUp,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
