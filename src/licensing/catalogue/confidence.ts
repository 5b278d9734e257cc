/** `documented`: SuperOffice says so; `inferred`: concluded from that; `none`: nothing is known. */
export type Confidence = 'documented' | 'inferred' | 'none';

const weakestFirst: readonly Confidence[] = ['none', 'inferred', 'documented'];

/** The weakest of several confidences: a conclusion is no surer than what it rests on. `none` for none at all. */
export function minConfidence(confidences: readonly Confidence[]): Confidence {
  return weakestFirst.find((each) => confidences.includes(each)) ?? 'none';
}

/** The surest of several confidences, where one reason is enough. `none` for none at all. */
export function maxConfidence(confidences: readonly Confidence[]): Confidence {
  return weakestFirst.findLast((each) => confidences.includes(each)) ?? 'none';
}
