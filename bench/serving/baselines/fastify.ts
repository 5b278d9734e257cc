import fastify from 'fastify';
import { preparePage } from './prepared-page.ts';

const page = await preparePage(process.env, process.env.BENCH_TENANT_ID ?? '');
const app = fastify();

app.get('/', async () => '');
app.get('/panel', (request, reply) => {
  if (!page.isSignedIn(request.headers.cookie)) return reply.redirect('/');
  return reply.type('text/html; charset=utf-8').send(page.render());
});
await app.listen({ port: Number(process.env.PORT), host: 'localhost' });
