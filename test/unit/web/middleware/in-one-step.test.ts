import type { ErrorRequestHandler, RequestHandler } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { inOneStep } from '../../../../src/web/middleware/in-one-step.ts';
import { createApp, listening } from '../harness.ts';

describe('inOneStep', () => {
  const passed: string[] = [];
  const step =
    (name: string): RequestHandler =>
    (_request, _response, next) => {
      passed.push(name);
      next();
    };
  const asyncStep: RequestHandler = async (_request, _response, next) => {
    await Promise.resolve();
    next();
  };
  const refuse = () => {
    throw new Error('refused');
  };

  const passOn: RequestHandler = (_request, _response, next) => next(new Error('refused'));
  const sayError: ErrorRequestHandler = (error: Error, _request, response, _next) => {
    response.status(500).send(error.message);
  };

  const server = (...handlers: RequestHandler[]) => {
    const app = createApp((_request, _response, next) => next());
    app.use(inOneStep(...handlers), (_request, response) => void response.send('served'));
    app.use(sayError);
    return listening(app);
  };

  describe('a chain', () => {
    const chain = server(step('first'), asyncStep, step('last'));
    it('runs the handlers in order, then the next ones', async () => {
      expect((await request(chain).get('/')).text).toBe('served');
      expect(passed).toEqual(['first', 'last']);
    });
  });

  describe.each([
    ['throws', [step('first'), refuse]],
    ['rejects', [step('first'), async () => refuse()]],
    ['throws after one that waits', [step('first'), asyncStep, refuse]],
    ['passes an error on', [passOn]],
  ] as [string, RequestHandler[]][])('a handler that %s', (_name, handlers) => {
    const refusing = server(...handlers);
    it('gives its error to the error handler', async () => {
      const { status, text } = await request(refusing).get('/');
      expect([status, text]).toEqual([500, 'refused']);
    });
  });
});
