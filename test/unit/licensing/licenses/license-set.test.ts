import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownModules } from '../../../../src/licensing/catalogue/known-modules.ts';
import { parseLicenseSet } from '../../../../src/licensing/licenses/license-set.ts';

describe('parseLicenseSet', () => {
  it('parses the documented form', () => {
    expect(parseLicenseSet('set=user,web,sale-cal,t2')).toEqual(['user', 'web', 'sale-cal', 't2']);
  });

  it.each([
    ['', 'empty text'],
    ['10-sal', 'the text of a tier marker'],
    ['set=', 'an empty set'],
    ['offset=user', 'another word ending in set'],
    ['user,web', 'a list without the command'],
  ])('finds no set in %j (%s)', (extraInfo) => {
    expect(parseLicenseSet(extraInfo)).toEqual([]);
  });

  it.each([
    ['SET=User,WEB'],
    ['  set=user,web'],
    ['set = user , web'],
    ['set=superoffice.user,SUPEROFFICE.web'],
    ['show=all;set=user,web'],
    ['show=all set=user,web'],
    ['set=user,web;show=all'],
    ['set=user,web show=all'],
    ['set=user,,web,'],
    ['set=user,web,user'],
    ['set=user;set=web'],
    ['set=user,\nweb'],
  ])('parses the variant spelling %j', (extraInfo) => {
    expect(parseLicenseSet(extraInfo)).toEqual(['user', 'web']);
  });

  it('keeps unknown names, even with a space inside', () => {
    expect(parseLicenseSet('set=new-thing,superlicense-ej-customer centre')).toEqual([
      'new-thing',
      'superlicense-ej-customer centre',
    ]);
  });

  it('parses any list of known module names without loss', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...knownModules)), (names) => {
        expect(parseLicenseSet(`set=${names.join(',')}`)).toEqual(names);
      }),
    );
  });

  it('returns trimmed names for any text and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseLicenseSet(`set=${text}`).every((name) => name === name.trim())).toBe(true);
      }),
    );
  });

  it('parses long runs of white space within two seconds', () => {
    const spaces = ' '.repeat(200_000);
    expect(parseLicenseSet(`${spaces}set=${spaces}a${spaces},b${spaces}`)).toEqual(['a', 'b']);
  }, 2_000);
});
