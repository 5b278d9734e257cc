import type { Router } from 'express';
import type { AppRegistration } from './app-registration.ts';
import { icons } from './crm-icons.ts';
import { crmTexts, screens } from './crm-texts.ts';
import type { Intercept } from './fault-injection.ts';
import { fillPanelUrl, getCulture } from './panel-url.ts';
import type { SuperIdSessions } from './superid-session.ts';
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

  router.get(['/:tenantId', '/:tenantId/default.aspx'], deps.intercept('Page.Crm'), (req, res, next) => {
    const tenant = deps.tenants.find(String(req.params.tenantId));
    if (!tenant) return next();
    const session = deps.sessions.read(req);
    if (session?.tenant !== tenant) {
      return res.render('sign-in', { tenants: [tenant], next: req.originalUrl, hint: '', problem: '' });
    }
    const { user } = session;
    res.render('crm', {
      tenant,
      user,
      plan: describePlan(tenant, user),
      culture: getCulture(user),
      texts: crmTexts(user),
      icons,
      screens: visibleScreens(tenant, user),
      buttons: buttons(deps.panels, tenant, user),
      panel: openPanel(deps.panels, tenant, user, req.query.panel),
      here: req.originalUrl,
    });
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
      tooltip: panel.Tooltip,
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
