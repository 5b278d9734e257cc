import express, { Router } from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { createDeferredRouter } from '../../../../src/web/middleware/deferred-router.ts';

it('loads its routes once, with the first request that reaches it', async () => {
  let loads = 0;
  const deferred = createDeferredRouter(async () => {
    loads += 1;
    return Router().get('/late', (_request, response) => void response.send('late'));
  });
  const app = express()
    .get('/early', (_request, response) => void response.send('early'))
    .use(deferred.router);
  await request(app).get('/early').expect(200);
  expect(loads).toBe(0);
  const answers = await Promise.all([1, 2].map(() => request(app).get('/late')));
  expect(answers.map(({ text }) => text)).toEqual(['late', 'late']);
  await deferred.load();
  await request(app).get('/other').expect(404);
  expect(loads).toBe(1);
});
