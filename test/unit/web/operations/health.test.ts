import express, { type RequestHandler } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createReadyz, healthz } from '../../../../src/web/operations/health.ts';
import { createApp } from '../harness.ts';

describe('healthz', () => {
  it('responds with 200 while the process runs', async () => {
    const { status, body } = await request(createApp(healthz)).get('/');
    expect([status, body]).toEqual([200, { status: 'ok' }]);
  });
});

const stopping = new AbortController().signal;

describe('readyz', () => {
  it('responds with 503 while the process stops', async () => {
    const stopped = AbortSignal.abort();
    const app = createApp(createReadyz({ isDatabaseUp: async () => true, stopping: stopped }));
    const { status, body } = await request(app).get('/');
    expect([status, body]).toEqual([503, { status: 'stopping' }]);
  });

  it.each([
    [true, 200, 'ok'],
    [false, 503, 'database-unreachable'],
  ])('reports whether the database responds: %s', async (isReachable, status, text) => {
    const response = await request(
      createApp(createReadyz({ isDatabaseUp: async () => isReachable, stopping })),
    ).get('/');
    expect([response.status, response.body]).toEqual([status, { status: text }]);
  });

  it('responds with 503 before a probe of three seconds gives up when the database does not respond', async () => {
    const events: unknown[] = [];
    const probing: RequestHandler = (_request, response, next) => {
      response.once('finish', () => events.push(response.statusCode));
      // Timers of one process fire in order, also on a busy machine.
      setTimeout(() => events.push('the probe gives up'), 3_000);
      next();
    };
    const silent = createReadyz({ isDatabaseUp: () => new Promise(() => {}), stopping });
    const response = await request(express().use(probing, silent)).get('/');
    expect([response.status, response.body]).toEqual([503, { status: 'database-unreachable' }]);
    await expect.poll(() => events).toEqual([503, 'the probe gives up']);
  });
});
