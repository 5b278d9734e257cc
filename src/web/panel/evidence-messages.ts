import { catalogue } from '../../licensing/catalogue/catalogue.ts';
import { getRowLabel } from '../../licensing/catalogue/labels.ts';
import type { Evidence } from '../../licensing/entitlements/entitlement.ts';
import type { Language } from '../rendering/i18n.ts';

/** One fact in plain words, with the name SuperOffice knows it by for the curious. */
export interface EvidenceView {
  readonly text: string;
  /** A module, a function right or a description; empty where there is none to name. */
  readonly code: string;
}

/** Puts what a decision rests on into words. */
export function describeEvidence(evidence: Evidence, language: Language): EvidenceView {
  const { t, date, number } = language;
  switch (evidence.kind) {
    case 'module': {
      const { scope, present, name } = evidence;
      return { text: t(`evidence.module.${scope}-${present ? 'present' : 'absent'}`), code: name };
    }
    case 'plan':
      return {
        text: t(`evidence.plan.${evidence.inclusion}`, { place: associatedDataOf(evidence.row, language) }),
        code: '',
      };
    case 'tier': {
      const { solution, tier, step, by } = evidence;
      const found = { solution: t(`solution.${solution}`), tier: t(`foundTier.${tier}`) };
      const [other] = evidence.against;
      const text = t(`evidence.tier.${step}`, found);
      const doubt = other && t('evidence.tier.against', { by: other.by, tier: t(`tier.${other.tier}`) });
      return { text: doubt === undefined ? text : `${text} ${doubt}`, code: by ?? '' };
    }
    case 'suite-plan': {
      const { plan, need } = evidence;
      const own = plan === null ? t('evidence.suite.unknownPlan') : t(`suitePlan.${plan}`);
      const from = t(`suitePlan.${need.from}`);
      if (need.possiblyFrom === null) return { text: t('evidence.suite.from', { own, from }), code: '' };
      const perhaps = t(`suitePlan.${need.possiblyFrom}`);
      return { text: t('evidence.suite.possiblyFrom', { own, from, perhaps }), code: '' };
    }
    case 'suite-limit': {
      const { name, maximum } = evidence.limit;
      return {
        text: t('evidence.suite.limit', { what: t(`limit.${name}`), maximum: number(maximum) }),
        code: '',
      };
    }
    case 'function-right':
      return { text: t('evidence.functionRight'), code: evidence.name };
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

/** Where the catalogue lists a row: `Sales Premium`, or the features of every plan. */
function associatedDataOf(row: string, { t }: Language): string {
  const place = catalogue.find(({ id }) => id === row);
  if (place === undefined || place.solution === 'common') return t('solution.common');
  return `${t(`solution.${place.solution}`)} ${t(`tier.${place.tier}`)}`;
}
