import { Router } from 'express';
import type { StateChangeTokenVerifier } from '../../superoffice/callbacks/state-change-notification.ts';
import type { CallbackIntake } from '../../tenants/callback-intake.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import { limitInFlight } from '../middleware/limit-in-flight.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import { limitConcurrency } from '../middleware/read-body.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import { createStateChangeCallback } from './state-change-callback.ts';
import {
  createReceiveEvent,
  createWebhookCallback,
  type ReceiveEvent,
  webhookRoute,
} from './webhook-callback.ts';

/** An event of SuperOffice has about 1 kB (docs/superoffice/web-api.md#65-payload), a state change with its token 3 kB. */
const maxBodyBytes = 32 * 1024;

/** State changes that are received at once. Anyone can send one until its token is verified; SuperOffice sends few. */
const maxStateChanges = 200;

/** State changes that are received from one client at once, so that it cannot keep out those of SuperOffice. */
const maxStateChangesPerClient = 50;

/** Routes that SuperOffice calls: webhook events and state changes of tenants; and what receives an event. */
export function createCallbacksRouter(deps: {
  webhooks: WebhookStore;
  callbacks: CallbackIntake;
  tenants: TenantStore;
  verifyStateChangeToken: StateChangeTokenVerifier;
  limits: RequestLimits;
  now: () => number;
}): { readonly router: Router; readonly receiveEvent: ReceiveEvent } {
  const { verifyStateChangeToken: verifyToken } = deps;
  const receiveEvent = createReceiveEvent({ ...deps, maxBodyBytes });
  const router = Router();
  router
    .route(webhookRoute)
    .post(createWebhookCallback({ ...deps, receiveEvent }))
    .all(methodNotAllowed);
  router
    .route('/callbacks/state-change')
    .post(
      limitInFlight(maxStateChangesPerClient),
      limitConcurrency(maxStateChanges),
      createStateChangeCallback({ ...deps, verifyToken, maxBodyBytes }),
    )
    .all(methodNotAllowed);
  return { router, receiveEvent };
}
