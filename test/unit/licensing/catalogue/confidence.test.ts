import { describe, expect, it } from 'vitest';
import { type Confidence, minConfidence } from '../../../../src/licensing/catalogue/confidence.ts';

const strongestFirst: readonly Confidence[] = ['documented', 'inferred', 'none'];

describe('weakest', () => {
  it.each(strongestFirst)('is %s where all are', (each) => {
    expect(minConfidence([each])).toBe(each);
    expect(minConfidence([each, each, each])).toBe(each);
  });

  it.each([
    ['documented', 'inferred', 'inferred'],
    ['documented', 'none', 'none'],
    ['inferred', 'none', 'none'],
  ] as const)('of %s and %s is %s, in either order', (a, b, weaker) => {
    expect([minConfidence([a, b]), minConfidence([b, a])]).toEqual([weaker, weaker]);
  });

  it('is that of all of them', () => {
    expect(minConfidence(strongestFirst)).toBe('none');
    expect(minConfidence(['documented', 'inferred', 'documented'])).toBe('inferred');
  });

  it('is none where there is nothing to rest on', () => {
    expect(minConfidence([])).toBe('none');
  });
});
