import { getAddOnLabel } from '../../../licensing/catalogue/add-ons.ts';
import { type FeatureKey, featureKeys } from '../../../licensing/catalogue/feature-keys.ts';
import { getFeatureLabel } from '../../../licensing/catalogue/labels.ts';
import type { PlanKey } from '../../../licensing/catalogue/user-plans.ts';
import type { AddOn } from '../../../licensing/entitlements/add-ons.ts';
import type { Entitlement, Evidence, FeatureState } from '../../../licensing/entitlements/entitlement.ts';
import type { Upgrade } from '../../../licensing/plans/minimal-upgrades.ts';
import { documentationUrl } from '../../documentation-links.ts';
import { assignedPlanName, planLabel } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import type { EvaluatedReport } from './answer-plan-question.ts';
import {
  type Flag,
  type FlagMetadata,
  type FlagSet,
  type FlagVariant,
  flagMetadata,
  variantOf,
} from './flag.ts';

/** Why all flags of a tenant are off. */
export type Pause = 'tenant-suspended' | 'tenant-deleting' | 'tenant-revoked' | 'license-expired';

/** What the flags of one user are made from. */
export interface FlagSource {
  readonly tenantId: string;
  readonly report: EvaluatedReport;
  /** Null while the tenant is served. */
  readonly pause: Pause | null;
  /** The free seats of a plan; null if they are not counted or not reported. */
  readonly freeSeats: (plan: PlanKey) => number | null;
  /** When the older one of the two license snapshots was read, ms since 1970; null if there is none. */
  readonly readAt: number | null;
  /** Whether newer license data was due and could not be read. */
  readonly stale: boolean;
  /** The version of the catalogue and of the assumptions. */
  readonly catalogue: string;
  /** The version of the license data. */
  readonly snapshot: string;
  readonly language: Language;
  /** The address at which a feature is explained. */
  readonly explainUrl: (feature: FeatureKey) => string;
}

/** The flags of the tenant and of its users that are no features. */
const textFlagKeys = ['plan', 'suite-plan', 'license-model'] as const;

/**
 * Evaluates all flags of a user: the features of the catalogue, the add-ons as `addon-{key}`, and the texts `plan`,
 * `suite-plan` and `license-model`. What is unknown has no value, so that the default of the caller decides.
 */
export function evaluateFlags(source: FlagSource): FlagSet {
  const { report } = source;
  const common = commonMetadata(source);
  const features = featureKeys.flatMap((key) => report.features.get(key) ?? []);
  return {
    flags: [
      ...textFlagKeys.map((key) => textFlag(key, source, common)),
      ...features.map((each) => featureFlag(each, source, common)),
      ...report.addOns.map((each) => addOnFlag(each, source, common)),
    ],
    metadata: flagMetadata({
      tenant: source.tenantId,
      catalogue: source.catalogue,
      snapshot: source.snapshot,
      asOf: toTimestamp(source.readAt),
      stale: source.stale,
      licenseModel: report.model,
      lang: source.language.code,
      reasonCode: source.pause,
    }),
  };
}

/** What every flag says about the user's plan and about the age of the license data. */
function commonMetadata({ report, readAt, stale, language }: FlagSource): FlagMetadata {
  const { plan } = report;
  return flagMetadata({
    plan: plan?.kind === 'user-plan' ? plan.plan?.key : null,
    planLabel: assignedPlanName(plan, language),
    suitePlan: plan?.kind === 'suite' ? plan.plan : null,
    asOf: toTimestamp(readAt),
    stale,
  });
}

const toTimestamp = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** A flag that is on or off: off with every state but `enabled`, and neither if the state is unknown. */
function booleanFlag(key: string, state: FeatureState, metadata: FlagMetadata): Flag {
  const variant = variantOf[state];
  if (state === 'unknown') return { key, variant, reason: 'UNKNOWN', metadata };
  return { key, value: state === 'enabled', variant, reason: 'TARGETING_MATCH', metadata };
}

/** A flag of a tenant that is not served: what its licenses said does not count. */
function pausedFlag(key: string, pause: Pause, metadata: FlagMetadata): Flag {
  const variant: FlagVariant = 'lapsed';
  return { key, value: false, variant, reason: 'DISABLED', metadata: { ...metadata, reasonCode: pause } };
}

function featureFlag(entitlement: Entitlement, source: FlagSource, common: FlagMetadata): Flag {
  const { feature, state, reason, confidence, evidence, upgrades } = entitlement;
  const { language, pause } = source;
  const links = { explain: source.explainUrl(feature), help: findHelp(evidence, language) };
  const label = getFeatureLabel(feature, language.code);
  if (pause !== null) return pausedFlag(feature, pause, { ...common, ...flagMetadata({ label, ...links }) });
  const metadata = flagMetadata({
    label,
    confidence,
    reasonCode: reason,
    // The text of a group points to its features, which only a page has below it.
    reasonText: reason === 'group-of-features' ? null : language.t(`reason.${reason}`),
    modulesPresent: listModules(evidence, true),
    modulesMissing: listModules(evidence, false),
    ...describeUpgrade(upgrades[0], source),
    expiredOn: evidence.find((each) => each.kind === 'license-expired')?.date,
    ...links,
  });
  return booleanFlag(feature, state, { ...common, ...metadata });
}

function addOnFlag(addOn: AddOn, { language, pause }: FlagSource, common: FlagMetadata): Flag {
  const { state, reason, module, documentation } = addOn;
  const key = `addon-${addOn.key}`;
  const label = getAddOnLabel(addOn.key, language.code);
  const help = documentationUrl(documentation.page, language.code);
  if (pause !== null) return pausedFlag(key, pause, { ...common, label, help });
  const reasonText = language.t(`reason.${reason}`);
  const metadata = flagMetadata({ label, reasonCode: reason, reasonText, modulesPresent: module, help });
  return booleanFlag(key, state, { ...common, ...metadata });
}

/** A flag whose value is a name, such as `sales-premium`. */
function textFlag(key: (typeof textFlagKeys)[number], source: FlagSource, common: FlagMetadata): Flag {
  if (source.pause !== null) {
    const metadata = { ...common, reasonCode: source.pause };
    return { key, variant: 'lapsed', reason: 'DISABLED', metadata };
  }
  const value = findText(key, source.report);
  if (value === 'unknown') return { key, variant: value, reason: 'UNKNOWN', metadata: common };
  const reason = key === 'plan' ? 'TARGETING_MATCH' : 'STATIC';
  // A plan of the other license model is no value that a caller could compare with.
  if (value === 'not-applicable') return { key, variant: value, reason, metadata: common };
  return { key, value, variant: value, reason, metadata: common };
}

/** The value of a text flag, `unknown`, or `not-applicable` for the plan of the other license model. */
function findText(key: (typeof textFlagKeys)[number], { model, plan }: EvaluatedReport): string {
  if (key === 'license-model' || model === 'unknown') return model;
  if (key === 'suite-plan') {
    if (model !== 'suite') return 'not-applicable';
    return (plan?.kind === 'suite' ? plan.plan : null) ?? 'unknown';
  }
  if (model === 'suite') return 'not-applicable';
  if (plan?.kind === 'no-plan') return 'none';
  return (plan?.kind === 'user-plan' ? plan.plan?.key : null) ?? 'unknown';
}

function listModules(evidence: readonly Evidence[], present: boolean): string {
  return evidence
    .flatMap((each) => (each.kind === 'module' && each.present === present ? each.name : []))
    .join();
}

/** The smallest plan change that would add a feature, and how to get it. */
function describeUpgrade(upgrade: Upgrade | undefined, { freeSeats, language }: FlagSource) {
  if (upgrade === undefined) return {};
  const { plan } = upgrade;
  const described = { upgradePlan: plan, upgradeLabel: planLabel(plan, language) };
  // A plan of CRM Suite is purchased for the whole tenant.
  if (upgrade.kind === 'suite-plan') return { ...described, upgradeAction: 'buy' };
  return { ...described, upgradeAction: upgrade.seat, seatsFree: freeSeats(upgrade.plan) };
}

function findHelp(evidence: readonly Evidence[], { code }: Language): string | null {
  const documentation = evidence.find((each) => each.kind === 'documentation');
  return documentation === undefined ? null : documentationUrl(documentation.page, code);
}
