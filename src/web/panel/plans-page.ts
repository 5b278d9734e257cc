import type { RequestHandler } from 'express';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { UserLicenses } from '../../licensing/licenses/license-data.ts';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import { type AdministrationAddresses, readAddressesForUser } from '../crm-links.ts';
import { panelUserQuery } from '../links.ts';
import { type AnyPlan, assignedPlanName, planLabel } from '../plan-names.ts';
import type { Views } from '../rendering/views.ts';
import { type EntitledPanelContext, type PanelContextLoader, withEntitlements } from './panel-context.ts';
import { type PlanComparison, planComparison } from './plan-comparison.ts';
import { type PlanMatrix, planMatrix } from './plan-matrix.ts';
import { ownOutcome, type PlanOutcome, planOutcome } from './plan-outcome.ts';
import { getMatrixPlans, getPlanParts, type PlanSelection, parsePlanSelection } from './plan-selection.ts';
import { sharedPlansUrl } from './shared-plans.ts';

/** A plan to tick. */
interface PlanChoice {
  readonly key: AnyPlan;
  readonly label: string;
  readonly ticked: boolean;
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
  /** Whether the plans are those of CRM Suite, of which one is chosen and none are combined. */
  readonly isSuite: boolean;
  readonly choices: readonly PlanChoice[];
  readonly differencesOnly: boolean;
  /** Which ticked plans do not count; empty if all do. */
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
    isSuite: report.model === 'suite',
    choices: getMatrixPlans(report).map((key) => ({
      key,
      label: planLabel(key, language),
      ticked: parts.includes(key),
    })),
    differencesOnly,
    containedText:
      asked.contained.length === 0
        ? ''
        : language.t('compare.contained', {
            plans: asked.contained.map((each) => planLabel(each, language)).join(', '),
          }),
    sharedUrl: chosen === null ? '' : publicUrl + sharedPlansUrl(url.tenantId, { chosen, differencesOnly }),
    matrix: user === null ? null : planMatrix(context, listOutcomes(context, user, outcome), selection),
    comparison:
      outcome === null || chosen === null ? null : planComparison(context, chosen, outcome, addresses),
  };
}

/** The own plan and the chosen one come first, except on CRM Suite, where each plan contains the one before. */
function listOutcomes(
  context: EntitledPanelContext,
  user: UserLicenses,
  chosen: PlanOutcome | null,
): readonly PlanOutcome[] {
  const { report } = context;
  const own = ownOutcome(context, user);
  const known = chosen === null || chosen.isOwn ? [own] : [own, chosen];
  const plans = getMatrixPlans(report).map(
    (key) => known.find(({ plan }) => plan === key) ?? planOutcome(context, user, key),
  );
  if (report.model === 'suite') return plans.includes(own) ? plans : [own, ...plans];
  return [...new Set([...known, ...plans])];
}
