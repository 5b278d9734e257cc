import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { Pool } from 'pg';

// Only verifies the signature and inserts a row: no tenant lookup, no deduplication, no parsing.
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query(
  'create table if not exists received (id bigint generated always as identity, body jsonb, at timestamptz)',
);

createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (request.method === 'GET') return response.end();
  const body = Buffer.concat(chunks);
  const expected = createHmac('sha256', process.env.BENCH_SECRET ?? '')
    .update(body)
    .digest();
  const sent = Buffer.from(String(request.headers['x-superoffice-signature']), 'base64');
  if (expected.length !== sent.length || !timingSafeEqual(expected, sent))
    return response.writeHead(401).end();
  await pool.query('insert into received (body, at) values ($1, $2)', [body.toString(), new Date()]);
  return response.end();
}).listen(process.env.PORT);
