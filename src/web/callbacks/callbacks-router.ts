import express, { Router } from 'express';
import type { StateChangeTokenVerifier } from '../../superoffice/callbacks/state-change-notification.ts';
import type { CallbackIntake } from '../../tenants/callback-intake.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import { createStateChangeCallback } from './state-change-callback.ts';
import { createWebhookCallback } from './webhook-callback.ts';

/** Routes that SuperOffice calls: webhook events and state changes of tenants. */
export function createCallbacksRouter(deps: {
  webhooks: WebhookStore;
  callbacks: CallbackIntake;
  tenants: TenantStore;
  verifyStateChangeToken: StateChangeTokenVerifier;
}): Router {
  const { webhooks, callbacks, tenants, verifyStateChangeToken } = deps;
  // A webhook's signature covers the bytes of its body, whatever their content type.
  const bytes = express.raw({ type: () => true, limit: '256kb' });
  const json = express.json({ limit: '64kb' });

  const router = Router();
  router
    .route('/callbacks/webhooks/:hookId')
    .post(bytes, createWebhookCallback({ webhooks, callbacks }))
    .all(methodNotAllowed);
  router
    .route('/callbacks/state-change')
    .post(json, createStateChangeCallback({ verifyToken: verifyStateChangeToken, callbacks, tenants }))
    .all(methodNotAllowed);
  return router;
}
