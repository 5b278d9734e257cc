import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasWords, markWords } from '../../../../src/licensing/catalogue/mark-words.ts';

const marked = (text: string, words: readonly string[]) =>
  markWords(text, words)
    .map((part) => (part.marked ? `[${part.text}]` : part.text))
    .join('');

describe('marks', () => {
  it.each([
    ['Mailings (personalized mass email)', ['mail'], '[Mail]ings (personalized mass email)'],
    ['Drag-and-Drop-E-Mail-Editor', ['email'], 'Drag-and-Drop-[E-Mail]-Editor'],
    [
      'Verkaufs- und Opportunity-Management',
      ['management', 'verkauf'],
      '[Verkauf]s- und Opportunity-[Management]',
    ],
    ['Kostenlose Vorlagenbibliothek', ['bibliothek'], 'Kostenlose Vorlagen[bibliothek]'],
    ['Forms (Web forms)', ['web', 'webf'], 'Forms ([Web][ f]orms)'],
    ['Größenwahn', ['gros'], '[Größ]enwahn'],
    ['Quote Management', ['quotes'], '[Quote] Management'],
    ['SuperOffice inbox', ['ai'], 'SuperOffice inbox'],
    ['Email', [], 'Email'],
  ])('in %s for %j', (text, words, expected) => {
    expect(marked(text, words)).toBe(expected);
  });

  it('keep the text, whatever is marked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string({ minLength: 1 })), (text, words) => {
        const parts = markWords(text, words);
        expect(parts.map((part) => part.text).join('')).toBe(text);
      }),
    );
  });

  it('tell whether a text has all words', () => {
    expect(hasWords('Sales guide', ['sales', 'gui'])).toBe(true);
    expect(hasWords('Sales guide', ['sales', 'quote'])).toBe(false);
  });
});
