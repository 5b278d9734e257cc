import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLicenseSet } from '../../../../src/licensing/licenses/license-set.ts';
import { name, runs, timeoutMs } from '../fixtures/arbitraries.ts';

const separator = fc.constantFrom('set=', 'SET =', ';', ',', ' ', '\t\n', '\u00a0', '=', 'superoffice.');
const odd = fc.constantFrom('SuperOffice. ', 'superoffice.superoffice.', 'İ', 'Σ', 'ß', '\ud800', '\u0000');
const piece = fc.oneof(separator, name, odd, fc.string({ unit: 'binary', maxLength: 20 }));
const short = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const long = fc
  .tuple(piece, fc.nat({ max: 4000 }), fc.string({ maxLength: 20 }))
  .map(([each, length, tail]) => `set=${each.repeat(length).slice(0, length)}${tail}`);
const text = fc.oneof({ weight: 20, arbitrary: short }, { weight: 1, arbitrary: long });

describe('parseLicenseSet properties', () => {
  it('returns distinct, lower-case and trimmed names for any text', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(text, (extraInfo) => {
        const names = parseLicenseSet(extraInfo);
        expect(names).toEqual([...new Set(names.map((each) => each.trim().toLowerCase()))]);
        expect(names).not.toContain('');
      }),
      runs,
    );
  });

  it('returns every name of a list, regardless of case and owner prefix', { timeout: timeoutMs }, () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), { maxLength: 6 });
    const spelling = fc.constantFrom('', ' ', 'SUPEROFFICE.', ' superoffice.');
    fc.assert(
      fc.property(names, spelling, fc.boolean(), (listed, before, upper) => {
        const spelled = listed.map((each) => before + (upper ? each.toUpperCase() : each));
        expect(parseLicenseSet(`set=${spelled.join(',')}`)).toEqual(listed);
      }),
      runs,
    );
  });
});
