import type { Request, RequestHandler } from 'express';
import { AppError } from '../../../errors.ts';
import { getAddOnLabel } from '../../../licensing/catalogue/add-ons.ts';
import { type FeatureKey, featureKeys } from '../../../licensing/catalogue/feature-keys.ts';
import { getNewerFeatureLabel } from '../../../licensing/catalogue/newer-features.ts';
import type { EntitlementEngine, TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { EntitlementReport } from '../../../licensing/entitlements/entitlement-report.ts';
import type { UserLicenses } from '../../../licensing/licenses/license-data.ts';
import { describeLicenseNotice } from '../../license-notices.ts';
import { findOwnPlan } from '../../panel/plan-selection.ts';
import { assignedPlanName } from '../../plan-names.ts';
import type { Languages } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import { type AuthenticateApi, requireScope } from '../api-caller.ts';
import { countFreeSeats } from '../free-seats.ts';
import { ageOf, type LoadSubject, type Subject } from '../ofrep/load-subject.ts';
import { OfrepError } from '../ofrep/ofrep-error.ts';
import { findPause } from '../ofrep/pause.ts';
import {
  type DescriptionContext,
  describeDecision,
  describeFeature,
  toDocumentation,
  toUpgrade,
} from './describe-feature.ts';
import type { Advice, FeatureAnswer, FeaturesAnswer, UserAnswer } from './feature-schemas.ts';
import {
  chooseLanguage,
  featurePathSchema,
  featuresQuerySchema,
  languageQuerySchema,
  parseFeatureKey,
  parseParameters,
  userPathSchema,
} from './parameters.ts';
import { sendAnswer } from './send-answer.ts';

interface FeaturesDeps {
  readonly authenticate: AuthenticateApi;
  readonly loadSubject: LoadSubject;
  readonly entitlementEngine: EntitlementEngine;
  readonly languages: Languages;
  /** Ms since 1970. */
  readonly now: () => number;
}

/** What is known about one user. */
interface DecidedUser {
  readonly user: UserLicenses | null;
  readonly entitlements: TenantEntitlements;
  readonly report: EntitlementReport;
  readonly context: DescriptionContext;
  /** What both answers say. */
  readonly about: UserAnswer;
}

/** Creates the handlers that explain the features of a user, in scope `explain`. */
export function createFeatureHandlers(deps: FeaturesDeps): {
  /** `GET /api/v1/users/{id}/features` */
  readonly all: RequestHandler;
  /** `GET /api/v1/users/{id}/features/{key}` */
  readonly one: RequestHandler;
} {
  async function loadUser(request: Request): Promise<Subject> {
    const caller = await deps.authenticate(request);
    requireScope(caller, 'explain');
    const { id } = parseParameters(userPathSchema, { id: request.params.id });
    const asked = { targetingKey: id, tenant: null, language: null, plan: null };
    try {
      return await deps.loadSubject(caller, asked);
    } catch (error) {
      if (error instanceof OfrepError) throw new AppError('api-user-unknown', { detail: id });
      throw error;
    }
  }

  return {
    async all(request, response) {
      const subject = await loadUser(request);
      const { lang, require } = parseParameters(featuresQuerySchema, request.query);
      const decided = decideUser(deps, subject, request, lang);
      const { report, context, about } = decided;
      const answer: FeaturesAnswer = {
        ...about,
        features: featureKeys
          .flatMap((key) => report.features.get(key) ?? [])
          .map((each) => describeFeature(each, context)),
        addOns: describeAddOns(report, context),
        newerFeatures: describeNewerFeatures(report, context),
        advice: require === undefined ? null : adviseOn(require, decided),
      };
      await sendAnswer(request, response, answer);
    },

    async one(request, response) {
      const subject = await loadUser(request);
      const { lang } = parseParameters(languageQuerySchema, request.query);
      const { key } = parseParameters(featurePathSchema, request.params);
      const feature = parseFeatureKey(key);
      const decided = decideUser(deps, subject, request, lang);
      const { report, entitlements, context, about } = decided;
      const entitlement = report.features.get(feature);
      if (entitlement === undefined) throw new AppError('api-feature-unknown', { detail: key });
      const { t } = context.language;
      const answer: FeatureAnswer = {
        ...about,
        feature: {
          ...describeFeature(entitlement, context),
          upgrades: adviseOn([feature], decided).upgrades,
          visibilityHints: entitlements
            .visibilityHints(feature)
            .map(({ key: hint, right }) => ({ key: hint, right, text: t(`visibilityHint.${hint}`) })),
        },
      };
      await sendAnswer(request, response, answer);
    },
  };
}

function decideUser(
  { entitlementEngine, languages, now }: FeaturesDeps,
  subject: Subject,
  request: Request,
  lang: string | undefined,
): DecidedUser {
  const { tenant, associateId, tenantLicenses, userLicenses } = subject;
  const language = chooseLanguage(languages, lang, request);
  const entitlements = entitlementEngine(tenantLicenses?.content ?? null, toUtcDay(now()));
  const user = userLicenses?.content ?? null;
  const report = entitlements.report(user);
  const pause = findPause(tenant.status, report.notices);
  const { readAt, stale } = ageOf(subject);
  const about: UserAnswer = {
    tenant: tenant.tenantId,
    licenseModel: report.model,
    asOf: readAt === null ? null : new Date(readAt).toISOString(),
    stale,
    pause,
    language: language.code,
    user: { id: associateId },
    plan: {
      kind: report.plan?.kind ?? 'unknown',
      key: findOwnPlan(report),
      label: assignedPlanName(report.plan, language),
    },
    notices: report.notices.map((each) => ({ ...each })),
  };
  const pauseText =
    tenant.status === 'active'
      ? report.notices.map((each) => describeLicenseNotice(each, language)).join(' ')
      : language.t(`notice.${tenant.status}`);
  const context = { language, pause, pauseText, freeSeats: countFreeSeats(entitlements) };
  return { user, entitlements, report, context, about };
}

/** Finds the plans that have all requested features. Nothing is advised about a user of whom nothing is known. */
function adviseOn(requested: readonly FeatureKey[], { user, entitlements, context }: DecidedUser): Advice {
  if (user === null || context.pause !== null)
    return { upgrades: [], adds: [], alreadyEnabled: [], undetermined: [...requested] };
  const advice = entitlements.upgrades(user, requested);
  return {
    upgrades: advice.upgrades.map(({ alsoEnables, disables, ...upgrade }) => ({
      ...toUpgrade(upgrade, context),
      alsoEnables: [...alsoEnables],
      disables: [...disables],
    })),
    adds: [...advice.adds],
    alreadyEnabled: [...advice.alreadyEnabled],
    undetermined: [...advice.undetermined],
  };
}

function describeAddOns(
  { addOns }: EntitlementReport,
  context: DescriptionContext,
): FeaturesAnswer['addOns'] {
  const { language } = context;
  return addOns.map(({ key, module, documentation, ...decided }) => ({
    key,
    label: getAddOnLabel(key, language.code),
    ...describeDecision(decided, context),
    module,
    documentation: toDocumentation(documentation, language),
  }));
}

function describeNewerFeatures(
  { newerFeatures }: EntitlementReport,
  context: DescriptionContext,
): FeaturesAnswer['newerFeatures'] {
  const { language } = context;
  return newerFeatures.map(({ feature, requirement, ...decided }) => ({
    key: feature.key,
    label: getNewerFeatureLabel(feature, language.code),
    ...describeDecision(decided, context),
    documentation: toDocumentation(requirement, language),
  }));
}
