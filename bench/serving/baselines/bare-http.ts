import { createServer } from 'node:http';
import { preparePage } from './prepared-page.ts';

const page = await preparePage(process.env, process.env.BENCH_TENANT_ID ?? '');

createServer((request, response) => {
  if (request.url === '/') return response.end();
  if (!page.isSignedIn(request.headers.cookie)) return response.writeHead(302, { location: '/' }).end();
  const html = Buffer.from(page.render());
  return response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': html.length })
    .end(html);
}).listen(process.env.PORT);
