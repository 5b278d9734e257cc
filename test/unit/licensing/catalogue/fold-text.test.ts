import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldText, foldTypedWords, foldWord } from '../../../../src/licensing/catalogue/fold-text.ts';

describe('folding', () => {
  it.each([
    ['Währung', 'Waehrung'],
    ['Übersetzung', 'UEBERSETZUNG'],
    ['Größe', 'Groesse'],
    ['møte', 'möte'],
    ['måned', 'maaned'],
    ['ærlig', 'aerlig'],
    ['Veranderung', 'Veränderung'],
    ['e\u0301cole', 'école'],
  ])('makes %s and %s equal', (one, other) => {
    expect(foldWord(one)).toBe(foldWord(other));
  });

  it('keeps the beginning of a word the beginning of the folded word', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aeouäöüåæøßnAE'), maxLength: 12 });
    fc.assert(
      fc.property(letters, fc.nat(12), (word, length) => {
        expect(foldWord(word).startsWith(foldWord(word.slice(0, length)))).toBe(true);
      }),
    );
  });

  it('takes a typed hyphenated word as one and leaves out what is neither letter nor digit', () => {
    expect(foldTypedWords(' E-Mail, an (500)! ')).toEqual(['email', 'an', '500']);
    expect(foldTypedWords("KPI's KPI:er")).toEqual(['kpis', 'kpier']);
    expect(foldText('Drag & drop')).toBe('dragdrop');
  });
});
