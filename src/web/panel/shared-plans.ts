import type { RequestHandler } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { panelUserQuery, panelUserSchema, requestedLanguage } from '../links.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { AnyPlan } from '../plan-names.ts';
import type { BeginSignIn } from '../sign-in/begin-sign-in.ts';
import type { Sessions } from '../sign-in/session.ts';
import { getPlanParts } from './plan-selection.ts';

const sharedSchema = z.object({
  uctx: panelUserSchema.shape.uctx,
  plan: z.union([z.string(), z.array(z.string())]).transform((plan) => [plan].flat()),
  differences: z.string().optional(),
});

/** A link to a comparison for any user of the tenant; it names none, and uses the language of its reader. */
export function sharedPlansUrl(
  tenantId: string,
  { chosen, differencesOnly }: { readonly chosen: AnyPlan; readonly differencesOnly: boolean },
): string {
  return `/panel/plans?uctx=${tenantId}&${selectionQuery(getPlanParts(chosen), differencesOnly)}`;
}

/**
 * Leads a link that names no user to the page of the user who opens it, after a sign-in if there is no session of the
 * tenant. Passes any other request on.
 */
export function createSharedPlans(deps: {
  sessions: Sessions;
  beginSignIn: BeginSignIn;
  limits: RequestLimits;
}): RequestHandler {
  return async function sharedPlans(request, response, next) {
    if (request.query.usid !== undefined) return next();
    const shared = sharedSchema.safeParse(request.query);
    if (!shared.success) throw new AppError('panel-url-invalid', { detail: 'usid' });
    const { uctx: tenantId, plan, differences } = shared.data;
    const query = selectionQuery(plan, differences === 'on');
    const language = requestedLanguage(request);
    const session = await deps.sessions.read(request);
    if (session?.tenantId === tenantId) {
      const own = `/panel/plans?${panelUserQuery({ ...session, language })}&${query}`;
      return response.set('Cache-Control', 'no-store').redirect(302, own);
    }
    deps.limits.countAnonymous(request);
    deps.beginSignIn(request, response, { kind: 'plans', tenantId, language, query });
  };
}

function selectionQuery(plans: readonly string[], differencesOnly: boolean): string {
  const query = new URLSearchParams(differencesOnly ? { differences: 'on' } : {});
  for (const plan of plans) query.append('plan', plan);
  return query.toString();
}
