import type { RequestHandler } from 'express';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { UserLicenses } from '../../licensing/licenses/license-data.ts';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import { type AdministrationAddresses, readAddressesForUser } from '../crm-links.ts';
import { panelUserQuery } from '../links.ts';
import { type AnyPlan, assignedPlanName, planLabel } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import { type EntitledPanelContext, type PanelContextLoader, withEntitlements } from './panel-context.ts';
import { type PlanComparison, planComparison } from './plan-comparison.ts';
import { type PlanMatrix, planMatrix } from './plan-matrix.ts';
import { ownOutcome, type PlanOutcome, planOutcome } from './plan-outcome.ts';
import {
  combinePlans,
  findOwnPlan,
  findPartOfSolution,
  getMatrixPlans,
  getPlanParts,
  mayCombine,
  type PlanBasis,
  type PlanSelection,
  parsePlanSelection,
} from './plan-selection.ts';
import { sharedPlansUrl } from './shared-plans.ts';

/** A plan to tick. */
interface PlanChoice {
  readonly key: AnyPlan;
  readonly label: string;
  readonly ticked: boolean;
}

/** A way to compare plans with the own one. */
interface BasisChoice {
  readonly key: PlanBasis;
  readonly text: string;
  readonly isChosen: boolean;
}

/** Values of `views/plans.ejs`: all plans side by side, and what the chosen one would change. */
export interface PlansPage {
  readonly query: string;
  readonly tenantId: string;
  readonly associateId: number;
  readonly language: string;
  readonly backUrl: string;
  readonly csrfToken: string;
  readonly own: string;
  /** What a user without a plan should do here; empty for any other. */
  readonly hint: string;
  /** Whether the plans are those of CRM Suite, of which one is chosen and none are combined. */
  readonly isSuite: boolean;
  readonly choices: readonly PlanChoice[];
  /** Whether plans are compared in addition to the own plan or instead of it; empty if they cannot be combined. */
  readonly bases: readonly BasisChoice[];
  readonly differencesOnly: boolean;
  /** Which ticked plans do not count, and why; empty if all do. */
  readonly containedText: string;
  /** A link to this comparison for colleagues; empty if no plan is chosen. */
  readonly sharedUrl: string;
  /** Null if the user's licenses are unknown. */
  readonly matrix: PlanMatrix | null;
  /** Null if no plan is chosen, or if the user's licenses are unknown. */
  readonly comparison: PlanComparison | null;
}

/** Serves the plan matrix. All of its state is in the query. */
export function createPlansPage(deps: {
  panelContexts: PanelContextLoader;
  entitlementEngine: EntitlementEngine;
  crmAddresses: CrmAddresses;
  views: Views;
  publicUrl: string;
}): RequestHandler {
  return async function plansPage(request, response) {
    const context = withEntitlements(await deps.panelContexts.load(request), deps.entitlementEngine);
    const selection = parsePlanSelection(request.query, context.report);
    const addresses = await readAddressesForUser(deps.crmAddresses, context);
    const page = plansPageView(context, selection, { addresses, publicUrl: deps.publicUrl });
    response.set('Cache-Control', 'private, no-store').send(deps.views('plans', context.language, page));
  };
}

/**
 * Puts the plans side by side and describes what the chosen one would change. If none is chosen, it is the step up that
 * adds the most features. `addresses` is null unless the user is an administrator.
 */
export function plansPageView(
  context: EntitledPanelContext,
  asked: PlanSelection,
  {
    addresses,
    publicUrl,
  }: { readonly addresses: AdministrationAddresses | null; readonly publicUrl: string },
): PlansPage {
  const { url, report, language, userLicenses, csrfToken, tenantEntitlements } = context;
  const user = userLicenses?.content ?? null;
  const suggested = user === null ? undefined : tenantEntitlements.nextTierOptions(user)[0]?.plan;
  const selection = { ...asked, chosen: asked.chosen ?? suggested ?? null };
  const { chosen, differencesOnly } = selection;
  const parts = chosen === null ? [] : getPlanParts(chosen);
  const outcome = user === null || chosen === null ? null : planOutcome(context, user, chosen);
  return {
    query: panelUserQuery(url),
    tenantId: url.tenantId,
    associateId: url.associateId,
    language: url.language,
    backUrl: context.backUrl,
    csrfToken,
    own: assignedPlanName(report.plan, language),
    hint:
      report.plan?.kind === 'no-plan' && chosen === null && !context.session.isAdministrator
        ? language.t('compare.choose')
        : '',
    isSuite: report.model === 'suite',
    choices: getMatrixPlans(report).map((key) => ({
      key,
      label: planLabel(key, language),
      ticked: parts.includes(key),
    })),
    bases: mayCombine(report)
      ? (['in-addition', 'instead'] as const).map((key) => ({
          key,
          text: language.t(`compare.basis.${key}`),
          isChosen: key === selection.basis,
        }))
      : [],
    differencesOnly,
    containedText: containedText(asked, language),
    sharedUrl: chosen === null ? '' : publicUrl + sharedPlansUrl(url.tenantId, { chosen, differencesOnly }),
    matrix:
      user === null ? null : planMatrix(context, listOutcomes(context, user, outcome, selection), selection),
    comparison:
      outcome === null || chosen === null ? null : planComparison(context, chosen, outcome, addresses),
  };
}

function containedText({ chosen, contained }: PlanSelection, language: Language): string {
  if (chosen === null) return '';
  return contained
    .map((plan) =>
      language.t('compare.contained', {
        plan: planLabel(plan, language),
        higher: planLabel(findPartOfSolution(chosen, plan) ?? chosen, language),
      }),
    )
    .join(' ');
}

/**
 * The own plan and the chosen one come first, except on CRM Suite, where each plan contains the one before. A plan that is
 * compared in addition to the own one stands for the combination of both, and is left out if that is the own plan.
 */
function listOutcomes(
  context: EntitledPanelContext,
  user: UserLicenses,
  chosen: PlanOutcome | null,
  { basis }: PlanSelection,
): readonly PlanOutcome[] {
  const { report } = context;
  const own = ownOutcome(context, user);
  const ownPlan = basis === 'in-addition' ? findOwnPlan(report) : null;
  const known = chosen === null || chosen.isOwn ? [own] : [own, chosen];
  const plans = getMatrixPlans(report)
    .map((key) => (ownPlan === null ? key : (combinePlans([ownPlan, key]) ?? key)))
    .map((key) => known.find(({ plan }) => plan === key) ?? planOutcome(context, user, key));
  if (report.model === 'suite') return plans.includes(own) ? plans : [own, ...plans];
  return [...new Set([...known, ...plans])];
}
