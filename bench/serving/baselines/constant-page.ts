import { createServer } from 'node:http';
import { compressedBody } from '../../../src/web/rendering/compression.ts';
import { preparePage } from './prepared-page.ts';

const page = await preparePage(process.env, process.env.BENCH_TENANT_ID ?? '');
const plain = Buffer.from(page.render());
const brotli = await compressedBody(plain, 'page').encoded('br');
const head = { 'content-type': 'text/html; charset=utf-8' };

createServer((request, response) => {
  if (request.url === '/') return response.end();
  if (!page.isSignedIn(request.headers.cookie)) return response.writeHead(302, { location: '/' }).end();
  if (request.headers['accept-encoding'] === 'br')
    return response
      .writeHead(200, { ...head, 'content-encoding': 'br', 'content-length': brotli.length })
      .end(brotli);
  return response.writeHead(200, { ...head, 'content-length': plain.length }).end(plain);
}).listen(process.env.PORT);
