/** `documented`: stated by SuperOffice; `inferred`: concluded from documented facts; `none`: unknown. */
export type Confidence = 'documented' | 'inferred' | 'none';

const lowestFirst: readonly Confidence[] = ['none', 'inferred', 'documented'];

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
