import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownModules } from '../../../../src/licensing/catalogue/known-modules.ts';
import { parseLicenseSet } from '../../../../src/licensing/licenses/license-set.ts';

describe('parseLicenseSet', () => {
  it('reads the documented form', () => {
    expect(parseLicenseSet('set=user,web,sale-cal,t2')).toEqual(['user', 'web', 'sale-cal', 't2']);
  });

  it.each([
    ['', 'nothing'],
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
  ])('tolerates %j', (extraInfo) => {
    expect(parseLicenseSet(extraInfo)).toEqual(['user', 'web']);
  });

  it('keeps names it does not know, even with a space inside', () => {
    expect(parseLicenseSet('set=new-thing,superlicense-ej-customer centre')).toEqual([
      'new-thing',
      'superlicense-ej-customer centre',
    ]);
  });

  it('reads back any list of module names', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...knownModules)), (names) => {
        expect(parseLicenseSet(`set=${names.join(',')}`)).toEqual(names);
      }),
    );
  });

  it('never fails', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseLicenseSet(`set=${text}`).every((name) => name === name.trim())).toBe(true);
      }),
    );
  });

  it('takes white space without end in its stride', () => {
    const spaces = ' '.repeat(200_000);
    expect(parseLicenseSet(`${spaces}set=${spaces}a${spaces},b${spaces}`)).toEqual(['a', 'b']);
  }, 2_000);
});
