import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import { dropsService } from '../../licensing/advice/drops-service.ts';
import { getFeatureLabel } from '../../licensing/catalogue/labels.ts';
import type { SuitePlan } from '../../licensing/catalogue/suite-plans.ts';
import type { PlanKey } from '../../licensing/catalogue/user-plans.ts';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { UserLicenses } from '../../licensing/licenses/license-data.ts';
import type { Seat } from '../../licensing/plans/seat-availability.ts';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import {
  type AdministrationAddresses,
  type AdministrationHelp,
  actionsForSeat,
  administrationHelp,
  readAddressesForUser,
} from '../crm-links.ts';
import { panelUserQuery } from '../links.ts';
import { type AnyPlan, assignedPlanName, getPlansOfModel, isSuitePlan, planLabel } from '../plan-names.ts';
import type { Views } from '../rendering/views.ts';
import {
  type AccessRequestView,
  accessRequestToShow,
  accessRequestView,
  toSubject,
} from './access-request-view.ts';
import { renewalText } from './feature-page.ts';
import { type EntitledPanelContext, type PanelContextLoader, withEntitlements } from './panel-context.ts';

/** A feature that would change. */
interface ChangeView {
  readonly label: string;
  /** The states before and after, or the new limit; empty if the heading is enough. */
  readonly note: string;
}

/** What would change for the user with one plan. */
interface Comparison {
  readonly plan: string;
  readonly isOwn: boolean;
  readonly summary: string;
  readonly seat: string;
  /** What prevents the change if the user has open requests; empty if the plan keeps Service. */
  readonly serviceWarning: string;
  readonly notes: readonly string[];
  readonly gained: readonly ChangeView[];
  readonly changed: readonly ChangeView[];
  readonly lost: readonly ChangeView[];
  readonly renewal: string;
  /** For administrators, how to make the change. */
  readonly administration: AdministrationHelp | null;
  readonly accessRequest: AccessRequestView | null;
}

/** Values of `views/plan.ejs`: the plans to choose from, and what the chosen one would change. */
export interface PlanPage {
  readonly query: string;
  readonly tenantId: string;
  readonly associateId: number;
  readonly language: string;
  readonly backUrl: string;
  readonly csrfToken: string;
  readonly own: string;
  readonly plans: readonly { readonly key: AnyPlan; readonly label: string; readonly chosen: boolean }[];
  /** Why the chosen plan cannot be compared; empty if it can, or if none is chosen. */
  readonly nothing: string;
  /** Null if no plan is chosen, or if the user's licenses are unknown. */
  readonly comparison: Comparison | null;
}

/** Serves the page that compares another plan with the user's own. */
export function createPlanPage(deps: {
  panelContexts: PanelContextLoader;
  entitlementEngine: EntitlementEngine;
  crmAddresses: CrmAddresses;
  views: Views;
}): RequestHandler {
  return async function planPage(request, response) {
    const context = withEntitlements(await deps.panelContexts.load(request), deps.entitlementEngine);
    const { plan } = request.query;
    const chosen = plan === undefined ? null : parsePlan(plan, context);
    const addresses = chosen === null ? null : await readAddressesForUser(deps.crmAddresses, context);
    const page = planPageView(context, chosen, addresses);
    response.set('Cache-Control', 'private, no-store').send(deps.views('plan', context.language, page));
  };
}

/** Parses the key of a plan. @throws AppError `plan-unknown` for anything but a plan of the tenant's model */
export function parsePlan(key: unknown, { report }: EntitledPanelContext): AnyPlan {
  const plan = getPlansOfModel(report).find((each) => each === key);
  if (plan === undefined) throw new AppError('plan-unknown');
  return plan;
}

/**
 * Lists the plans that the user could have and describes what the chosen one would change. `addresses` is null unless the
 * user is an administrator.
 */
export function planPageView(
  context: EntitledPanelContext,
  chosen: AnyPlan | null,
  addresses: AdministrationAddresses | null,
): PlanPage {
  const { url, report, language, userLicenses, csrfToken } = context;
  const user = userLicenses?.content;
  return {
    query: panelUserQuery(url),
    tenantId: url.tenantId,
    associateId: url.associateId,
    language: url.language,
    backUrl: context.backUrl,
    csrfToken,
    own: assignedPlanName(report.plan, language),
    plans: getPlansOfModel(report).map((key) => ({
      key,
      label: planLabel(key, language),
      chosen: key === chosen,
    })),
    nothing: chosen !== null && user === undefined ? language.t('reason.user-unknown') : '',
    comparison: chosen === null || user === undefined ? null : compare(context, user, chosen, addresses),
  };
}

function compare(
  context: EntitledPanelContext,
  user: UserLicenses,
  plan: AnyPlan,
  addresses: AdministrationAddresses | null,
): Comparison {
  const { report, language, accessRequests } = context;
  const { t } = language;
  const isOwn = isOwnPlan(context, plan);
  const changes = isSuitePlan(plan)
    ? compareSuitePlan(context, user, plan)
    : compareUserPlan(context, user, plan);
  const { gained, lost, seat } = changes;
  const actions = seat === null ? (['change-suite'] as const) : actionsForSeat(seat);
  return {
    ...changes,
    seat: seat === null ? t('compare.wholeCompany') : t(`seat.${seat}`),
    serviceWarning: !isSuitePlan(plan) && dropsService(report, plan) ? t('crm.dropsService') : '',
    administration: isOwn ? null : addresses && administrationHelp(actions, addresses, language),
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

interface Changes extends Pick<Comparison, 'notes' | 'gained' | 'changed' | 'lost'> {
  /** Null for a CRM Suite plan, which covers the whole company. */
  readonly seat: Seat | null;
}

function compareUserPlan(
  { tenantEntitlements, language }: EntitledPanelContext,
  user: UserLicenses,
  plan: PlanKey,
): Changes {
  const { t } = language;
  const whatIf = tenantEntitlements.whatIf(user, plan);
  if (whatIf === null) return { seat: null, notes: [], gained: [], changed: [], lost: [] };
  const view = ({ feature, before, after }: (typeof whatIf.changes)[number], toEnabled: boolean) => ({
    label: getFeatureLabel(feature, language.code),
    note: toEnabled ? '' : t('compare.change', { before: t(`state.${before}`), after: t(`state.${after}`) }),
  });
  const { changes, assumedSiteLicenses } = whatIf;
  const others = changes.filter(({ before, after }) => before !== 'enabled' && after !== 'enabled');
  return {
    seat: whatIf.seat,
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

function compareSuitePlan(
  { tenantEntitlements, language }: EntitledPanelContext,
  user: UserLicenses,
  plan: SuitePlan,
): Changes {
  const { t, number } = language;
  const changes = tenantEntitlements.changesOnSuite(user, plan);
  const changesTo = (kind: (typeof changes)[number]['change']) =>
    changes
      .filter(({ change }) => change === kind)
      .map(({ feature, limit }) => ({
        label: getFeatureLabel(feature, language.code),
        note:
          limit === null
            ? ''
            : t('compare.limit', { limit: `${t(`limit.${limit.name}`)}: ${number(limit.maximum)}` }),
      }));
  return {
    seat: null,
    notes: [t('compare.inferredSuite')],
    gained: changesTo('gained'),
    changed: changesTo('limited'),
    lost: changesTo('lost'),
  };
}

function isOwnPlan({ report: { plan } }: EntitledPanelContext, key: AnyPlan): boolean {
  if (plan?.kind === 'suite') return plan.plan === key;
  return plan?.kind === 'user-plan' && plan.plan?.key === key;
}
