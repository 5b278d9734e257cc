import { describe, expect, it } from 'vitest';
import { isSuperOffice, normalizeModuleName } from '../../../../src/licensing/licenses/module-names.ts';

describe('normalizeModuleName', () => {
  it('returns the name in lower case and without the SuperOffice owner prefix', () => {
    expect(normalizeModuleName(' SuperOffice.Sale-CAL ')).toBe('sale-cal');
    expect(normalizeModuleName('acme.sale-cal')).toBe('acme.sale-cal');
  });

  it('returns the same name regardless of owner prefix, case and blanks', () => {
    expect(
      ['sale-cal', ' SALE-CAL ', 'superoffice.sale-cal', 'SUPEROFFICE. sale-cal'].map(normalizeModuleName),
    ).toEqual(Array(4).fill('sale-cal'));
  });
});

describe('isSuperOffice', () => {
  it('accepts the SuperOffice owner in any case and rejects any other owner', () => {
    expect(isSuperOffice('SuperOffice')).toBe(true);
    expect(isSuperOffice('ACME')).toBe(false);
    expect(isSuperOffice('')).toBe(false);
  });
});
