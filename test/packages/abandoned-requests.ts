// Prints how many responses are not closed after a client has sent eight requests on one connection and left.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { limitPipelining } from '../../src/web/middleware/limit-pipelining.ts';

const limit = limitPipelining();
const unclosed = new Set<Response>();
let client: Socket | undefined;
const server = createServer((request, response) => {
  limit(request as Request, response as Response, () => {
    unclosed.add(response as Response);
    response.on('close', () => unclosed.delete(response as Response));
    if (unclosed.size === 8) client?.resetAndDestroy();
  });
});
server.listen(0, 'localhost');
await once(server, 'listening');
client = connect((server.address() as AddressInfo).port, 'localhost');
client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(8));
const [accepted] = (await once(server, 'connection')) as [Socket];
// It ends with an error, which `once` would throw.
await new Promise((resolve) => accepted.on('close', resolve));
// A response closes in the turn after its connection.
await setImmediate();
await setImmediate();
process.stdout.write(String(unclosed.size));
server.close();
