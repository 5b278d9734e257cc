import { createSecretKey } from 'node:crypto';
import { createServer } from 'node:http';
import { Pool } from 'pg';
import { verifyWebhookSignature } from '../../../src/superoffice/callbacks/webhook-signature.ts';
import { readBody } from '../../../src/web/middleware/read-body.ts';

// Only verifies the signature and inserts a row: no tenant lookup, no deduplication, no parsing.
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query(
  'create table if not exists received (id bigint generated always as identity, body jsonb, at timestamptz)',
);
const key = createSecretKey(String(process.env.BENCH_SECRET), 'utf8');
/** Those of the app's answers. */
const headers: string[] = JSON.parse(String(process.env.BENCH_HEADERS));
const maxBodyBytes = 32 * 1024;

createServer(async (request, response) => {
  if (request.method === 'GET') return response.end();
  const body = await readBody(request, maxBodyBytes);
  if (!verifyWebhookSignature(key, body, String(request.headers['x-superoffice-signature'])))
    return response.writeHead(401).end();
  await pool.query('insert into received (body, at) values ($1, $2)', [body.toString(), new Date()]);
  return response.writeHead(200, headers).end();
}).listen(process.env.PORT);
