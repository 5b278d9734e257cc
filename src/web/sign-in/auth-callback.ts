import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { IdTokenClaims } from '../../superoffice/auth/id-token.ts';
import type { VerificationResult } from '../../superoffice/auth/verification-result.ts';
import type { CompletedSignIn, SignInPurpose, SignInStore } from '../../tenants/sign-in-store.ts';
import { fieldsOf } from '../rendering/form-parsing.ts';
import { forgetVerifier, readVerifier, tenantOf } from './begin-sign-in.ts';
import { SignInError } from './sign-in-error.ts';

/** A user whom SuperOffice vouched for just now. */
export interface SignedIn {
  readonly claims: IdTokenClaims;
  readonly accessToken: string;
}

/** What follows a sign-in, by its purpose; it answers the request. */
export type AfterSignIn = {
  readonly [Kind in SignInPurpose['kind']]: (
    request: Request,
    response: Response,
    signedIn: SignedIn,
    purpose: Extract<SignInPurpose, { kind: Kind }>,
  ) => Promise<void>;
};

const resolutionSchema = z.object({
  state: z.string().min(1).max(2_000),
  code: z.string().min(1).max(2_000).optional(),
  error: z.string().max(200).optional(),
});

/**
 * The one redirect URI: takes SuperOffice's answer to a sign-in as a query or a posted form
 * (docs/superoffice/auth.md#21-authorize-request).
 */
export function createAuthCallback(deps: {
  signIns: SignInStore;
  exchangeCode: (answer: {
    code: string;
    codeVerifier: string;
  }) => Promise<{ accessToken: string; idToken: string }>;
  verifyIdToken: (
    token: string,
    expected: { nonce: string; tenantId?: string },
  ) => Promise<VerificationResult<IdTokenClaims>>;
  after: AfterSignIn;
}): RequestHandler {
  return async function authCallback(request, response) {
    const answer = answerOf(request);
    const codeVerifier = readVerifier(request, answer.state);
    const signIn = await deps.signIns.consume(answer.state, codeVerifier);
    const { purpose } = signIn;
    try {
      if (!signIn.valid) throw new AppError(`sign-in-state-${signIn.reason}`);
      forgetVerifier(response.set('Cache-Control', 'no-store'), answer.state);
      await finish(request, response, signIn, { code: codeOf(answer), codeVerifier });
    } catch (error) {
      throw purpose === null || purpose.kind === 'install' ? error : new SignInError(purpose, error);
    }
  };

  async function finish(
    request: Request,
    response: Response,
    signIn: CompletedSignIn,
    answer: { code: string; codeVerifier: string },
  ): Promise<void> {
    const { purpose } = signIn;
    const { accessToken, idToken } = await deps.exchangeCode(answer);
    const claims = await verifiedClaims(idToken, signIn);
    const { tenantId, associateId, isAdministrator } = claims;
    request.log.setBindings({ tenantId, associateId });
    request.log.info({ purpose: purpose.kind, isAdministrator }, 'signed in');
    const signedIn = { claims, accessToken };
    switch (purpose.kind) {
      case 'install':
        return deps.after.install(request, response, signedIn, purpose);
      case 'panel':
        return deps.after.panel(request, response, signedIn, purpose);
      case 'pop-up':
        return deps.after['pop-up'](request, response, signedIn, purpose);
      case 'administration':
        return deps.after.administration(request, response, signedIn, purpose);
    }
  }

  async function verifiedClaims(
    idToken: string,
    { nonce, purpose }: CompletedSignIn,
  ): Promise<IdTokenClaims> {
    const verdict = await deps.verifyIdToken(idToken, { nonce, ...tenantOf(purpose) });
    if (verdict.valid) return verdict.claims;
    if (verdict.reason === 'ctx-mismatch') throw new AppError('tenant-mismatch');
    throw new AppError('sign-in-token-invalid', { detail: verdict.reason });
  }
}

type Answer = z.infer<typeof resolutionSchema>;

function answerOf(request: Request): Answer {
  const answer = resolutionSchema.safeParse(request.method === 'POST' ? request.body : request.query);
  if (!answer.success) throw new AppError('sign-in-response-malformed', { detail: fieldsOf(answer.error) });
  return answer.data;
}

function codeOf({ code, error }: Answer): string {
  if (error !== undefined) throw new AppError('sign-in-denied', { detail: error.replace(/[^\w .-]/g, '') });
  if (code === undefined) throw new AppError('sign-in-response-malformed', { detail: 'code' });
  return code;
}
