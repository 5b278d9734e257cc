import type { RequestHandler } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { WishStore } from '../../tenants/access-request-store.ts';
import type { AuditLog } from '../../tenants/audit-log.ts';
import { formOf, typedText } from '../rendering/form-parsing.ts';
import { subjectIn, subjectUrl } from './access-request-view.ts';
import type { Visit, Visits } from './panel-context.ts';
import { planIn } from './plan-page.ts';

/** How long a reason may be, in characters. */
const longestReason = 500;

const askSchema = z.object({
  subject: z.string().regex(/^(feature|plan):.{1,100}$/),
  reason: typedText.max(longestReason).default(''),
  intent: z.enum(['ask', 'withdraw']).default('ask'),
});

/** Takes a user's wish for a feature or a plan to their administrators, or back, and shows how it stands. */
export function createAsk(deps: { visits: Visits; wishes: WishStore; audit: AuditLog }): RequestHandler {
  const { visits, wishes, audit } = deps;

  return async function ask(request, response) {
    const visit = await visits.open(request);
    const { subject, reason, intent } = formOf(askSchema, request.body);
    const page = pageOf(subject, visit);
    const { tenant, session } = visit;
    const { associateId, name: askedBy } = session;
    // Done twice, by two clicks or in two windows, is done once: the first wish stays, and what is gone is gone.
    if (intent === 'withdraw') {
      const withdrawn = await wishes.withdraw(tenant.ctx, { associateId, subject });
      if (withdrawn) await audit.write(session, { event: 'wish-withdrawn', subject });
    } else {
      const asked = await wishes.ask(tenant.ctx, { associateId, askedBy, subject, reason });
      if (asked) await audit.write(session, { event: 'wish-asked', subject });
    }
    response.set('Cache-Control', 'no-store').redirect(303, page);
  };
}

/** The page of what was asked for; only what is in the catalogue, or a plan of the tenant's model, can be. */
function pageOf(subject: string, visit: Visit): string {
  const about = subjectIn(subject);
  if (about === null) {
    throw new AppError(subject.startsWith('feature:') ? 'feature-unknown' : 'plan-unknown');
  }
  if (about.kind === 'plan') planIn(about.plan, visit);
  return `${subjectUrl(about, visit.address)}#wish`;
}
