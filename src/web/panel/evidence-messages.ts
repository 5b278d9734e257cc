import { getScreenRightName } from '../../licensing/advice/visibility-hints.ts';
import { catalogue } from '../../licensing/catalogue/catalogue.ts';
import { getRowLabel } from '../../licensing/catalogue/labels.ts';
import type { Evidence } from '../../licensing/entitlements/entitlement.ts';
import type { Language } from '../rendering/i18n.ts';

/** One fact that a decision rests on, with SuperOffice's own name for it. */
export interface EvidenceView {
  readonly text: string;
  /** The name of a module or function right, or a module's description; empty if there is none. */
  readonly code: string;
  /** Whether the name is what SuperOffice's English interface shows, because its name in other languages is not known. */
  readonly isEnglish?: boolean;
  /** What points to something else; absent if nothing does. */
  readonly doubt?: string;
}

/** Describes one piece of evidence; `describeDocumentation` describes that of the documentation. */
export function describeEvidence(
  evidence: Exclude<Evidence, { kind: 'documentation' }>,
  language: Language,
): EvidenceView {
  const { t, date, number } = language;
  switch (evidence.kind) {
    case 'module': {
      const { scope, present, name } = evidence;
      return { text: t(`evidence.module.${scope}-${present ? 'present' : 'absent'}`), code: name };
    }
    case 'plan':
      return {
        text: t(`evidence.plan.${evidence.inclusion}`, { place: describeRow(evidence.row, language) }),
        code: '',
      };
    case 'tier': {
      const { solution, tier, step, by } = evidence;
      const found = { solution: t(`solution.${solution}`), tier: t(`foundTier.${tier}`) };
      const [other] = evidence.against;
      const view = { text: t(`evidence.tier.${step}`, found), code: by ?? '' };
      if (other === undefined) return view;
      const doubt = t('evidence.tier.against', { by: other.by, tier: t(`tier.${other.tier}`) });
      return { ...view, doubt };
    }
    case 'suite-plan': {
      const { plan, need } = evidence;
      const own = plan === null ? t('evidence.suite.unknownPlan') : t(`suitePlan.${plan}`);
      if (need === null) return { text: t('evidence.suite.notNamed', { own }), code: '' };
      return { text: t('evidence.suite.from', { own, from: t(`suitePlan.${need.from}`) }), code: '' };
    }
    case 'suite-limit': {
      const { name, maximum } = evidence.limit;
      return {
        text: t('evidence.suite.limit', { what: t(`limit.${name}`), maximum: number(maximum) }),
        code: '',
      };
    }
    case 'function-right':
      return { text: t('evidence.functionRight'), code: getScreenRightName(evidence.name), isEnglish: true };
    case 'feature': {
      const feature = getRowLabel(evidence.row, language.code);
      return { text: t('evidence.feature', { feature, state: t(`state.${evidence.state}`) }), code: '' };
    }
    case 'license-expired': {
      const { module, readOnly } = evidence;
      const expired = t(readOnly ? 'evidence.expired.readOnly' : 'evidence.expired.expired', {
        date: date(evidence.date),
      });
      return { text: expired, code: module ?? '' };
    }
  }
}

/** The part of the catalogue that lists a row: `Sales Premium`, or the features of every plan. */
function describeRow(id: string, { t }: Language): string {
  const row = catalogue.find((each) => each.id === id);
  if (row === undefined || row.solution === 'common') return t('solution.common');
  return `${t(`solution.${row.solution}`)} ${t(`tier.${row.tier}`)}`;
}
