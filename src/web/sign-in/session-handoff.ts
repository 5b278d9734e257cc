import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { HandoffStore } from '../../tenants/handoff-store.ts';
import { type PanelUrl, parsePanelUrl } from '../links.ts';
import { fieldsOf } from '../rendering/form-parsing.ts';
import type { BeginSignIn } from './begin-sign-in.ts';
import { type Sessions, sessionSchema } from './session.ts';

const challengeSchema = z.string().regex(/^[\w-]{43}$/);
const redemptionSchema = z.object({
  code: z.string().regex(/^[\w-]{43}$/),
  verifier: z.string().regex(/^[\w-]{43}$/),
});

/** The pop-up a panel opens where signing in within its frame did not come back; its challenge names that panel. */
export function createPopUp(deps: { beginSignIn: BeginSignIn }): RequestHandler {
  return function popUp(request, response) {
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
 * Takes the code a pop-up handed to the panel that opened it, and gives that panel its session: as a cookie, and as a
 * token to keep in the page where the browser refuses cookies in frames. Only a page of our own origin may ask.
 */
export function createRedeemHandoff(deps: {
  publicUrl: string;
  handoffs: HandoffStore;
  sessions: Sessions;
}): RequestHandler {
  return async function redeemHandoff(request, response) {
    if (request.headers.origin !== deps.publicUrl)
      throw new AppError('session-exchange-refused', { detail: 'origin' });
    const { code, verifier } = redemptionOf(request);
    const session = sessionSchema.safeParse(await deps.handoffs.redeem(code, verifier));
    if (!session.success) throw new AppError('session-exchange-refused', { detail: 'code' });
    const bearer = deps.sessions.write(response, session.data);
    response.set('Cache-Control', 'no-store').json({ bearer });
  };
}

/** Tells the panel whether its browser kept the session. */
export function createSessionCheck(deps: { sessions: Sessions }): RequestHandler {
  return function sessionCheck(request, response) {
    if (deps.sessions.read(request) === null) throw new AppError('session-cookie-blocked');
    response.set('Cache-Control', 'no-store').status(204).end();
  };
}

function redemptionOf(request: Request): z.infer<typeof redemptionSchema> {
  const redemption = redemptionSchema.safeParse(request.body);
  if (redemption.success) return redemption.data;
  throw new AppError('request-malformed', { detail: fieldsOf(redemption.error) });
}
