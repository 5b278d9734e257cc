import type { LimitName, Tenant } from './tenants.ts';
import type { ApiRoute } from './web-api.ts';

/** From here on SuperOffice warns (docs/superoffice/user-plans.md#8-crm-suite). */
const warningShare = 0.85;

/** The use of a limit; its response for a tenant without one is unknown: all zero here. */
interface Use {
  readonly ActiveCount: number;
  readonly Maximum: number;
}

const none: Use = { ActiveCount: 0, Maximum: 0 };

/**
 * The use of the limits of a CRM Suite plan. Three calls report one limit each, a fourth one the limit that is near or
 * reached (docs/superoffice/changes-2026.md#4-suite-limits-by-call). No call of its own reports custom objects.
 */
export function suiteLimitRoutes(): ApiRoute[] {
  return [
    limit('Dash/GetDashboardFencingInfo', (tenant) => find(tenant, 'dashboards')),
    limit('Project/GetProjectFencingInfo', (tenant) => find(tenant, 'projects')),
    limit('Workflow/GetWorkflowFencingInfo', (tenant) => find(tenant, 'flows')),
    limit('License/GetFencingInfo', nearest),
  ];
}

function limit(name: string, use: (tenant: Tenant) => Use): ApiRoute {
  return {
    method: 'post',
    path: `/Agents/${name}`,
    operation: name.replace('/', '.'),
    handle: ({ tenant }) => fencingInfo(use(tenant)),
  };
}

function find({ limits }: Tenant, name: LimitName): Use {
  return limits?.[name] ?? none;
}

/** Which of two near limits SuperOffice names is unknown: the one with the larger share here. */
function nearest({ limits = {} }: Tenant): Use {
  const [first] = Object.values(limits)
    .filter((use) => share(use) >= warningShare)
    .sort((one, other) => share(other) - share(one));
  return first ?? none;
}

function share({ ActiveCount, Maximum }: Use): number {
  return Maximum === 0 ? 0 : ActiveCount / Maximum;
}

/**
 * The FencingInfo carrier. A plan without the item has a maximum of 0, which SuperOffice may take for reached; the
 * warnings are invented.
 */
function fencingInfo(use: Use) {
  const hasReachedMaximum = use !== none && use.ActiveCount >= use.Maximum;
  const isNearingMaximum = share(use) >= warningShare && !hasReachedMaximum;
  const warning =
    isNearingMaximum || hasReachedMaximum ? `Sandbox: ${use.ActiveCount} of ${use.Maximum}` : '';
  return {
    ...use,
    IsNearingMaximum: isNearingMaximum,
    HasReachedMaximum: hasReachedMaximum,
    WarningMessage: warning,
    WarningTooltip: warning,
    TableRight: null,
    FieldProperties: {},
  };
}
