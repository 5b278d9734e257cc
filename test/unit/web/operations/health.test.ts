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

describe('readyz', () => {
  it.each([
    [true, 200, 'ok'],
    [false, 503, 'database-unreachable'],
  ])('reports whether the database responds: %s', async (isReachable, status, text) => {
    const response = await request(createApp(createReadyz({ isDatabaseUp: async () => isReachable }))).get(
      '/',
    );
    expect([response.status, response.body]).toEqual([status, { status: text }]);
  });

  it('responds with 503 within three seconds when the database does not respond', async () => {
    const startedAt = Date.now();
    const silent = createReadyz({ isDatabaseUp: () => new Promise(() => {}) });
    const response = await request(createApp(silent)).get('/');
    expect([response.status, response.body]).toEqual([503, { status: 'database-unreachable' }]);
    expect(Date.now() - startedAt).toBeLessThan(3_000);
  });
});
