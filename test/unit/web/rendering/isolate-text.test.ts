import { describe, expect, it } from 'vitest';
import { isolateText } from '../../../../src/web/rendering/isolate-text.ts';
import { languages } from '../harness.ts';

describe('isolateText', () => {
  it.each([
    ['a right-to-left override', 'Anna \u202Exslx.exe', '\u2068Anna xslx.exe\u2069'],
    ['an attempt to end the isolation', 'A\u2069\u202EB', '\u2068AB\u2069'],
    ['a Hebrew name', 'שרה', '\u2068שרה\u2069'],
    ['a right-to-left mark', 'A\u200F', '\u2068A\u200F\u2069'],
  ])('isolates %s', (_what, text, isolated) => {
    expect(isolateText(text)).toBe(isolated);
  });

  it('does not change a text without right-to-left characters', () => {
    expect(isolateText('Mette Sørensen 😀')).toBe('Mette Sørensen 😀');
  });

  it('isolates what fills the placeholders of a text', () => {
    const { t } = languages.choose(['en']);
    expect(t('admin.requestedBy', { name: 'A\u202EB', date: '1 May' })).toContain('\u2068AB\u2069');
  });
});
