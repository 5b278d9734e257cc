import type { ErrorRequestHandler } from 'express';
import type { HiddenFramePolicies } from '../middleware/security-headers.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import { forgiveAttempt } from './sign-in-attempts.ts';
import { SignInError } from './sign-in-error.ts';

/**
 * Ends a sign-in that failed at our redirect URI in the hidden frame, where nobody would see the error: lets the page around
 * it sign in by the panel's own frame, which shows the error if it is still there. Other errors pass.
 */
export function createHiddenFrameFailure(deps: {
  hiddenFramePolicies: HiddenFramePolicies;
  languages: Languages;
  views: Views;
}): ErrorRequestHandler {
  const { hiddenFramePolicies, languages, views } = deps;
  return function hiddenFrameFailure(error, request, response, next) {
    const purpose = error instanceof SignInError ? error.purpose : null;
    if (purpose?.kind !== 'panel' || !purpose.inHiddenFrame) return next(error);
    request.log.info({ err: error }, 'the sign-in in the hidden frame failed');
    forgiveAttempt(request, response, purpose);
    const language = languages.choose([purpose.language, ...request.acceptsLanguages()]);
    hiddenFramePolicies.inner(request, response, () =>
      response.set('Cache-Control', 'no-store').send(views('hidden-frame', language, { url: '' })),
    );
  };
}
