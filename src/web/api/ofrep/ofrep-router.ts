import { type RequestHandler, Router } from 'express';
import { AppError } from '../../../errors.ts';
import { methodNotAllowed } from '../../middleware/method-not-allowed.ts';
import type { Languages } from '../../rendering/i18n.ts';
import type { AuthenticateApi } from '../api-caller.ts';
import { createEvaluate } from './evaluate.ts';
import type { EventStreams } from './event-streams.ts';
import { eventsPath, type FlagSets } from './flag-sets.ts';
import type { LoadSubject } from './load-subject.ts';
import { createOfrepErrorHandler } from './ofrep-error.ts';
import type { StreamTokens } from './stream-token.ts';

/** Routes of the OpenFeature Remote Evaluation Protocol (docs/adr/0024-ofrep.md). */
export function createOfrepRouter(deps: {
  authenticate: AuthenticateApi;
  loadSubject: LoadSubject;
  flagSets: FlagSets;
  streamTokens: StreamTokens;
  eventStreams: EventStreams;
  languages: Languages;
  /** Limits the unanswered requests of a client; not for streams, which stay open. */
  limitInFlight: RequestHandler;
}): Router {
  const { limitInFlight } = deps;
  const { evaluateAll, evaluateOne } = createEvaluate(deps);
  const handleOfrepError = createOfrepErrorHandler(deps);
  const router = Router();
  router.route(eventsPath).get(createOpenStream(deps), handleOfrepError).all(methodNotAllowed);
  router
    .route('/ofrep/v1/evaluate/flags')
    .post(limitInFlight, evaluateAll, handleOfrepError)
    .all(methodNotAllowed);
  router
    .route('/ofrep/v1/evaluate/flags/:key')
    .post(limitInFlight, evaluateOne, handleOfrepError)
    .all(methodNotAllowed);
  return router;
}

/** Opens an event stream with the token of its address. */
function createOpenStream({
  streamTokens,
  eventStreams,
}: {
  streamTokens: StreamTokens;
  eventStreams: EventStreams;
}): RequestHandler {
  return async function openStream(request, response) {
    const { token } = request.query;
    const claims = typeof token === 'string' ? streamTokens.verify(token) : null;
    if (claims === null) throw new AppError('api-key-invalid', { detail: 'event stream' });
    const { tenantId, associateId, keyIds } = claims;
    request.log.setBindings({ tenantId, associateId, apiKeyId: keyIds[0] });
    // The token names who may listen; the origin of a page adds nothing to it.
    response.setHeader('Access-Control-Allow-Origin', '*');
    await eventStreams.open(request, response, claims);
  };
}
