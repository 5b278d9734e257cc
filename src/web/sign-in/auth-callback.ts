import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { IdTokenClaims } from '../../superoffice/auth/id-token.ts';
import type { VerificationResult } from '../../superoffice/auth/verification-result.ts';
import type { CompletedSignIn, SignInPurpose, SignInStore } from '../../tenants/sign-in-store.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import { listFieldNames } from '../rendering/form-parsing.ts';
import { clearVerifier, readVerifier, tenantParameter } from './begin-sign-in.ts';
import { SignInError } from './sign-in-error.ts';

/** A user whose id_token was verified. */
export interface SignedIn {
  readonly claims: IdTokenClaims;
  readonly accessToken: string;
  /** The address of the user's client. */
  readonly address: string;
}

/** Handlers that complete a sign-in, by its purpose. Each sends the response. */
export type AfterSignIn = {
  readonly [Kind in SignInPurpose['kind']]: (
    request: Request,
    response: Response,
    signedIn: SignedIn,
    purpose: Extract<SignInPurpose, { kind: Kind }>,
  ) => Promise<void>;
};

const authorizationResponseSchema = z.object({
  state: z.string().min(1).max(2_000),
  code: z.string().min(1).max(2_000).optional(),
  error: z.string().max(200).optional(),
});

/** The reasons of a denial (RFC 6749, section 4.1.2.1, and OpenID Connect). Any other text is not repeated. */
const denialReasons = [
  'access_denied',
  'unauthorized_client',
  'invalid_request',
  'invalid_scope',
  'unsupported_response_type',
  'server_error',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
];

/**
 * The redirect URI: receives SuperOffice's authorization response as a query or a posted form
 * (docs/superoffice/auth.md#21-authorize-request).
 */
export function createAuthCallback(deps: {
  signIns: SignInStore;
  exchangeCode: (response: {
    code: string;
    codeVerifier: string;
  }) => Promise<{ accessToken: string; idToken: string }>;
  verifyIdToken: (
    token: string,
    expected: { nonce: string; tenantId?: string },
  ) => Promise<VerificationResult<IdTokenClaims>>;
  after: AfterSignIn;
  limits: RequestLimits;
}): RequestHandler {
  const { limits } = deps;
  return async function authCallback(request, response) {
    limits.countAnonymous(request);
    const authorization = parseAuthorizationResponse(request);
    const begun: { purpose: SignInPurpose | null } = { purpose: null };
    try {
      // Refused before the sign-in is consumed, so that the browser can load the page again.
      await limits.completeSignIn(request, async () => {
        const codeVerifier = readVerifier(request, authorization.state);
        const signIn = await deps.signIns.consume(authorization.state, codeVerifier);
        begun.purpose = signIn.purpose;
        request.actor = toClaimedActor(signIn.purpose);
        if (!signIn.valid) throw new AppError(`sign-in-state-${signIn.reason}`);
        clearVerifier(response.set('Cache-Control', 'no-store'), authorization.state);
        await finish(request, response, signIn, { code: findCode(authorization), codeVerifier });
      });
    } catch (error) {
      const { purpose } = begun;
      throw purpose === null ? error : new SignInError(purpose, error);
    }
  };

  async function finish(
    request: Request,
    response: Response,
    signIn: CompletedSignIn,
    code: { code: string; codeVerifier: string },
  ): Promise<void> {
    const { purpose } = signIn;
    const { accessToken, idToken } = await deps.exchangeCode(code);
    const claims = await verifiedClaims(idToken, signIn);
    const { tenantId, associateId, isAdministrator } = claims;
    request.actor = { tenantId, associateId };
    request.log.setBindings({ tenantId, associateId });
    request.log.info({ purpose: purpose.kind, isAdministrator }, 'signed in');
    const signedIn = { claims, accessToken, address: request.clientAddress };
    switch (purpose.kind) {
      case 'install':
        return deps.after.install(request, response, signedIn, purpose);
      case 'panel':
        return deps.after.panel(request, response, signedIn, purpose);
      case 'pop-up':
        return deps.after['pop-up'](request, response, signedIn, purpose);
      case 'plans':
        return deps.after.plans(request, response, signedIn, purpose);
      case 'administration':
        return deps.after.administration(request, response, signedIn, purpose);
    }
  }

  async function verifiedClaims(
    idToken: string,
    { nonce, purpose }: CompletedSignIn,
  ): Promise<IdTokenClaims> {
    const verification = await deps.verifyIdToken(idToken, { nonce, ...tenantParameter(purpose) });
    if (verification.valid) return verification.claims;
    if (verification.reason === 'ctx-mismatch') throw new AppError('tenant-mismatch');
    throw new AppError('sign-in-token-invalid', { detail: verification.reason });
  }
}

/** The tenant that a sign-in was begun for; nobody is known yet. Null if it was begun for any tenant. */
function toClaimedActor(purpose: SignInPurpose | null): Express.Request['actor'] {
  const { tenantId } = purpose === null ? {} : tenantParameter(purpose);
  return tenantId === undefined ? null : { tenantId, associateId: null };
}

type AuthorizationResponse = z.infer<typeof authorizationResponseSchema>;

function parseAuthorizationResponse(request: Request): AuthorizationResponse {
  const parsed = authorizationResponseSchema.safeParse(
    request.method === 'POST' ? request.body : request.query,
  );
  if (!parsed.success)
    throw new AppError('sign-in-response-malformed', { detail: listFieldNames(parsed.error) });
  return parsed.data;
}

function findCode({ code, error }: AuthorizationResponse): string {
  if (error !== undefined)
    throw new AppError('sign-in-denied', denialReasons.includes(error) ? { detail: error } : {});
  if (code === undefined) throw new AppError('sign-in-response-malformed', { detail: 'code' });
  return code;
}
