import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import {
  readStateChange,
  type StateChangeTokenVerifier,
} from '../../superoffice/callbacks/state-change-notification.ts';
import type { CallbackIntake } from '../../tenants/callback-intake.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { readBody } from '../middleware/read-body.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import { listFieldNames } from '../rendering/form-parsing.ts';

/**
 * Receives SuperOffice's notification that a tenant's state changes: verifies its token, enqueues it, responds with 200.
 * The notification is only a hint. Processing relies on what the state API reports
 * (docs/superoffice/web-api.md#71-state-change-notification), so a replayed notification changes nothing.
 *
 * @throws AppError `state-change-malformed`, `state-change-token-invalid`, `too-many-requests`, `body-too-large`,
 * `request-malformed`
 */
export function createStateChangeCallback(deps: {
  verifyToken: StateChangeTokenVerifier;
  callbacks: CallbackIntake;
  limits: RequestLimits;
  maxBodyBytes: number;
  tenants: Pick<TenantStore, 'findCached'>;
}): RequestHandler {
  return async function stateChange(request, response) {
    const body = await readBody(request, deps.maxBodyBytes);
    deps.limits.countAnonymous(request);
    const notification = readStateChange(parseJson(body));
    if (!notification.success)
      throw new AppError('state-change-malformed', { detail: listFieldNames(notification.error) });
    const { tenantId, change, token } = notification.data;
    const findSerial = async () => (await deps.tenants.findCached(tenantId))?.serial ?? null;
    const verification = await deps.verifyToken(token, { tenantId, findSerial });
    if (!verification.valid)
      throw new AppError('state-change-token-invalid', { detail: verification.reason });
    const enqueued = await deps.callbacks.storeStateChange(tenantId, change);
    // Whatever SuperOffice signed is not counted: it announces the changes of all tenants from few addresses.
    deps.limits.uncountAnonymous(request);
    request.log.setBindings({ tenantId, change, enqueued });
    response.status(200).end();
  };
}

/** @throws AppError `state-change-malformed` */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AppError('state-change-malformed');
  }
}
