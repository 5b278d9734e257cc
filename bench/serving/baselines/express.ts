import express from 'express';
import { preparePage } from './prepared-page.ts';

const page = await preparePage(process.env, process.env.BENCH_TENANT_ID ?? '');
const app = express();

app.get('/', (_request, response) => {
  response.end();
});
app.get('/panel', (request, response) => {
  if (!page.isSignedIn(request.headers.cookie)) return response.redirect('/');
  response.send(page.render());
});
app.listen(process.env.PORT);
