import type { Request, RequestHandler, Response, Router } from 'express';
import type { AppRegistration } from './app-registration.ts';
import { icons } from './crm-icons.ts';
import { crmTexts, type ScreenKey, screens } from './crm-texts.ts';
import type { Intercept } from './fault-injection.ts';
import { resolveText } from './multi-language.ts';
import { fillPanelUrl, getCulture } from './panel-url.ts';
import { findTarget, type Target } from './soprotocol.ts';
import type { SuperIdSession, SuperIdSessions } from './superid-session.ts';
import type { Tenant, Tenants, User } from './tenants.ts';
import type { WebPanels } from './web-panels.ts';

export interface CrmPageDeps {
  readonly app: AppRegistration;
  readonly tenants: Tenants;
  readonly sessions: SuperIdSessions;
  readonly panels: WebPanels;
  readonly intercept: Intercept;
}

/** Serves the front page of the sandbox and each tenant's CRM with its web panels. */
export function serveCrm(router: Router, deps: CrmPageDeps): void {
  router.get('/', deps.intercept('Page.Index'), (_req, res) => {
    res.render('index', { app: deps.app, tenants: deps.tenants.all(), describePlan });
  });

  router.get(
    '/:tenantId',
    deps.intercept('Page.Crm'),
    signedIn(deps, ({ tenant, user }, req, res) => {
      const panel = openPanel(deps.panels, tenant, user, req.query.panel);
      renderCrm(
        deps,
        { tenant, user },
        { req, res, panel, opened: null, current: panel ? null : 'dashboard' },
      );
    }),
  );

  router.get(
    ['/:tenantId/default.aspx', '/:endpoint/:tenantId/default.aspx'],
    deps.intercept('Page.Screen'),
    signedIn(deps, (session, req, res) => openScreen(deps, session, req, res)),
  );

  router.get('/shop', deps.intercept('Page.Shop'), (_req, res) => {
    res.render('message', { title: 'Shop', text: 'SuperOffice sells licenses here.' });
  });

  // Whether a target behind `?` has an effect here is not documented: it has none.
  router.get(
    ['/:tenantId/admin/default.aspx', '/:endpoint/:tenantId/admin/default.aspx'],
    deps.intercept('Page.Administration'),
    signedIn(deps, (session, req, res) => {
      if (!session.user.isAdministrator) return refuse(res, administratorsOnly);
      const opened = { title: 'Settings and maintenance', where: '' };
      renderCrm(deps, session, { req, res, panel: null, opened, current: null });
    }),
  );
}

/** Passes on requests for a tenant's CRM with the session of a user of it; shows the sign-in for others. */
function signedIn(
  { tenants, sessions }: CrmPageDeps,
  handle: (session: SuperIdSession, req: Request, res: Response) => void,
): RequestHandler {
  return (req, res, next) => {
    const tenant = tenants.find(String(req.params.tenantId));
    if (!tenant) return next();
    const session = sessions.read(req);
    if (session?.tenant === tenant) return handle(session, req, res);
    res.render('sign-in', { tenants: [tenant], next: req.originalUrl, hint: '', problem: '' });
  };
}

/** Opens the SoProtocol target after the `?` of the address, and names it on the page. */
function openScreen(deps: CrmPageDeps, session: SuperIdSession, req: Request, res: Response): void {
  const [, where = ''] = req.originalUrl.split('?');
  const target = findTarget(where);
  const refusal = target && findRefusal(target, session);
  if (target === null)
    res.status(404).render('message', { title: 'Unknown target', text: `No screen: ${where}` });
  else if (refusal !== null) refuse(res, refusal);
  else {
    const opened = { title: target.title, where };
    renderCrm(deps, session, { req, res, panel: null, opened, current: target.screen });
  }
}

/** Why a user may not open a target; null if they may. */
function findRefusal({ screen, forAdministrators }: Target, { tenant, user }: SuperIdSession): string | null {
  if (forAdministrators && !user.isAdministrator) return administratorsOnly;
  const isHidden = screen !== null && !visibleScreens(tenant, user).some(({ key }) => key === screen);
  return isHidden ? 'The role of this user hides this screen.' : null;
}

const administratorsOnly = 'Only an administrator can open this screen.';

function refuse(res: Response, text: string): void {
  res.status(403).render('message', { title: 'No access', text });
}

interface CrmContent {
  readonly req: Request;
  readonly res: Response;
  readonly panel: ReturnType<typeof openPanel>;
  /** The screen that a target opened; null for the dashboard, or with a panel. */
  readonly opened: { readonly title: string; readonly where: string } | null;
  readonly current: ScreenKey | null;
}

function renderCrm(
  { panels }: CrmPageDeps,
  { tenant, user }: Pick<SuperIdSession, 'tenant' | 'user'>,
  { req, res, panel, opened, current }: CrmContent,
): void {
  res.render('crm', {
    tenant,
    user,
    plan: describePlan(tenant, user),
    culture: getCulture(user),
    texts: crmTexts(user),
    icons,
    screens: visibleScreens(tenant, user),
    buttons: buttons(panels, tenant, user),
    panel,
    opened,
    current,
    here: req.originalUrl,
  });
}

/** The screens that the user's role does not hide. */
function visibleScreens(tenant: Tenant, user: User) {
  const rights = tenant.roles.find((role) => role.id === user.roleId)?.functionRights ?? [];
  return screens.filter(({ hiddenBy }) => hiddenBy === null || !rights.includes(hiddenBy));
}

/** The navigator buttons of apps; each opens the panel named in its `soprotocol:browser.` URL. */
function buttons(panels: WebPanels, tenant: Tenant, user: User) {
  return panels
    .visibleTo(tenant, user.groupId)
    .filter((panel) => panel.VisibleIn === 'NavigatorButton')
    .map((panel) => ({
      name: panel.Name,
      tooltip: resolveText(panel.Tooltip, user.language),
      opens: /^soprotocol:browser\.(.+)$/i.exec(panel.Url)?.[1] ?? panel.WindowName,
    }));
}

/** The requested panel with its URL filled in; null without a panel that the user can see. */
function openPanel(panels: WebPanels, tenant: Tenant, user: User, windowName: unknown) {
  const panel = panels
    .visibleTo(tenant, user.groupId)
    .find((row) => row.WindowName === windowName && /^https?:/i.test(row.Url));
  if (!panel) return null;
  const src = fillPanelUrl(panel.Url, panel.UrlEncoding, tenant, user);
  return { name: panel.Name, windowName: panel.WindowName, src };
}

function describePlan(tenant: Tenant, user: User): string {
  if (user.retired) return 'Former employee';
  return (
    tenant.modules.find((module) => module.ModuleName === user.plan)?.ModuleDescription ?? '(No Selection)'
  );
}
