import type { RequestHandler } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { isActive } from '../../tenants/api-key-store.ts';
import type { AuthenticateApi } from './api-caller.ts';
import type { FindKey } from './find-key.ts';
import type { UserTokens } from './user-token.ts';

/** The user whom the partner's server has recognised, and the key that the browser will send. */
export const userTokenRequestSchema = z.object({
  user: z
    .union([z.int(), z.string().regex(/^\d{1,10}$/)])
    .transform(Number)
    .pipe(z.int32().positive()),
  publishableKey: z.string().max(100),
});

/** The token, and until when it counts. */
export const userTokenAnswerSchema = z.object({
  token: z.string(),
  user: z.int(),
  expiresAt: z.iso.datetime(),
});

/**
 * Makes the handler with which a partner's server gets the token of a browser's user, with its secret key.
 * @returns a handler that throws AppError `api-key-missing`, `api-key-invalid`, `api-scope-missing`, `api-limit`,
 * `request-malformed` with the wrong field, which clients get as `api-request-malformed`
 */
export function createUserTokensHandler(deps: {
  authenticate: AuthenticateApi;
  findKey: FindKey;
  userTokens: UserTokens;
  now: () => number;
}): RequestHandler {
  const { authenticate, findKey, userTokens, now } = deps;
  return async function makeUserToken(request, response) {
    const { tenantId, keyId, associateId } = await authenticate(request);
    if (associateId !== null) throw new AppError('api-scope-missing', { detail: 'secret key' });
    const sent = userTokenRequestSchema.safeParse(request.body);
    if (!sent.success)
      throw new AppError('request-malformed', { detail: sent.error.issues[0]?.path.join('.') || 'body' });
    const { user, publishableKey } = sent.data;
    const key = await findKey(request, publishableKey);
    // The same for the key of another tenant as for one that does not exist.
    if (key?.kind !== 'publishable' || key.tenantId !== tenantId || !isActive(key, now()))
      throw new AppError('request-malformed', { detail: 'publishableKey' });
    const content = { tenantId, keyId: key.id, madeBy: keyId, associateId: user };
    const { token, expiresAt } = userTokens.mint(content);
    const answer: z.infer<typeof userTokenAnswerSchema> = {
      token,
      user,
      expiresAt: new Date(expiresAt).toISOString(),
    };
    response.status(201).set('Cache-Control', 'no-store').json(answer);
  };
}
