import { parseFeatureFilter } from '../../panel/feature-filter.ts';
import { type FeaturePage, featurePageView } from '../../panel/feature-page.ts';
import type { FeatureRow } from '../../panel/feature-row.ts';
import type { EntitledPanelContext } from '../../panel/panel-context.ts';
import { type SolutionView, solutionViews } from '../../panel/solution-views.ts';

/** What is shown of a feature when it is opened: the explanation of the panel, without anything to do. */
type Explanation = Pick<
  FeaturePage,
  'reason' | 'inferred' | 'next' | 'hidingRights' | 'visibilityHints' | 'evidence' | 'also' | 'upgrades'
>;

/** The panel of a user, for administrators to read. */
export interface UserFeatures {
  readonly solutions: readonly SolutionView[];
  /** The explanation of each feature, by its key. */
  readonly explanations: Readonly<Record<string, Explanation>>;
}

/** Makes the features that a user sees, each with its explanation. */
export function userFeatures(context: EntitledPanelContext): UserFeatures {
  const solutions = solutionViews(context, parseFeatureFilter({}));
  const rows = solutions.flatMap(({ missing, enabled }) =>
    [...missing, ...enabled].flatMap(({ features }) => features.flatMap(leaves)),
  );
  const explanations = rows.flatMap(({ feature }) =>
    feature === null ? [] : [[feature, featurePageView(context, feature, null)] as const],
  );
  return { solutions, explanations: Object.fromEntries(explanations) };
}

function leaves(row: FeatureRow): readonly FeatureRow[] {
  return row.feature === null ? row.children.flatMap(leaves) : [row];
}
