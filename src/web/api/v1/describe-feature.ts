import { catalogue, getChildRows } from '../../../licensing/catalogue/catalogue.ts';
import { getRowLabel } from '../../../licensing/catalogue/labels.ts';
import type { PlanKey } from '../../../licensing/catalogue/user-plans.ts';
import type {
  Documentation,
  Entitlement,
  Evidence,
  FeatureState,
  Reason,
} from '../../../licensing/entitlements/entitlement.ts';
import type { Upgrade } from '../../../licensing/plans/minimal-upgrades.ts';
import { documentationUrl } from '../../documentation-links.ts';
import { describeDocumentation } from '../../panel/documentation-view.ts';
import { describeEvidence } from '../../panel/evidence-messages.ts';
import { planLabel } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import { variantOf } from '../ofrep/flag.ts';
import type { DecidedFeature } from './feature-schemas.ts';
import type { TenantAnswer } from './tenant-schemas.ts';

type Pause = TenantAnswer['pause'];
type DescribedUpgrade = DecidedFeature['upgrades'][number];
type DescribedEvidence = DecidedFeature['evidence'][number];
type DescribedDocumentation = NonNullable<DecidedFeature['documentation']>;

/** What descriptions depend on besides the decision. */
export interface DescriptionContext {
  readonly language: Language;
  readonly pause: Pause;
  /** The pause in words; empty without one. */
  readonly pauseText: string;
  /** The free seats of a plan; null if they are not counted or not reported. */
  readonly freeSeats: (plan: PlanKey) => number | null;
}

/** The state and the reason of a feature or add-on. In a tenant in which nothing counts, the pause is the reason. */
export function describeDecision(
  { state, reason }: { readonly state: FeatureState; readonly reason: Reason },
  { language: { t }, pause, pauseText }: Omit<DescriptionContext, 'freeSeats'>,
): Pick<DecidedFeature, 'state' | 'enabled' | 'reason' | 'reasonText'> {
  if (pause !== null) return { state: 'lapsed', enabled: false, reason: pause, reasonText: pauseText };
  const enabled = state === 'unknown' ? null : state === 'enabled';
  return { state: variantOf[state], enabled, reason, reasonText: t(`reason.${reason}`) };
}

/** Describes a feature with everything its state rests on. */
export function describeFeature(entitlement: Entitlement, context: DescriptionContext): DecidedFeature {
  const { feature, row, confidence, evidence, upgrades } = entitlement;
  const { language, pause } = context;
  const documentation = evidence.find((each) => each.kind === 'documentation');
  return {
    key: feature,
    row,
    isGroup: getChildRows(row).length > 0,
    label: getRowLabel(row, language.code),
    ...describeDecision(entitlement, context),
    confidence,
    evidence: evidence.flatMap((each) => (each.kind === 'documentation' ? [] : [toEvidence(each, language)])),
    documentation: documentation === undefined ? null : toDocumentation(documentation, language),
    upgrades: pause === null ? upgrades.map((each) => toUpgrade(each, context)) : [],
  };
}

/** Describes a plan that would add features. */
export function toUpgrade(upgrade: Upgrade, { language, freeSeats }: DescriptionContext): DescribedUpgrade {
  const { plan } = upgrade;
  const label = planLabel(plan, language);
  // A plan of CRM Suite is purchased for the whole tenant.
  if (upgrade.kind === 'suite-plan')
    return { plan, label, steps: null, assumedEssential: [], action: 'buy', seatsFree: null };
  const { steps, assumedEssential, seat } = upgrade;
  return {
    plan,
    label,
    steps,
    assumedEssential: [...assumedEssential],
    action: seat,
    seatsFree: freeSeats(upgrade.plan),
  };
}

function toEvidence(
  evidence: Exclude<Evidence, { kind: 'documentation' }>,
  language: Language,
): DescribedEvidence {
  const { text } = describeEvidence(evidence, language);
  switch (evidence.kind) {
    case 'tier':
      return { ...evidence, against: evidence.against.map((each) => ({ ...each })), text };
    case 'suite-plan': {
      const { kind, plan, need } = evidence;
      return { kind, plan, from: need?.from ?? null, confidence: need?.confidence ?? 'none', text };
    }
    case 'suite-limit': {
      const { name, maximum, confidence } = evidence.limit;
      return { kind: evidence.kind, limit: name, maximum, confidence, text };
    }
    case 'feature': {
      const { kind, row, state } = evidence;
      const feature = catalogue.find(({ id }) => id === row)?.feature;
      if (feature === undefined) throw new Error(`no row ${row}`);
      return { kind, row, feature, state: variantOf[state], text };
    }
    default:
      return { ...evidence, text };
  }
}

/** By the statements, which all users share, and language: texts with placeholders take most of the time of an answer. */
const documentations = new WeakMap<Documentation['statements'], Map<string, DescribedDocumentation>>();

/** Describes what SuperOffice's documentation asks for; once per language. */
export function toDocumentation(documentation: Documentation, language: Language): DescribedDocumentation {
  const kept = documentations.get(documentation.statements) ?? new Map<string, DescribedDocumentation>();
  documentations.set(documentation.statements, kept);
  const described = kept.get(language.code) ?? describe(documentation, language);
  kept.set(language.code, described);
  return described;
}

function describe(documentation: Documentation, language: Language): DescribedDocumentation {
  const { page, statements, conflict, parts, ended } = documentation;
  const words = describeDocumentation(documentation, language);
  return {
    url: documentationUrl(page, language.code),
    asOf: page.read,
    statements: statements.map(({ source, anyOf, otherPage }, index) => ({
      source,
      anyOf: [...anyOf],
      url: otherPage === null ? null : documentationUrl(otherPage, language.code),
      text: words.statements[index]?.text ?? '',
    })),
    conflict,
    parts: parts.map(({ part, anyOf }) => ({ part, anyOf: [...anyOf] })),
    ended,
    notes: [...(words.conflict === '' ? [] : [words.conflict]), ...words.notes],
  };
}
