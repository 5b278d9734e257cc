import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';

/** The answers of the app, with their heads, by path, and the hash of the key that may have them. */
const { keyHash, answers } = JSON.parse(readFileSync(String(process.env.BENCH_ANSWERS), 'utf8')) as {
  readonly keyHash: string;
  readonly answers: Readonly<Record<string, { readonly headers: string[]; readonly text: string }>>;
};
/** Node.js joins a head with a text, which costs less for a short one than two writes. */
const toBody = (text: string) => (text.length <= 4096 ? text : Buffer.from(text));
const prepared = new Map(
  Object.entries(answers).map(([path, { headers, text }]) => [path, { headers, body: toBody(text) }]),
);
const keys = new Map([[keyHash, { isRevoked: false, expiresAt: null as number | null }]]);

const readsContext = process.env.BENCH_READS_CONTEXT === 'yes';
/** Whether answers wait until all requests that have arrived were handled, as those of the app do. */
const writesTogether = process.env.BENCH_WRITES_TOGETHER === 'yes';

/** The users that a server knows which reads the context. */
const users = new Set(['1']);

/** The same check as the app's: a look-up by the hash of the key. */
function isKeyValid({ headers }: IncomingMessage): boolean {
  const sent = headers['x-api-key'];
  if (typeof sent !== 'string') return false;
  const key = keys.get(hash('sha256', sent, 'base64url'));
  return key !== undefined && !key.isRevoked && (key.expiresAt === null || Date.now() < key.expiresAt);
}

process.once('SIGTERM', () => process.exit());
createServer((request, response) => {
  if (request.url === '/') return response.end();
  if (!isKeyValid(request)) return response.writeHead(401).end();
  const answer = prepared.get(request.url ?? '');
  if (answer === undefined) return response.writeHead(404).end();
  const write = () => response.writeHead(200, answer.headers).end(answer.body);
  const send = writesTogether ? () => setImmediate(write) : write;
  if (!readsContext) return request.resume().on('end', send);
  const chunks: Buffer[] = [];
  return request
    .on('data', (chunk: Buffer) => void chunks.push(chunk))
    .on('end', () => {
      const { context } = JSON.parse(Buffer.concat(chunks).toString());
      if (users.has(context.targetingKey)) send();
      else response.writeHead(400).end();
    });
}).listen(process.env.PORT);
