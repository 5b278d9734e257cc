import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import type { KnownHook } from '../../tenants/webhook-store.ts';
import { asExpressRequest } from '../middleware/express-request.ts';
import { headersOf } from '../middleware/security-headers.ts';
import { type ReceiveEvent, webhookRoute } from './webhook-callback.ts';

/** What receives events before the app. */
interface WebhookShortcut {
  readonly listener: RequestListener;
  /** The first step of the app: passes a request that failed here to the error handler. */
  readonly rejectFailed: RequestHandler;
}

/** The address of a webhook as SuperOffice calls it. */
const calledBySuperOffice = new RegExp(`^${webhookRoute.replace(':hookId', '([\\w-]{43})')}$`);

/**
 * Receives events of webhooks in memory before the app, whose other steps take a fifth of the processor time of an event. They
 * pass the same limits, are received by the same function, are logged and counted, and have the same headers. Any other request is
 * left to the app, and so is the answer to one that fails.
 * @param deps.findHook the webhook of an id, if it is in memory
 * @param deps.steps the first steps of the app, and the limit of unanswered requests
 * @param deps.headers sets the security headers
 */
export function createWebhookShortcut(deps: {
  app: RequestListener;
  findHook: (hookId: string) => KnownHook | null;
  receiveEvent: ReceiveEvent;
  steps: RequestHandler;
  headers: RequestHandler;
}): WebhookShortcut {
  const { app, findHook, receiveEvent, steps } = deps;
  const headers = [...headersOf(deps.headers), 'Content-Length', '0'];
  const failed = new WeakMap<IncomingMessage, { readonly error: unknown }>();

  function receive(request: IncomingMessage, response: ServerResponse, hook: KnownHook): void {
    const asked = asExpressRequest(request, webhookRoute);
    const acknowledge = () => void response.writeHead(200, headers).end();
    const fail = (error: unknown) => {
      failed.set(request, { error });
      app(request, response);
    };
    try {
      steps(asked, response as Response, (error?: unknown) => {
        if (error === undefined) receiveEvent(hook, asked).then(acknowledge).catch(fail);
        else fail(error);
      });
    } catch (error) {
      fail(error);
    }
  }

  return {
    listener(request, response) {
      const hookId = request.method === 'POST' ? calledBySuperOffice.exec(request.url ?? '')?.[1] : undefined;
      const hook = hookId === undefined ? null : findHook(hookId);
      if (hook === null) app(request, response);
      else receive(request, response, hook);
    },

    rejectFailed: function rejectFailed(request, response, next) {
      const failure = failed.get(request);
      if (failure === undefined) next();
      else deps.headers(request, response, () => next(failure.error));
    },
  };
}
