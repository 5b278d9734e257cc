import { describe, expect, it } from 'vitest';
import { isLanguage, languages } from '../../../../src/licensing/catalogue/languages.ts';

describe('isLanguage', () => {
  it('accepts the six supported languages and rejects any other text', () => {
    expect(languages.every(isLanguage)).toBe(true);
    expect(isLanguage('fr')).toBe(false);
    expect(isLanguage('')).toBe(false);
  });
});
