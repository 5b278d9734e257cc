/**
 * How well a rule is known. `documented`: SuperOffice documents the license that decides. `published`: SuperOffice
 * publishes which plans have the feature, on the page of the feature or in the list of user plans. `inferred`: concluded
 * from such facts, for example from the name of a license. `none`: unknown.
 */
export type Confidence = 'documented' | 'published' | 'inferred' | 'none';

const lowestFirst: readonly Confidence[] = ['none', 'inferred', 'published', 'documented'];

/** Returns the lowest of several confidences, for a conclusion that needs all of them. `none` for an empty list. */
export function minConfidence(confidences: readonly Confidence[]): Confidence {
  return lowestFirst.find((each) => confidences.includes(each)) ?? 'none';
}

/**
 * Returns the highest of several confidences, for a conclusion that needs only one of them. `none` for an empty list.
 */
export function maxConfidence(confidences: readonly Confidence[]): Confidence {
  return lowestFirst.findLast((each) => confidences.includes(each)) ?? 'none';
}
