import type { RequestHandler } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { AccessRequestStore } from '../../tenants/access-request-store.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import { toAuditActor } from '../middleware/audit-refusals.ts';
import type { RequestLimits } from '../middleware/request-limits.ts';
import type { AnyPlan } from '../plan-names.ts';
import { parseForm, typedText } from '../rendering/form-parsing.ts';
import { parseSubject, subjectUrl } from './access-request-view.ts';
import {
  type EntitledPanelContext,
  type PanelContext,
  type PanelContextLoader,
  withEntitlements,
} from './panel-context.ts';
import { isRequestable, planOutcome } from './plan-outcome.ts';
import { parsePlan } from './plan-selection.ts';

/** How long a reason may be, in characters. */
const maxReasonLength = 500;

const accessRequestFormSchema = z.object({
  subject: z.string().regex(/^(feature|plan):.{1,100}$/),
  reason: typedText.max(maxReasonLength).default(''),
  intent: z.enum(['submit', 'withdraw']).default('submit'),
});

/** Submits or withdraws the user's access request for a feature or a plan, then redirects to the page about it. */
export function createSubmitAccessRequest(deps: {
  panelContexts: PanelContextLoader;
  accessRequests: AccessRequestStore;
  entitlementEngine: EntitlementEngine;
  audit: AuditLog;
  limits: RequestLimits;
}): RequestHandler {
  const { panelContexts, accessRequests, entitlementEngine, audit, limits } = deps;

  return async function submitAccessRequest(request, response) {
    const context = await panelContexts.load(request);
    const { subject, reason, intent } = parseForm(accessRequestFormSchema, request.body);
    const page = subjectPage(subject, intent, context);
    limits.countAccessRequest(context.session);
    const { tenant, session } = context;
    const { associateId, name: requestedBy } = session;
    const actor = toAuditActor(request, session);
    // Idempotent for a double click or two windows: the first request stays, and a withdrawn one stays withdrawn.
    if (intent === 'withdraw') {
      const withdrawn = await accessRequests.withdraw(tenant.tenantId, { associateId, subject });
      if (withdrawn) await audit.write(actor, { event: 'access-request-withdrawn', subject });
    } else {
      const submitted = await accessRequests.submit(tenant.tenantId, {
        associateId,
        requestedBy,
        subject,
        reason,
      });
      if (submitted) await audit.write(actor, { event: 'access-request-submitted', subject });
    }
    response.set('Cache-Control', 'no-store').redirect(303, page);
  };

  /**
   * The page about a subject: a feature of the catalogue or a plan of the tenant's model.
   * @throws AppError `feature-unknown`, `plan-unknown` for any other subject; `plan-not-requestable` for the request of a
   * plan that takes something away
   */
  function subjectPage(text: string, intent: 'submit' | 'withdraw', context: PanelContext): string {
    const subject = parseSubject(text);
    if (subject === null) {
      throw new AppError(text.startsWith('feature:') ? 'feature-unknown' : 'plan-unknown');
    }
    if (subject.kind === 'plan') {
      const entitled = withEntitlements(context, entitlementEngine);
      const plan = parsePlan(subject.plan, entitled.report);
      if (intent === 'submit') requireRequestable(plan, entitled);
    }
    return `${subjectUrl(subject, context.url)}#access-request`;
  }
}

/** @throws AppError `plan-not-requestable`; with unknown licenses nothing is known to be lost */
function requireRequestable(plan: AnyPlan, context: EntitledPanelContext): void {
  const user = context.userLicenses?.content;
  if (user !== undefined && !isRequestable(planOutcome(context, user, plan)))
    throw new AppError('plan-not-requestable');
}
