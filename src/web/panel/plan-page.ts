import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import { getFeatureLabel } from '../../licensing/catalogue/labels.ts';
import type { SuitePlan } from '../../licensing/catalogue/suite-plans.ts';
import type { PlanKey } from '../../licensing/catalogue/user-plans.ts';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { UserLicenses } from '../../licensing/licenses/license-data.ts';
import { panelUrl, panelUserQuery } from '../links.ts';
import { type AnyPlan, assignedPlanName, isSuitePlan, planLabel, plansOfModel } from '../plan-names.ts';
import type { Views } from '../rendering/views.ts';
import {
  type AccessRequestView,
  accessRequestToShow,
  accessRequestView,
  toSubject,
} from './access-request-view.ts';
import { renewalText } from './feature-page.ts';
import { type DecidedContext, decide, type PanelContexts } from './panel-context.ts';

/** A feature that would change. */
interface ChangeView {
  readonly label: string;
  /** From which state to which, or the new limit; empty where the heading says all. */
  readonly note: string;
}

/** What one plan would mean for the user. */
interface Comparison {
  readonly plan: string;
  readonly isOwn: boolean;
  readonly summary: string;
  readonly seat: string;
  readonly notes: readonly string[];
  readonly gained: readonly ChangeView[];
  readonly changed: readonly ChangeView[];
  readonly lost: readonly ChangeView[];
  readonly renewal: string;
  readonly accessRequest: AccessRequestView | null;
}

/** Everything `views/plan.ejs` prints: plans to choose from, and what the chosen one would change. */
export interface PlanPage {
  readonly query: string;
  readonly tenantId: string;
  readonly associateId: number;
  readonly language: string;
  readonly backUrl: string;
  readonly csrfToken: string;
  readonly own: string;
  readonly plans: readonly { readonly key: AnyPlan; readonly label: string; readonly chosen: boolean }[];
  /** Why the chosen plan cannot be compared; empty where it can, or none is chosen. */
  readonly nothing: string;
  /** Null where no plan is chosen, or nothing is known of the user to compare with. */
  readonly comparison: Comparison | null;
}

/** Shows what another plan would give the user. */
export function createPlanPage(deps: {
  panelContexts: PanelContexts;
  entitlementEngine: EntitlementEngine;
  views: Views;
}): RequestHandler {
  return async function planPage(request, response) {
    const context = decide(await deps.panelContexts.load(request), deps.entitlementEngine);
    const { plan } = request.query;
    const page = planPageView(context, plan === undefined ? null : parsePlan(plan, context));
    response.set('Cache-Control', 'private, no-store').send(deps.views('plan', context.language, page));
  };
}

/** @throws AppError `plan-unknown` for anything but a plan of the tenant's model */
export function parsePlan(key: unknown, { report }: DecidedContext): AnyPlan {
  const plan = plansOfModel(report).find((each) => each === key);
  if (plan === undefined) throw new AppError('plan-unknown');
  return plan;
}

/** Puts the plans a user could have, and what the chosen one would change, into words. */
export function planPageView(context: DecidedContext, chosen: AnyPlan | null): PlanPage {
  const { url, report, language, userLicenses, csrfToken } = context;
  const user = userLicenses?.content;
  return {
    query: panelUserQuery(url),
    tenantId: url.tenantId,
    associateId: url.associateId,
    language: url.language,
    backUrl: panelUrl(url),
    csrfToken,
    own: assignedPlanName(report.plan, language),
    plans: plansOfModel(report).map((key) => ({
      key,
      label: planLabel(key, language),
      chosen: key === chosen,
    })),
    nothing: chosen !== null && user === undefined ? language.t('reason.user-unknown') : '',
    comparison: chosen === null || user === undefined ? null : comparisonOf(context, user, chosen),
  };
}

function comparisonOf(context: DecidedContext, user: UserLicenses, plan: AnyPlan): Comparison {
  const { report, language, accessRequests } = context;
  const { t } = language;
  const isOwn = isOwnPlan(context, plan);
  const changes = isSuitePlan(plan) ? onSuite(context, user, plan) : onUserPlan(context, user, plan);
  const { gained, lost } = changes;
  return {
    ...changes,
    plan: planLabel(plan, language),
    isOwn,
    summary: isOwn ? t('compare.own') : t('compare.summary', { gained: gained.length, lost: lost.length }),
    renewal: report.model === 'suite' ? '' : renewalText(context),
    accessRequest: accessRequestToShow(
      accessRequestView(toSubject('plan', plan), accessRequests, language),
      isOwn,
    ),
  };
}

type Changes = Pick<Comparison, 'seat' | 'notes' | 'gained' | 'changed' | 'lost'>;

function onUserPlan(
  { tenantEntitlements, language }: DecidedContext,
  user: UserLicenses,
  plan: PlanKey,
): Changes {
  const { t } = language;
  const whatIf = tenantEntitlements.whatIf(user, plan);
  if (whatIf === null) return { seat: '', notes: [], gained: [], changed: [], lost: [] };
  const view = ({ feature, before, after }: (typeof whatIf.changes)[number], toEnabled: boolean) => ({
    label: getFeatureLabel(feature, language.code),
    note: toEnabled ? '' : t('compare.change', { before: t(`state.${before}`), after: t(`state.${after}`) }),
  });
  const { changes, assumedSiteLicenses } = whatIf;
  const others = changes.filter(({ before, after }) => before !== 'enabled' && after !== 'enabled');
  return {
    seat: t(`seat.${whatIf.seat}`),
    notes: [
      ...(whatIf.licensesFrom === 'catalogue' ? [t('compare.fromCatalogue')] : []),
      ...(assumedSiteLicenses.length > 0
        ? [t('compare.assumedSite', { licenses: assumedSiteLicenses.join(', ') })]
        : []),
    ],
    gained: changes.filter(({ after }) => after === 'enabled').map((each) => view(each, true)),
    changed: others.map((each) => view(each, false)),
    lost: changes.filter(({ before }) => before === 'enabled').map((each) => view(each, false)),
  };
}

function onSuite(
  { tenantEntitlements, language }: DecidedContext,
  user: UserLicenses,
  plan: SuitePlan,
): Changes {
  const { t, number } = language;
  const changes = tenantEntitlements.changesOnSuite(user, plan);
  const those = (desired: (typeof changes)[number]['change']) =>
    changes
      .filter(({ change }) => change === desired)
      .map(({ feature, limit }) => ({
        label: getFeatureLabel(feature, language.code),
        note:
          limit === null
            ? ''
            : t('compare.limit', { limit: `${t(`limit.${limit.name}`)}: ${number(limit.maximum)}` }),
      }));
  return {
    seat: t('compare.wholeCompany'),
    notes: [t('compare.inferredSuite')],
    gained: those('gained'),
    changed: those('limited'),
    lost: those('lost'),
  };
}

function isOwnPlan({ report: { plan } }: DecidedContext, key: AnyPlan): boolean {
  if (plan?.kind === 'suite') return plan.plan === key;
  return plan?.kind === 'user-plan' && plan.plan?.key === key;
}
