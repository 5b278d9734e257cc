import type { FeatureState } from '../../licensing/entitlements/entitlement.ts';
import type { FeatureCounts } from '../../licensing/entitlements/entitlement-report.ts';
import { panelUrl } from '../links.ts';
import { type FeatureFilter, filterQuery } from './feature-filter.ts';
import type { EntitledPanelContext } from './panel-context.ts';

/** The features of one state, or all: a link that filters the list, and a part of the bar. */
export interface StateCount {
  readonly show: FeatureFilter['show'];
  readonly text: string;
  readonly count: number;
  readonly href: string;
  /** Whether the list shows them now. */
  readonly isShown: boolean;
  /** Where the part of the bar starts and how long it is, in percent. */
  readonly start: number;
  readonly length: number;
}

const statesInOrder: readonly [Exclude<FeatureState, 'add-on'>, keyof FeatureCounts][] = [
  ['enabled', 'enabled'],
  ['view-only', 'viewOnly'],
  ['hidden-by-role', 'hiddenByRole'],
  ['upgrade', 'upgrade'],
  ['unknown', 'unknown'],
];

/** Counts the features by state, without states that have none; all features come first. */
export function countStates(
  { report: { counts }, url, language: { t } }: EntitledPanelContext,
  { show: shown, search }: FeatureFilter,
): StateCount[] {
  const panel = panelUrl(url);
  const toCount = (show: FeatureFilter['show'], text: string, count: number, before: number) => ({
    show,
    text,
    count,
    href: `${panel}${filterQuery({ show, search })}#filter`,
    isShown: show === shown,
    start: percent(before),
    length: percent(count),
  });
  const percent = (count: number) => Math.round((1000 * count) / counts.total) / 10;
  let before = 0;
  const states = statesInOrder.map(([state, key]) => {
    const counted = toCount(state, t(`state.${state}`), counts[key], before);
    before += counts[key];
    return counted;
  });
  return [toCount('all', t('filter.all'), counts.total, 0), ...states.filter(({ count }) => count > 0)];
}
