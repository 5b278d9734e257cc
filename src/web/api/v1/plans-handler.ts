import type { RequestHandler } from 'express';
import { withoutLicenses } from '../../../licensing/advice/held-plan-reports.ts';
import { getFeatureRows, isGroup } from '../../../licensing/catalogue/catalogue.ts';
import { type FeatureKey, featureKeys } from '../../../licensing/catalogue/feature-keys.ts';
import { getFeatureLabel } from '../../../licensing/catalogue/labels.ts';
import { suiteLimits } from '../../../licensing/catalogue/suite-limits.ts';
import { getUserPlan } from '../../../licensing/catalogue/user-plans.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { FeatureState } from '../../../licensing/entitlements/entitlement.ts';
import { type AnyPlan, getPlansOfModel, isSuitePlan, planLabel } from '../../plan-names.ts';
import type { Language, Languages } from '../../rendering/i18n.ts';
import type { AuthenticateApi } from '../api-caller.ts';
import { answerPlanQuestion } from '../ofrep/answer-plan-question.ts';
import { variantOf } from '../ofrep/flag.ts';
import { type LoadTenant, requireServer } from './load-tenant.ts';
import { chooseLanguage, parseParameters, plansQuerySchema } from './parameters.ts';
import { sendAnswer } from './send-answer.ts';
import type { PlansAnswer, TenantAnswer } from './tenant-schemas.ts';

/** The states of all features for a user who has a plan and whose role hides nothing. */
type PlanStates = ReadonlyMap<AnyPlan, ReadonlyMap<FeatureKey, FeatureState>>;

/**
 * Creates the handler of `GET /api/v1/plans`: which plan of the tenant's license model has which feature, in scope
 * `explain`.
 */
export function createPlansHandler(deps: {
  authenticate: AuthenticateApi;
  loadTenant: LoadTenant;
  languages: Languages;
}): RequestHandler {
  // Up to 26 reports, which differ only with the license data.
  const kept = new WeakMap<TenantEntitlements, PlanStates>();

  return async function plans(request, response) {
    const caller = await deps.authenticate(request);
    requireServer(caller, 'explain');
    const { lang, features = featureKeys } = parseParameters(plansQuerySchema, request.query);
    const language = chooseLanguage(deps.languages, lang, request);
    const { entitlements, about } = await deps.loadTenant(caller.tenantId);
    const states = kept.get(entitlements) ?? findStates(entitlements);
    kept.set(entitlements, states);
    const { plan } = entitlements.report(null);
    const current = plan?.kind === 'suite' ? plan.plan : null;
    const head = about(language);
    const answer: PlansAnswer = {
      ...head,
      plans: [...states.keys()].map((each) => describePlan(each, current, language)),
      features: features.map((each) => describeRow(each, states, head, language)),
    };
    await sendAnswer(request, response, answer);
  };
}

function findStates(entitlements: TenantEntitlements): PlanStates {
  const states = new Map<AnyPlan, ReadonlyMap<FeatureKey, FeatureState>>();
  for (const plan of getPlansOfModel(entitlements.report(null))) {
    const report = answerPlanQuestion(entitlements, withoutLicenses, plan);
    if (report !== null)
      states.set(plan, new Map([...report.features.values()].map(({ feature, state }) => [feature, state])));
  }
  return states;
}

function describePlan(
  key: AnyPlan,
  current: AnyPlan | null,
  language: Language,
): PlansAnswer['plans'][number] {
  const label = planLabel(key, language);
  if (isSuitePlan(key))
    return {
      key,
      label,
      kind: 'suite-plan',
      isCurrent: key === current,
      tiers: null,
      limits: suiteLimits[key],
    };
  return { key, label, kind: 'user-plan', isCurrent: false, tiers: getUserPlan(key).tiers, limits: null };
}

function describeRow(
  key: FeatureKey,
  states: PlanStates,
  { pause }: TenantAnswer,
  { code }: Language,
): PlansAnswer['features'][number] {
  return {
    key,
    label: getFeatureLabel(key, code),
    solution: getFeatureRows(key)[0]?.solution ?? 'common',
    isGroup: isGroup(key),
    states: Object.fromEntries(
      [...states].map(([plan, features]) => [
        plan,
        pause === null ? variantOf[features.get(key) ?? 'unknown'] : 'lapsed',
      ]),
    ),
  };
}
