import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import { dropsService } from '../../licensing/advice/drops-service.ts';
import { getContractState } from '../../licensing/billing/contract.ts';
import { type FeatureKey, featureKeys } from '../../licensing/catalogue/feature-keys.ts';
import { getRowLabel } from '../../licensing/catalogue/labels.ts';
import { getAdditionalRequirements } from '../../licensing/catalogue/requirements.ts';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import type { Entitlement, FeatureState } from '../../licensing/entitlements/entitlement.ts';
import type { Upgrade } from '../../licensing/plans/minimal-upgrades.ts';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import {
  type AdministrationAddresses,
  type AdministrationHelp,
  type AdministratorAction,
  actionsForSeat,
  administrationHelp,
  type CrmLink,
  readAddressesForUser,
  screenLink,
} from '../crm-links.ts';
import { panelUserQuery, planUrl } from '../links.ts';
import { planLabel } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';
import type { Views } from '../rendering/views.ts';
import {
  type AccessRequestView,
  accessRequestToShow,
  accessRequestView,
  toSubject,
} from './access-request-view.ts';
import { type DocumentationView, describeDocumentation } from './documentation-view.ts';
import { describeEvidence, type EvidenceView } from './evidence-messages.ts';
import {
  type EntitledPanelContext,
  type PanelContext,
  type PanelContextLoader,
  withEntitlements,
} from './panel-context.ts';
import { type SeatView, seatView } from './seat-view.ts';

/** A plan that would add a feature. */
interface UpgradeView {
  readonly plan: string;
  /** Null for a CRM Suite plan, which covers the whole company. */
  readonly seat: SeatView | null;
  readonly href: string;
}

/** Values of `views/feature.ejs`: the reasons for a feature's state, and what would change it. */
export interface FeaturePage {
  readonly query: string;
  readonly backUrl: string;
  readonly csrfToken: string;
  readonly label: string;
  readonly state: FeatureState;
  readonly stateText: string;
  readonly reason: string;
  /** What the user can do; may be empty. */
  readonly next: string;
  /** The functional rights that an administrator would have to change for it. */
  readonly hidingRights: readonly EvidenceView[];
  readonly inferred: boolean;
  /** The rights and settings that can keep it from being shown; empty if the user does not have it. */
  readonly visibilityHints: readonly EvidenceView[];
  readonly evidence: readonly EvidenceView[];
  readonly documentation: readonly DocumentationView[];
  readonly also: readonly string[];
  readonly upgrades: readonly UpgradeView[];
  /** Further plans that would add it with more tier steps. */
  readonly moreUpgrades: readonly UpgradeView[];
  readonly assumed: boolean;
  /** What prevents the change if the user has open requests; empty if no listed plan drops Service. */
  readonly serviceWarning: string;
  readonly renewal: string;
  /** Opens the screen of the feature; null if it is not enabled or has none. */
  readonly crmLink: CrmLink | null;
  /** For administrators, if they can change something. */
  readonly administration: AdministrationHelp | null;
  /** Null if the user has the feature and never requested it. */
  readonly accessRequest: AccessRequestView | null;
}

/** Serves the page that explains one feature. */
export function createFeaturePage(deps: {
  panelContexts: PanelContextLoader;
  entitlementEngine: EntitlementEngine;
  crmAddresses: CrmAddresses;
  views: Views;
}): RequestHandler {
  return async function featurePage(request, response) {
    const context = await deps.panelContexts.load(request);
    const feature = parseFeature(request.query.feature);
    const addresses = await readAddressesForUser(deps.crmAddresses, context);
    const page = featurePageView(withEntitlements(context, deps.entitlementEngine), feature, addresses);
    response.set('Cache-Control', 'private, no-store').send(deps.views('feature', context.language, page));
  };
}

/** @throws AppError `feature-unknown` for anything but a feature of the catalogue */
export function parseFeature(key: unknown): FeatureKey {
  const feature = featureKeys.find((each) => each === key);
  if (feature === undefined) throw new AppError('feature-unknown');
  return feature;
}

/**
 * Describes the state of one feature for one user. `addresses` is null unless the user is an administrator.
 * @throws AppError `feature-unknown`
 */
export function featurePageView(
  context: EntitledPanelContext,
  feature: FeatureKey,
  addresses: AdministrationAddresses | null,
): FeaturePage {
  const { report, tenantEntitlements, url, language, accessRequests, csrfToken } = context;
  const { t } = language;
  const entitlement = report.features.get(feature);
  if (entitlement === undefined) throw new AppError('feature-unknown');
  const { state, reason, row, upgrades, evidence } = entitlement;
  const minimal = upgrades.filter((each) => isMinimal(each, upgrades));
  const actions = findActions(entitlement, minimal);
  const toView = (upgrade: Upgrade) => upgradeView(upgrade, context);
  return {
    query: panelUserQuery(url),
    backUrl: context.backUrl,
    csrfToken,
    label: getRowLabel(row, language.code),
    state,
    stateText: t(`state.${state}`),
    reason: t(`reason.${reason}`),
    next: nextStep(entitlement, language),
    hidingRights: evidence.flatMap((each) =>
      each.kind === 'function-right' ? [describeEvidence(each, language)] : [],
    ),
    inferred: entitlement.confidence === 'inferred',
    visibilityHints: isUsable(state)
      ? tenantEntitlements.visibilityHints(feature).map(({ key, right }) => ({
          text: t(`visibilityHint.${key}`),
          code: right ?? '',
          isEnglish: right !== null,
        }))
      : [],
    evidence: evidence.flatMap((each) =>
      each.kind === 'documentation' || each.kind === 'function-right'
        ? []
        : [describeEvidence(each, language)],
    ),
    documentation: evidence.flatMap((each) =>
      each.kind === 'documentation' ? [describeDocumentation(each, language)] : [],
    ),
    also: getAdditionalRequirements(feature).map((each) => t(`requirement.also.${each}`)),
    upgrades: minimal.map(toView),
    moreUpgrades: upgrades.filter((each) => !minimal.includes(each)).map(toView),
    assumed: minimal.some((each) => each.kind === 'user-plan' && each.assumedEssential.length > 0),
    serviceWarning: upgrades.some((each) => each.kind === 'user-plan' && dropsService(report, each.plan))
      ? t('crm.dropsService')
      : '',
    renewal: upgrades.length > 0 ? renewalText(context) : '',
    crmLink: state === 'enabled' ? screenLink(feature, context) : null,
    administration: addresses && actions.length > 0 ? administrationHelp(actions, addresses, language) : null,
    accessRequest: accessRequestToShow(
      accessRequestView(toSubject('feature', feature), accessRequests, language),
      // An administrator has the links above instead.
      { mayRequest: addresses === null && state !== 'enabled' && reason !== 'discontinued' },
    ),
  };
}

function isUsable(state: FeatureState): boolean {
  return state === 'enabled' || state === 'view-only';
}

/** Whether an upgrade has the fewest tier steps. Of CRM Suite plans only one is listed. */
function isMinimal(upgrade: Upgrade, all: readonly Upgrade[]): boolean {
  const [first] = all;
  if (upgrade.kind === 'suite-plan' || first?.kind !== 'user-plan') return true;
  return upgrade.steps === first.steps;
}

/** What an administrator can do about a feature that the user lacks. */
function findActions({ state, reason }: Entitlement, upgrades: readonly Upgrade[]): AdministratorAction[] {
  const byRole = state === 'hidden-by-role' || reason === 'not-licensed-and-hidden-by-role';
  const byLicense = reason === 'plan-license-conflict' || (state === 'view-only' && upgrades.length === 0);
  return [
    ...upgrades.flatMap((each) =>
      each.kind === 'user-plan' ? actionsForSeat(each.seat) : ['change-suite' as const],
    ),
    ...(byRole ? ['change-role' as const] : []),
    ...(byLicense ? ['look-up-user' as const] : []),
  ];
}

function upgradeView(upgrade: Upgrade, { url, language }: PanelContext): UpgradeView {
  return {
    plan: planLabel(upgrade.plan, language),
    seat: upgrade.kind === 'user-plan' ? seatView(upgrade.seat, language) : null,
    href: planUrl(url, upgrade.plan),
  };
}

function nextStep({ state, reason, upgrades }: Entitlement, { t }: Language): string {
  if (state === 'view-only') return upgrades.length > 0 ? t('next.view-only') : t('next.view-only-no-plan');
  if (state === 'hidden-by-role' || reason === 'not-licensed-and-hidden-by-role') return t('next.role');
  if (reason === 'plan-license-conflict') return t('next.disagree');
  return '';
}

/** When the contract renews; empty if no administrator entered its start. */
export function renewalText({ tenant, today, language: { t, date } }: PanelContext): string {
  if (tenant.contract === null) return '';
  const state = getContractState({ ...tenant.contract, today });
  return state.valid ? t('upgrade.renewal', { date: date(state.nextRenewal) }) : '';
}
