import { describe, expect, it } from 'vitest';
import { type Confidence, minConfidence } from '../../../../src/licensing/catalogue/confidence.ts';

const strongestFirst: readonly Confidence[] = ['documented', 'inferred', 'none'];

describe('minConfidence', () => {
  it.each(strongestFirst)('returns %s when all inputs have it', (each) => {
    expect(minConfidence([each])).toBe(each);
    expect(minConfidence([each, each, each])).toBe(each);
  });

  it.each([
    ['documented', 'inferred', 'inferred'],
    ['documented', 'none', 'none'],
    ['inferred', 'none', 'none'],
  ] as const)('given %s and %s, returns %s in either order', (a, b, weaker) => {
    expect([minConfidence([a, b]), minConfidence([b, a])]).toEqual([weaker, weaker]);
  });

  it('returns the lowest of any number of inputs', () => {
    expect(minConfidence(strongestFirst)).toBe('none');
    expect(minConfidence(['documented', 'inferred', 'documented'])).toBe('inferred');
  });

  it('returns none for an empty list of inputs', () => {
    expect(minConfidence([])).toBe('none');
  });
});
