import { describe, expect, it } from 'vitest';
import { languages as languageCodes } from '../../../src/licensing/catalogue/languages.ts';
import { adminPages, isAdministratorPath, viewQuery } from '../../../src/web/administrator-pages.ts';
import { languages } from './harness.ts';

describe('isAdministratorPath', () => {
  it.each([...adminPages.map(({ path }) => path), '/setup', '/uninstall', '/admin/users/101'])(
    'accepts %s',
    (path) => {
      expect(isAdministratorPath(path)).toBe(true);
    },
  );

  it.each([
    '',
    '/',
    '//evil.example',
    '//evil.example/admin',
    '/\\evil.example',
    'https://evil.example/admin',
    'javascript:alert(1)',
    '/admin/',
    '/ADMIN',
    '/admin?x=1',
    '/admin#x',
    '/admin/nothing',
    '/admin/../panel',
    '/admin/contract/..',
    '/admin%2f',
    '/admin\r\nLocation: https://evil.example',
    '/admin/users/0',
    '/admin/users/-1',
    '/admin/users/1.5',
    '/admin/users/1e3',
    '/admin/users/12345678901',
    '/admin/users/101/..',
    '/admin/users/101\n',
    '/admin/users//evil.example',
    '/panel',
    '/sign-out',
  ])('refuses %j', (path) => {
    expect(isAdministratorPath(path)).toBe(false);
  });
});

describe('viewQuery', () => {
  it('keeps what a page shows, without what each sign-in sets', () => {
    const query = { q: 'anna & co', plan: ['a', 'b'], uctx: 'Cust1', usid: '5', lang: 'de', signedIn: '1' };
    expect(viewQuery(query)).toBe('q=anna+%26+co&plan=a&plan=b');
    expect(viewQuery({})).toBe('');
  });

  it('encodes every value, so that none becomes another part of an address', () => {
    const values = ['//evil.example', '&uctx=Cust2', '#x', '"><script>', '\r\nLocation: x', '\0'];
    for (const value of values) {
      const text = viewQuery({ [value]: value });
      expect(text).toMatch(/^[\w%.*+-]+=[\w%.*+-]+$/);
      expect([...new URLSearchParams(text)]).toEqual([[value, value]]);
    }
    expect(viewQuery({ q: '\ud800' })).toBe('q=%EF%BF%BD');
  });

  it('leaves out what is no text, and a query that is too long', () => {
    expect(viewQuery({ q: { a: '1' }, n: 1, page: '2' })).toBe('page=2');
    expect(viewQuery({ q: 'x'.repeat(798) })).toHaveLength(800);
    expect(viewQuery({ q: 'x'.repeat(799) })).toBe('');
  });
});

describe('the title of a page', () => {
  it.each(languageCodes)('in %s can name a sheet of Excel', (code) => {
    const { t } = languages.choose([code]);
    for (const { name } of adminPages) expect(t(`admin.page.${name}`)).toMatch(/^[^\\/?*[\]:]{1,31}$/);
  });
});
