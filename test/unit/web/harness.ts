import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import express, { type Express, type RequestHandler } from 'express';
import { afterAll, beforeAll } from 'vitest';
import { loadLanguages } from '../../../src/web/rendering/i18n.ts';
import { loadViews } from '../../../src/web/rendering/views.ts';
import { root } from '../../support/project-files.ts';

export const languages = loadLanguages(join(root, 'locales'));
export const views = loadViews(root);
export const english = languages.choose(['en']);
export const german = languages.choose(['de']);

/** An app with the settings of Planlens that passes every request to one handler. */
export function createApp(handler: RequestHandler): Express {
  return express().set('query parser', 'simple').use(handler);
}

/** Serves an app on a free port while the tests of the file run. */
export function listening(app: RequestListener): Server {
  const server = createServer(app);
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  return server;
}
