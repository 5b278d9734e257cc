import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { HandoffStore } from '../../tenants/handoff-store.ts';
import { type PanelUrl, parsePanelUrl } from '../links.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import { listFieldNames } from '../rendering/form-parsing.ts';
import type { BeginSignIn } from './begin-sign-in.ts';
import { type Sessions, sessionSchema } from './session.ts';

const challengeSchema = z.string().regex(/^[\w-]{43}$/);
const redemptionSchema = z.object({
  code: z.string().regex(/^[\w-]{43}$/),
  verifier: z.string().regex(/^[\w-]{43}$/),
});

/**
 * Serves the pop-up that a panel opens if the sign-in in its frame did not return. Its challenge identifies the panel.
 * @returns a handler that throws AppError `panel-url-invalid`, `too-many-requests`
 */
export function createPopUp(deps: { beginSignIn: BeginSignIn; limits: RequestLimits }): RequestHandler {
  return function popUp(request, response) {
    deps.limits.countAnonymous(request);
    const { tenantId, associateId, language }: PanelUrl = parsePanelUrl(request);
    const challenge = challengeSchema.safeParse(request.query.challenge);
    if (!challenge.success) throw new AppError('panel-url-invalid', { detail: 'challenge' });
    deps.beginSignIn(response, {
      kind: 'pop-up',
      tenantId,
      associateId,
      language,
      challenge: challenge.data,
    });
  };
}

/**
 * Exchanges the code that a pop-up passed to its panel for the session: as a cookie, and as a bearer token for a browser
 * that blocks cookies in frames. Only pages of our own origin may call it.
 * @returns a handler that throws AppError `session-exchange-refused`, `request-malformed`
 */
export function createRedeemHandoff(deps: {
  publicUrl: string;
  handoffs: HandoffStore;
  sessions: Sessions;
  limits: RequestLimits;
}): RequestHandler {
  return async function redeemHandoff(request, response) {
    deps.limits.countAnonymous(request);
    if (request.headers.origin !== deps.publicUrl)
      throw new AppError('session-exchange-refused', { detail: 'origin' });
    const { code, verifier } = parseRedemption(request);
    const session = sessionSchema.safeParse(await deps.handoffs.redeem(code, verifier));
    if (!session.success) throw new AppError('session-exchange-refused', { detail: 'code' });
    const bearer = deps.sessions.write(response, session.data);
    response.set('Cache-Control', 'no-store').json({ bearer });
  };
}

/** Reports to the panel's script whether the browser stored the session: 204, else AppError `session-cookie-blocked`. */
export function createSessionCheck(deps: { sessions: Sessions }): RequestHandler {
  return function sessionCheck(request, response) {
    if (deps.sessions.read(request) === null) throw new AppError('session-cookie-blocked');
    response.set('Cache-Control', 'no-store').status(204).end();
  };
}

function parseRedemption(request: Request): z.infer<typeof redemptionSchema> {
  const redemption = redemptionSchema.safeParse(request.body);
  if (redemption.success) return redemption.data;
  throw new AppError('request-malformed', { detail: listFieldNames(redemption.error) });
}
