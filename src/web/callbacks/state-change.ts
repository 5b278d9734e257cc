import type { RequestHandler } from 'express';
import { sha256Base64Url } from '../../crypto/random-token.ts';
import { AppError } from '../../errors.ts';
import { readStateChange, type StateChangeTokenVerifier } from '../../superoffice/callbacks/state-change.ts';
import type { CallbackQueue } from '../../tenants/callback-queue.ts';
import { fieldsOf } from '../rendering/form-parsing.ts';

/**
 * Takes SuperOffice's notice that a tenant's state changes: its token verified, then kept, then 200. It is a
 * hint: what is done about it rests on what the state API says then
 * (docs/superoffice/web-api.md#71-state-change-notification), so a replayed one changes nothing.
 */
export function createStateChangeCallback(deps: {
  verifyToken: StateChangeTokenVerifier;
  callbackQueue: CallbackQueue;
}): RequestHandler {
  return async function stateChange(request, response) {
    const notice = readStateChange(request.body);
    if (!notice.success) throw new AppError('state-change-malformed', { detail: fieldsOf(notice.error) });
    const { tenantId, change, token } = notice.data;
    const verdict = await deps.verifyToken(token, { tenantId });
    if (!verdict.valid) throw new AppError('state-change-token-invalid', { detail: verdict.reason });
    const kept = await deps.callbackQueue.enqueue(
      tenantId,
      `state ${sha256Base64Url(`${change} ${token}`)}`,
      {
        source: 'state-change',
        change,
      },
    );
    request.log.setBindings({ tenantId, change, kept });
    response.status(200).end();
  };
}
