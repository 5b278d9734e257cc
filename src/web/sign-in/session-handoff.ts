import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { HandoffStore } from '../../tenants/handoff-store.ts';
import { panelUrl, panelUserSchema, parsePanelUrl } from '../links.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import { listFieldNames } from '../rendering/form-parsing.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import type { StartSignIn } from './begin-sign-in.ts';
import { type Sessions, sessionSchema } from './session.ts';
import { rememberPopUp } from './sign-in-attempts.ts';

const randomSchema = z.string().regex(/^[\w-]{43}$/);
const popUpSignInSchema = z.object({ ...panelUserSchema.shape, challenge: randomSchema });
const redemptionSchema = z.object({ verifier: randomSchema });

/** What a pop-up hands to its panel. */
const handoffSchema = z.object({
  ...sessionSchema.shape,
  /** Whether SuperOffice itself signed the user in; a pop-up of an earlier version does not tell. */
  usesOwnProvider: z.boolean().catch(false),
});
/** A session, and who signed the user in. */
export type SessionHandoff = Readonly<z.infer<typeof handoffSchema>>;

/** Set before the sign-in of a pop-up: a browser that does not send it refuses our cookies in the frame of the panel. */
const probeCookie = '__Host-planlens-probe';
const probeLifetimeMs = 10 * 60_000;

/**
 * Serves the pop-up that a panel opens if the sign-in in its frame did not return. The page starts no sign-in by itself: its
 * script asks the panel that opened it, which must be of our origin, for its challenge. Otherwise any site could sign a
 * user in for a challenge of its own and fetch the session.
 * @returns a handler that throws AppError `panel-url-invalid`
 */
export function createPopUp(deps: { languages: Languages; views: Views }): RequestHandler {
  return function popUp(request, response) {
    const panelUser = parsePanelUrl(request);
    const language = deps.languages.choose([panelUser.language, ...request.acceptsLanguages()]);
    const page = { ...panelUser, panelUrl: panelUrl(panelUser) };
    response.set('Cache-Control', 'no-store').send(deps.views('pop-up', language, page));
  };
}

/**
 * Starts the sign-in of a pop-up for the panel with the challenge; responds with the URL where it continues.
 * @returns a handler that throws AppError `request-malformed`, `too-many-requests`
 */
export function createStartPopUpSignIn(deps: {
  startSignIn: StartSignIn;
  limits: RequestLimits;
}): RequestHandler {
  return function startPopUpSignIn(request, response) {
    deps.limits.countAnonymous(request);
    const { uctx, usid, lang, challenge } = parseBody(popUpSignInSchema, request);
    const panelUser = { tenantId: uctx, associateId: usid, language: lang };
    const url = deps.startSignIn(response, { kind: 'pop-up', ...panelUser, challenge });
    response.set('Cache-Control', 'no-store').json({ url });
  };
}

/** Prepares the session handoff of a panel: sets a cookie to see whether the browser sends it. */
export const prepareHandoff: RequestHandler = function prepareHandoff(_request, response) {
  writeCookie(response, probeCookie, '1', probeLifetimeMs);
  response.set('Cache-Control', 'no-store').status(204).end();
};

/**
 * Gives a panel the session of its pop-up: as a cookie, or as a bearer token if the browser refuses cookies in the frame.
 * Responds with 204 as long as the pop-up has not signed in.
 * @returns a handler that throws AppError `request-malformed`, `too-many-requests`
 */
export function createRedeemHandoff(deps: {
  handoffs: HandoffStore;
  sessions: Sessions;
  limits: RequestLimits;
}): RequestHandler {
  return async function redeemHandoff(request: Request, response: Response) {
    deps.limits.countAnonymous(request);
    const { verifier } = parseBody(redemptionSchema, request);
    const { data: handoff } = handoffSchema.safeParse(await deps.handoffs.redeem(verifier));
    response.set('Cache-Control', 'no-store');
    if (handoff === undefined) return void response.status(204).end();
    const { usesOwnProvider, ...session } = handoff;
    if (readCookie(request, probeCookie) === undefined)
      return void response.json({ bearer: deps.sessions.createBearer(session) });
    deps.sessions.write(response, session);
    rememberPopUp(request, response, session, usesOwnProvider);
    response.json({ bearer: null });
  };
}

function parseBody<T>(schema: z.ZodType<T>, { body }: Request): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError('request-malformed', { detail: listFieldNames(parsed.error) });
}
