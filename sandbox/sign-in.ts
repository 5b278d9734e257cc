import type { Router } from 'express';
import type { Intercept } from './fault-injection.ts';
import { isFederated, localPath, type SuperIdSessions } from './superid-session.ts';
import type { Tenants } from './tenants.ts';

export interface SignInDeps {
  /** The origin of SuperOffice. */
  readonly origin: string;
  /** The origin of the identity provider. */
  readonly identityProvider: string;
  readonly tenants: Tenants;
  readonly sessions: SuperIdSessions;
  readonly intercept: Intercept;
}

/**
 * Serves the interactive pages: sign-in (a user name is enough here), the identity provider of federated users,
 * the consent of an administrator, and sign-out.
 */
export function serveSignIn(router: Router, deps: SignInDeps): void {
  const { origin, identityProvider, tenants, sessions, intercept } = deps;

  router.post('/login/sign-in', intercept('Login.SignIn'), (req, res) => {
    const { userName, next } = parseForm(req.body);
    const found = tenants.findUser(userName);
    if (!found || found.user.retired) {
      const problem = 'No user with this name can sign in.';
      return res.status(401).render('sign-in', { tenants: tenants.all(), next, hint: userName, problem });
    }
    if (isFederated(found.user)) {
      return res.redirect(
        303,
        `${identityProvider}/idp/sign-in?${new URLSearchParams({ user: userName, next })}`,
      );
    }
    sessions.start(res, found.user.userName, false);
    res.redirect(303, next);
  });

  // A shortcut for demo and tests: signs a user in and redirects to `next`.
  router.get('/login/as/:userName', intercept('Login.As'), (req, res) => {
    const found = tenants.findUser(String(req.params.userName));
    if (!found || found.user.retired) {
      return res.status(404).render('message', { title: 'Unknown user', text: 'No such user can sign in.' });
    }
    sessions.start(res, found.user.userName, false);
    res.redirect(302, localPath(req.query.next ?? `/${found.tenant.contextIdentifier}/`));
  });

  // An identity provider forbids framing: in a panel this page stays blank
  // (docs/superoffice/auth.md#7-iframe-sign-in).
  router.get('/idp/sign-in', intercept('Idp.SignIn'), (req, res) => {
    const user = tenants.findUser(String(req.query.user))?.user;
    res.set({ 'X-Frame-Options': 'DENY', 'Content-Security-Policy': "frame-ancestors 'none'" });
    res.render('idp', { origin, user, next: localPath(req.query.next) });
  });
  router.post('/idp/sign-in', intercept('Idp.SignIn'), (req, res) => {
    const { userName, next } = parseForm(req.body);
    if (tenants.findUser(userName)?.user.retired === false) sessions.start(res, userName, true);
    res.redirect(303, next);
  });

  router.post('/login/consent', intercept('Login.Consent'), (req, res) => {
    const session = sessions.read(req);
    const { next } = parseForm(req.body);
    if (!session?.user.isAdministrator) return res.status(403).render('message', notAdministrator);
    session.tenant.approved = true;
    res.redirect(303, next);
  });

  router.get('/login/logout', intercept('Login.Logout'), (req, res) => {
    sessions.end(req, res);
    res.redirect(302, '/');
  });
}

const notAdministrator = {
  title: 'Account does not have access',
  text: 'Only an administrator can approve an app.',
};

function parseForm(body: unknown): { userName: string; next: string } {
  const form: Record<string, unknown> = Object(body);
  return { userName: String(form.userName ?? ''), next: localPath(form.next) };
}
