import { AppError } from '../../errors.ts';
import type { HandoffStore } from '../../tenants/handoff-store.ts';
import { isAdministratorPath } from '../administrator-pages.ts';
import { askedPageUrl, panelUrl, panelUserQuery } from '../links.ts';
import { isFramed } from '../middleware/fetch-metadata.ts';
import type { HiddenFramePolicies } from '../middleware/security-headers.ts';
import type { Languages } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import type { AfterSignIn, SignedIn } from './auth-callback.ts';
import type { Session, Sessions } from './session.ts';
import type { SessionHandoff } from './session-handoff.ts';
import { clearAttempts, rememberFrame } from './sign-in-attempts.ts';
import type { StartSession } from './start-session.ts';

/**
 * Completes a user's sign-in: starts the session and leads to the panel, to the panel that opened the pop-up, to the plan
 * matrix, or to a page for administrators.
 */
export function createAfterSignIn(deps: {
  startSession: StartSession;
  sessions: Sessions;
  handoffs: HandoffStore;
  hiddenFramePolicies: HiddenFramePolicies;
  /** Values of the claim `identityprovider` that name SuperOffice itself. */
  ownIdentityProviders: readonly string[];
  languages: Languages;
  views: Views;
  now: () => number;
}): Pick<AfterSignIn, 'panel' | 'pop-up' | 'plans' | 'administration'> {
  const { startSession, sessions, handoffs, hiddenFramePolicies, languages, views, now } = deps;

  async function startPanelSession(
    signedIn: SignedIn,
    { associateId }: { associateId: number | null },
  ): Promise<Session> {
    const isExpectedUser = associateId === null || associateId === signedIn.claims.associateId;
    if (!isExpectedUser) throw new AppError('user-mismatch');
    return startSession(signedIn);
  }

  return {
    async panel(request, response, signedIn, purpose) {
      sessions.write(response, await startPanelSession(signedIn, purpose));
      const isInOwnFrame = isFramed(request) && !purpose.inHiddenFrame;
      if (isInOwnFrame) rememberFrame(request, response, signedIn.claims);
      else clearAttempts(response, signedIn.claims);
      const url = `${askedPageUrl(purpose)}&signedIn=${now()}`;
      if (!purpose.inHiddenFrame) return response.redirect(303, url);
      hiddenFramePolicies.inner(request, response, () =>
        response.send(views('hidden-frame', languages.choose([purpose.language]), { url })),
      );
    },

    async 'pop-up'(request, response, signedIn, purpose) {
      const usesOwnProvider = deps.ownIdentityProviders.includes(signedIn.claims.identityProvider ?? '');
      const session = await startPanelSession(signedIn, purpose);
      const handoff: SessionHandoff = { ...session, usesOwnProvider };
      await handoffs.offer(handoff, purpose.challenge);
      const language = languages.choose([purpose.language, ...request.acceptsLanguages()]);
      response.send(views('session-handoff', language, { panelUrl: panelUrl(purpose) }));
    },

    async plans(_request, response, signedIn, { language, query }) {
      const session = await startPanelSession(signedIn, { associateId: null });
      sessions.write(response, session);
      response.redirect(303, `/panel/plans?${panelUserQuery({ ...session, language })}&${query}`);
    },

    async administration(_request, response, signedIn, purpose) {
      const session = await startPanelSession(signedIn, purpose);
      if (!session.isAdministrator) throw new AppError('administrator-required');
      sessions.write(response, session);
      const { language, path, query } = purpose;
      const page = isAdministratorPath(path) ? path : '/admin';
      // Without the user, so that the address can be sent to another administrator of the tenant.
      const own = new URLSearchParams({ uctx: session.tenantId, lang: language, signedIn: String(now()) });
      response.redirect(303, `${page}?${own}${query && `&${query}`}`);
    },
  };
}
