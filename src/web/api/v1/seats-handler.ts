import type { RequestHandler } from 'express';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import { suiteLimitStatuses } from '../../../licensing/plans/suite-limit-statuses.ts';
import { assignedPlanName, describedPlanName } from '../../plan-names.ts';
import type { Language, Languages } from '../../rendering/i18n.ts';
import type { AuthenticateApi } from '../api-caller.ts';
import { type LoadedTenant, type LoadTenant, requireServer } from './load-tenant.ts';
import { chooseLanguage, languageQuerySchema, parseParameters } from './parameters.ts';
import { sendAnswer } from './send-answer.ts';
import type { SeatsAnswer } from './tenant-schemas.ts';

/** Creates the handler of `GET /api/v1/seats`: the seats of each plan, and the limits of CRM Suite, in scope `export`. */
export function createSeatsHandler(deps: {
  authenticate: AuthenticateApi;
  loadTenant: LoadTenant;
  languages: Languages;
}): RequestHandler {
  return async function seats(request, response) {
    const caller = await deps.authenticate(request);
    requireServer(caller, 'export');
    const { lang } = parseParameters(languageQuerySchema, request.query);
    const language = chooseLanguage(deps.languages, lang, request);
    const loaded = await deps.loadTenant(caller.tenantId);
    const answer: SeatsAnswer = {
      ...loaded.about(language),
      ...countSeats(loaded, language),
      limits: findLimits(loaded),
    };
    await sendAnswer(request, response, answer);
  };
}

function countSeats(
  { licenses, entitlements }: LoadedTenant,
  language: Language,
): Pick<SeatsAnswer, 'seats' | 'unknownBecause'> {
  if (licenses === null) return { seats: [], unknownBecause: 'license-unknown' };
  if (entitlements.report(null).model === 'suite') return countSuiteSeats(entitlements, language);
  const seats = entitlements.identifiedSeats().map(({ key, plan, module, purchased, inUse, free }) => ({
    plan: key,
    label: describedPlanName(plan),
    module,
    purchased,
    inUse,
    free,
  }));
  return { seats, unknownBecause: seats.length === 0 ? 'no-seat-license' : null };
}

/** All users of CRM Suite share one plan. */
function countSuiteSeats(
  entitlements: TenantEntitlements,
  language: Language,
): Pick<SeatsAnswer, 'seats' | 'unknownBecause'> {
  const counted = entitlements.suiteSeats(null);
  if (!counted.valid) return { seats: [], unknownBecause: counted.reason };
  const { plan } = entitlements.report(null);
  const { purchased, used, free } = counted;
  const key = plan?.kind === 'suite' ? plan.plan : null;
  const label = assignedPlanName(plan, language);
  return { seats: [{ plan: key, label, module: null, purchased, inUse: used, free }], unknownBecause: null };
}

function findLimits({ licenses, entitlements }: LoadedTenant): SeatsAnswer['limits'] {
  const { plan } = entitlements.report(null);
  if (plan?.kind !== 'suite') return [];
  return suiteLimitStatuses(plan.plan, licenses?.content.limits ?? null).map((each) => ({ ...each }));
}
