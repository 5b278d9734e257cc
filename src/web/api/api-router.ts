import { json, type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import type { Keyring } from '../../crypto/keyring.ts';
import { AppError } from '../../errors.ts';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { Assumptions } from '../../licensing/entitlements/assumptions.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { UserDirectory } from '../../snapshots/user-directory.ts';
import type { UserLookup } from '../../snapshots/user-lookup.ts';
import type { UserStore } from '../../snapshots/user-store.ts';
import type { ApiKeyStore } from '../../tenants/api-key-store.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { AuditRefusal } from '../middleware/audit-refusals.ts';
import { inOneStep } from '../middleware/in-one-step.ts';
import { methodNotAllowed } from '../middleware/method-not-allowed.ts';
import { dataHeaders } from '../middleware/security-headers.ts';
import type { Languages } from '../rendering/i18n.ts';
import { createApiLimits } from './api-limits.ts';
import { createAuthenticateApi } from './authenticate.ts';
import { createCors } from './cors.ts';
import { createFindKey } from './find-key.ts';
import type { Evaluations } from './ofrep/evaluate.ts';
import { createOfrepRoutes } from './ofrep/ofrep-routes.ts';
import { createPrepareProblem, createProblemHandler } from './problem.ts';
import { createUserTokens } from './user-token.ts';
import { createUserTokensHandler } from './user-tokens-handler.ts';
import { createV1Routes } from './v1/v1-routes.ts';

const bases = ['/api/v1', '/ofrep/v1'];

/** Routes of the license API: for people and tools below `/api/v1`, for OpenFeature clients below `/ofrep/v1`. */
export interface ApiRouters {
  /** The evaluation of flags. It comes before the headers of pages, which would cost a tenth of its time. */
  readonly evaluation: Router;
  readonly others: Router;
  /** What `evaluation` does, for `createEvaluationShortcut`. */
  readonly evaluations: Evaluations;
}

/** Creates the routes of the license API. */
export function createApiRouters(deps: {
  apiKeys: ApiKeyStore;
  sessionKeys: Keyring;
  languages: Languages;
  auditRefusal: AuditRefusal;
  tenants: TenantStore;
  licenses: LicenseSnapshots;
  userLookup: UserLookup;
  users: UserStore;
  userDirectory: UserDirectory;
  entitlementEngine: EntitlementEngine;
  assumptions: Assumptions;
  /** Size limit of the cache of flags, in bytes. */
  flagCacheBytes: number;
  onRemoval: (listener: (key: string | null) => void) => void;
  onDataChange: (listener: (key: string | null) => void) => void;
  onExpiry: (listener: (key: string) => void) => void;
  log: Pick<Logger, 'error'>;
  stopping: AbortSignal;
  /** Of one key in this process. */
  requestsPerSecond: number;
  /** Limits the unanswered requests of one client, over all routes of the app. */
  limitClients: RequestHandler;
  publicUrl: string;
  now: () => number;
}): ApiRouters {
  const limits = createApiLimits(deps.requestsPerSecond, deps.now);
  const findKey = createFindKey({ ...deps, limits });
  const userTokens = createUserTokens({ ...deps, keys: deps.sessionKeys });
  const { authenticate, authenticateServer } = createAuthenticateApi({
    ...deps,
    findKey,
    userTokens,
    limits,
  });
  const prepareProblem = createPrepareProblem(deps);

  const { limitClients } = deps;
  const cors = createCors({ ...deps, findKey, limits });
  const ofrep = createOfrepRoutes({ ...deps, authenticate, authenticateServer, prepareProblem });

  const evaluation = Router();
  evaluation.use('/ofrep/v1/evaluate', inOneStep(dataHeaders(), cors, limitClients));
  evaluation.use(ofrep.evaluation);
  evaluation.use('/ofrep/v1/evaluate', ofrep.handleOfrepError);
  const others = Router();
  others.use(bases, cors);
  // Streams stay open and have limits of their own.
  others.use(ofrep.streams);
  others.use(bases, limitClients);
  others
    .route('/api/v1/user-tokens')
    .post(
      json({ limit: '16kb' }),
      createUserTokensHandler({ authenticate, findKey, userTokens, now: deps.now }),
    )
    .all(methodNotAllowed);
  others.use(createV1Routes({ ...deps, authenticate, limits }));
  others.use(bases, notFound, createProblemHandler({ prepareProblem, ...deps }));
  return { evaluation, others, evaluations: ofrep.evaluations };
}

const notFound: RequestHandler = function notFound() {
  throw new AppError('not-found');
};
