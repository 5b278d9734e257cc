import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import type { Keyring } from '../../../crypto/keyring.ts';
import { AppError } from '../../../errors.ts';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { Assumptions } from '../../../licensing/entitlements/assumptions.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import { createReadOneByOne } from '../../../snapshots/read-one-by-one.ts';
import type { UserLookup } from '../../../snapshots/user-lookup.ts';
import type { ApiKeyStore } from '../../../tenants/api-key-store.ts';
import type { TenantStore } from '../../../tenants/tenant-store.ts';
import { methodNotAllowed } from '../../middleware/method-not-allowed.ts';
import type { Languages } from '../../rendering/i18n.ts';
import type { AuthenticateApi, AuthenticateServer } from '../api-caller.ts';
import type { PrepareProblem } from '../problem.ts';
import { createDataVersions } from './data-versions.ts';
import { createEvaluationHandler, createEvaluations, type Evaluations } from './evaluate.ts';
import { createEventStreams, type EventStreams, streamLimits } from './event-streams.ts';
import { createFlagSets, eventsPath } from './flag-sets.ts';
import { createLoadSubject, createPeekSubject } from './load-subject.ts';
import { createOfrepErrorHandler } from './ofrep-error.ts';
import { streamHeaders } from './stream-connection.ts';
import { createStreamTokens, type StreamTokens } from './stream-token.ts';

/** Routes of the OpenFeature Remote Evaluation Protocol (docs/adr/0024-ofrep.md). */
export interface OfrepRoutes {
  /** Responses that stay open: no limit of unanswered requests may apply to them. */
  readonly streams: Router;
  readonly evaluation: Router;
  /** Responds in the form of the protocol to errors that come before a route of `evaluation`. */
  readonly handleOfrepError: ErrorRequestHandler;
  /** What the routes of `evaluation` do, for `createEvaluationShortcut`. */
  readonly evaluations: Evaluations;
}

/** Creates the routes. */
export function createOfrepRoutes(deps: {
  authenticate: AuthenticateApi;
  authenticateServer: AuthenticateServer;
  prepareProblem: PrepareProblem;
  apiKeys: ApiKeyStore;
  sessionKeys: Keyring;
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  userLookup: UserLookup;
  entitlementEngine: EntitlementEngine;
  assumptions: Assumptions;
  languages: Languages;
  publicUrl: string;
  /** Size limit of the cache of flags, in bytes. */
  flagCacheBytes: number;
  onRemoval: (listener: (key: string | null) => void) => void;
  onDataChange: (listener: (key: string | null) => void) => void;
  onExpiry: (listener: (key: string) => void) => void;
  log: Pick<Logger, 'error'>;
  stopping: AbortSignal;
  now: () => number;
}): OfrepRoutes {
  const { apiKeys, log } = deps;
  const streamTokens = createStreamTokens({ ...deps, keys: deps.sessionKeys });
  const flagSets = createFlagSets({ ...deps, streamTokens, maxBytes: deps.flagCacheBytes });
  const eventStreams = createEventStreams({
    ...deps,
    versions: createDataVersions(deps),
    limits: streamLimits,
    areKeysValid: async (tenantId, keyIds) => {
      const keys = await Promise.all(keyIds.map((id) => apiKeys.findActive(id)));
      return keys.every((key) => key?.tenantId === tenantId);
    },
    onKeyChange: (listener) => void apiKeys.onChange(listener),
    readUser: createReadOneByOne(deps),
    onError: (error) => log.error({ err: error }, 'updating the event streams failed'),
  });
  const evaluations = createEvaluations({
    ...deps,
    flagSets,
    loadSubject: createLoadSubject(deps),
    peekSubject: createPeekSubject(deps),
  });
  const evaluateFlags = createEvaluationHandler(evaluations.evaluate);
  const handleOfrepError = createOfrepErrorHandler(deps);

  const streams = Router();
  streams
    .route(eventsPath)
    .get(createOpenStream(streamTokens, eventStreams), handleOfrepError)
    .all(methodNotAllowed);
  const evaluation = Router();
  evaluation.route('/ofrep/v1/evaluate/flags').post(evaluateFlags, handleOfrepError).all(methodNotAllowed);
  evaluation
    .route('/ofrep/v1/evaluate/flags/:key')
    .post(evaluateFlags, handleOfrepError)
    .all(methodNotAllowed);
  return { streams, evaluation, handleOfrepError, evaluations };
}

/** Opens an event stream with the token of its address. */
function createOpenStream(streamTokens: StreamTokens, eventStreams: EventStreams): RequestHandler {
  return async function openStream(request, response) {
    const { token } = request.query;
    const claims = typeof token === 'string' ? streamTokens.verify(token) : null;
    if (claims === null) throw new AppError('api-key-invalid', { detail: 'event stream' });
    const { tenantId, associateId, keyIds } = claims;
    request.log.setBindings({ tenantId, associateId, apiKey: keyIds[0] });
    // The token names who may listen; the origin of a page adds nothing to it.
    response.setHeader('Access-Control-Allow-Origin', '*');
    // Express answers HEAD by the handler of GET; a stream without a body would never end.
    if (request.method === 'HEAD') response.writeHead(200, streamHeaders).end();
    else await eventStreams.open(request, response, claims);
  };
}
