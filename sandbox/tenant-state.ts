import type { Router } from 'express';
import { type Intercept, sendError } from './fault-injection.ts';
import type { Tenant, Tenants } from './tenants.ts';

const validForMs = 10 * 60 * 1000;
const running: readonly string[] = ['Running', 'OnlineMaintenance'];

/**
 * The URL of a tenant. A move changes it: SuperOffice moves tenants between hosts (`online2` to `online3`); the
 * sandbox has one host and uses a path segment instead.
 */
function endpointUrl(origin: string, tenant: Tenant): string {
  const host = tenant.moves === 0 ? origin : `${origin}/online${tenant.moves + 1}`;
  return `${host}/${tenant.contextIdentifier}`;
}

/** The URL of a tenant's web API, without a trailing slash (docs/superoffice/auth.md#61-state-api). */
export function apiUrl(origin: string, tenant: Tenant): string {
  return `${endpointUrl(origin, tenant)}/api`;
}

/**
 * True while the tenant can be used: Running and OnlineMaintenance
 * (docs/superoffice/web-api.md#72-state-api).
 */
export function isRunning(tenant: Tenant): boolean {
  return running.includes(tenant.state);
}

/** Serves the tenant state API: no authentication; an unknown tenant is a 404 (an assumption). */
export function serveTenantState(
  router: Router,
  deps: { origin: string; tenants: Tenants; intercept: Intercept; now: () => number },
): void {
  router.get('/api/state/:tenantId', deps.intercept('State'), (req, res) => {
    const tenant = deps.tenants.find(String(req.params.tenantId));
    if (!tenant) return sendError(res, 404, 'SoNotFoundException', 'Unknown customer');
    res.json({
      ContextIdentifier: tenant.contextIdentifier,
      Endpoint: endpointUrl(deps.origin, tenant),
      State: tenant.state,
      IsRunning: isRunning(tenant),
      ValidUntil: formatDotNetTime(deps.now() + validForMs),
      Api: apiUrl(deps.origin, tenant),
      Version: 'Release_11.11_2026.05.12-03',
    });
  });
}

/** A UTC time with the seven fraction digits .NET writes. */
export function formatDotNetTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '0000Z');
}
