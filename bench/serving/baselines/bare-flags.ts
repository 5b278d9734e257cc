import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';

/** The answers of the app, by path, and the hash of the key that may have them. */
const { keyHash, answers } = JSON.parse(readFileSync(String(process.env.BENCH_ANSWERS), 'utf8')) as {
  readonly keyHash: string;
  readonly answers: Readonly<Record<string, string>>;
};
const bodies = new Map(Object.entries(answers).map(([path, text]) => [path, Buffer.from(text)]));
const keys = new Map([[keyHash, { isRevoked: false, expiresAt: null as number | null }]]);

/** The users that a server knows which reads the context. */
const users = new Set(['1']);

/** The same check as the app's: a look-up by the hash of the key. */
function isKeyValid({ headers }: IncomingMessage): boolean {
  const sent = headers['x-api-key'];
  if (typeof sent !== 'string') return false;
  const key = keys.get(createHash('sha256').update(sent).digest('base64url'));
  return key !== undefined && !key.isRevoked && (key.expiresAt === null || Date.now() < key.expiresAt);
}

process.once('SIGTERM', () => process.exit());
createServer((request, response) => {
  if (request.url === '/') return response.end();
  if (!isKeyValid(request)) return response.writeHead(401).end();
  const body = bodies.get(request.url ?? '');
  if (body === undefined) return response.writeHead(404).end();
  const send = () =>
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  if (process.env.BENCH_READS_CONTEXT !== 'yes') return request.resume().on('end', send);
  const chunks: Buffer[] = [];
  return request
    .on('data', (chunk: Buffer) => void chunks.push(chunk))
    .on('end', () => {
      const { context } = JSON.parse(Buffer.concat(chunks).toString());
      if (users.has(context.targetingKey)) send();
      else response.writeHead(400).end();
    });
}).listen(process.env.PORT);
