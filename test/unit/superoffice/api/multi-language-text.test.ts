import { describe, expect, it } from 'vitest';
import { readEnglish, toMultiLanguageText } from '../../../../src/superoffice/api/multi-language-text.ts';

describe('multi-language text', () => {
  it('has a part for each translation, English first', () => {
    expect(toMultiLanguageText({ nl: 'Leverancier', no: 'Leverandør', en: 'Supplier' })).toBe(
      'US:"Supplier";NO:"Leverandør";NL:"Leverancier"',
    );
  });

  it('is plain text without translations', () => {
    expect(toMultiLanguageText({ en: 'Supplier' })).toBe('Supplier');
  });

  it.each([
    ['US:"Supplier";NO:"Leverandør"', 'Supplier'],
    ['NO:"Leverandør";US:"Supplier"', 'Supplier'],
    ['Supplier', 'Supplier'],
    ['NO:"Leverandør"', 'NO:"Leverandør"'],
  ])('%s reads as %s in English', (text, english) => {
    expect(readEnglish(text)).toBe(english);
  });
});
