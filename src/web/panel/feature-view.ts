import type { Entitlement, FeatureState } from '../../plans/entitlement.ts';
import { labelOf } from '../../plans/labels.ts';
import { type Language as CatalogueLanguage, isLanguage } from '../../plans/languages.ts';
import type { Upgrade } from '../../plans/upgrades.ts';
import { planOf } from '../../plans/user-plans.ts';
import type { Language } from '../languages.ts';

/** One feature or add-on as the page prints it. */
export interface FeatureView {
  readonly id: string;
  readonly label: string;
  readonly state: FeatureState;
  readonly stateText: string;
  readonly reason: string;
  /** What would add it, in words; empty where nothing is known to. */
  readonly upgrade: string;
  readonly children: readonly FeatureView[];
}

/** Puts a decided feature into the words of one language; a group speaks through its `children`. */
export function featureView(
  entitlement: Entitlement,
  children: readonly FeatureView[],
  language: Language,
): FeatureView {
  const { state, reason, confidence } = entitlement;
  const { t } = language;
  const because = t(`reason.${reason}`);
  return {
    id: entitlement.row,
    label: labelOf(entitlement.row, catalogueLanguage(language)),
    state,
    stateText: t(`state.${state}`),
    reason: confidence === 'inferred' ? `${because} ${t('panel.inferred')}` : because,
    upgrade: children.length > 0 ? '' : upgradeWords(entitlement.upgrades, language),
    children,
  };
}

/** The language the catalogue's labels are shown in. */
export function catalogueLanguage({ code }: Language): CatalogueLanguage {
  return isLanguage(code) ? code : 'en';
}

/** The least changes only: those that tie for the fewest tier steps. */
function upgradeWords(upgrades: readonly Upgrade[], { t, or }: Language): string {
  const [first] = upgrades;
  if (first === undefined) return '';
  if (first.kind === 'suite-plan') {
    const plan = t(`suitePlan.${first.plan}`);
    if (first.perhapsFrom === null) return t('upgrade.suite', { plan });
    return t('upgrade.suitePerhaps', { plan, perhaps: t(`suitePlan.${first.perhapsFrom}`) });
  }
  const least = upgrades.flatMap((each) =>
    each.kind === 'user-plan' && each.steps === first.steps
      ? [t(`upgrade.seat.${each.seat}`, { plan: planOf(each.plan).label })]
      : [],
  );
  const advice = t('upgrade.plans', { plans: or(least) });
  return first.assumedEssential.length === 0 ? advice : `${advice} ${t('upgrade.assumed')}`;
}
