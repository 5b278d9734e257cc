import { describe, expect, it, vi } from 'vitest';
import { memoizeByText } from '../../../../src/licensing/licenses/memoize-by-text.ts';

describe('memoizeByText', () => {
  it('finds what is in a text once, and forgets all of 1,000 texts for another', () => {
    const find = vi.fn((text: string) => [text]);
    const findOnce = memoizeByText(find);
    const texts = Array.from({ length: 1_000 }, (_each, index) => `${index}`);
    const found = texts.map(findOnce);
    expect(findOnce('0')).toBe(found[0]);
    expect(found[7]).toEqual(['7']);
    expect(find).toHaveBeenCalledTimes(1_000);
    findOnce('another');
    expect(findOnce('0')).toEqual(['0']);
    expect(find).toHaveBeenCalledTimes(1_002);
  });
});
