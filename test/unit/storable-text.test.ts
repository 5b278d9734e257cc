import { describe, expect, it } from 'vitest';
import { isStorableText, storableIdentifier, storableText, toStorableText } from '../../src/storable-text.ts';

describe('storable text', () => {
  it.each([
    ['A\0B', 'A\uFFFDB'],
    ['a lone high surrogate \uD83D', 'a lone high surrogate \uFFFD'],
    ['a lone low surrogate \uDE00!', 'a lone low surrogate \uFFFD!'],
    ['two of them \uD83D\uD83D\uDE00', 'two of them \uFFFD😀'],
  ])('replaces what PostgreSQL cannot store: %j', (text, stored) => {
    expect(isStorableText(text)).toBe(false);
    expect(toStorableText(text)).toBe(stored);
    expect(storableText().parse(text)).toBe(stored);
    expect(storableIdentifier.safeParse(text).success).toBe(false);
  });

  it.each(['', 'Mette Sørensen', 'שלום', '\u202E right to left', '😀'])(
    'keeps any other text: %j',
    (text) => {
      expect(toStorableText(text)).toBe(text);
      expect(storableIdentifier.parse(text)).toBe(text);
    },
  );

  it('shortens a long text, also within a pair of surrogates', () => {
    expect(toStorableText('N'.repeat(10_001))).toBe(`${'N'.repeat(9_999)}…`);
    expect(toStorableText('abc', 3)).toBe('abc');
    expect(toStorableText('abcd', 3)).toBe('ab…');
    expect(toStorableText('ab😀d', 4)).toBe('ab\uFFFD…');
  });

  it.each([null, undefined, 7, {}])('refuses %j, which is no text', (value) => {
    expect(storableText().safeParse(value).success).toBe(false);
  });
});
