import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createAllowedHosts,
  isContextIdentifier,
  loginEndpoints,
} from '../../../../src/superoffice/transport/endpoints.ts';

describe('loginEndpoints', () => {
  it.each([
    'https://sod.superoffice.com',
    'https://sod.superoffice.com/',
    'https://SOD.superoffice.com/login/',
  ])('builds the same endpoints from %s', (loginUrl) => {
    const endpoints = loginEndpoints(loginUrl);
    expect(endpoints).toMatchObject({
      issuer: 'https://sod.superoffice.com',
      tokens: 'https://sod.superoffice.com/login/common/oauth/tokens',
      jwks: 'https://sod.superoffice.com/login/.well-known/jwks',
      partnerSystemUser: 'https://sod.superoffice.com/Login/api/PartnerSystemUser/Authenticate',
    });
    expect(endpoints.authorize('common')).toBe('https://sod.superoffice.com/login/common/oauth/authorize');
    expect(endpoints.authorize('Cust1')).toBe('https://sod.superoffice.com/login/Cust1/oauth/authorize');
    expect(endpoints.state('Cust1')).toBe('https://sod.superoffice.com/api/state/Cust1');
  });

  it('keeps the port of a local sandbox', () => {
    expect(loginEndpoints('http://127.0.0.1:4010/').issuer).toBe('http://127.0.0.1:4010');
  });

  it('encodes a tenant identifier so that it cannot leave its path segment', () => {
    expect(loginEndpoints('https://sod.superoffice.com').state('../x?y')).toBe(
      'https://sod.superoffice.com/api/state/..%2Fx%3Fy',
    );
  });
});

describe('rule 17: credentials go only to allowed hosts', () => {
  const toAllowedUrl = createAllowedHosts(['.superoffice.com']);

  it.each([
    ['https://online2.superoffice.com/Cust12345/api', 'https://online2.superoffice.com/Cust12345/api'],
    ['https://online2.superoffice.com:443/Cust12345/api/', 'https://online2.superoffice.com/Cust12345/api/'],
    ['HTTPS://App-SOD.SuperOffice.com/x?y=1', 'https://app-sod.superoffice.com/x?y=1'],
  ])('allows a credential to be sent to %s', (url, href) => {
    expect(toAllowedUrl(url)?.href).toBe(href);
  });

  it.each([
    'https://sod.evil.com/x?',
    'https://sod.evil.com/x?.superoffice.com',
    'https://online.superoffice.com.evil.com/Cust12345/api',
    'https://evilsuperoffice.com/api',
    'https://superoffice.com/api',
    'https://.superoffice.com/api',
    'https://online.superoffice.com./api',
    'http://online.superoffice.com/api',
    'https://online.superoffice.com:8443/api',
    'https://user@online.superoffice.com/api',
    'https://:pass@online.superoffice.com/api',
    'https://user:pass@online.superoffice.com/api',
    'https://online.superoffice.com@evil.com/api',
    'https://evil.com\\@online.superoffice.com/api',
    'https://evil.com#@online.superoffice.com',
    'https://online.superoffice.com\n.evil.com/',
    'https://evil.com%2f.superoffice.com/',
    'ftp://online.superoffice.com/api',
    'javascript:alert(1)//.superoffice.com',
    '//online.superoffice.com/api',
    'online.superoffice.com',
    'http://127.0.0.1/api',
    'https://localhost/api',
    '',
    'https://',
  ])('refuses to send a credential to %j', (url) => {
    expect(toAllowedUrl(url)).toBeNull();
  });

  it('allows only https origins of SuperOffice without user information in the URL', () => {
    const urls = fc
      .tuple(
        fc.constantFrom('https://', 'http://', 'https://a@', 'https:\\\\', 'https:/'),
        fc.oneof(fc.domain(), fc.constantFrom('online', 'evil.com#', 'evil.com?', 'evil.com/', 'evil.com\\')),
        fc.constantFrom('.superoffice.com', 'superoffice.com', '@online.superoffice.com'),
        fc.constantFrom('', '/x', '.evil.com', ':8443', ':443', '@evil.com', '.', '\t.evil.com'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(urls, (url) => {
        const target = toAllowedUrl(url);
        expect(target?.origin ?? 'https://none.superoffice.com').toMatch(
          /^https:\/\/[^/@:]+\.superoffice\.com$/,
        );
        expect(target?.username ?? '').toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('allows no host for an empty list or an empty entry', () => {
    expect(createAllowedHosts([])('https://online.superoffice.com')).toBeNull();
    expect(createAllowedHosts(['', ' '])('https://online.superoffice.com')).toBeNull();
  });

  it('treats an entry without a leading dot as one exact host', () => {
    const exact = createAllowedHosts(['crm.example.com']);
    expect(exact('https://crm.example.com/api')).not.toBeNull();
    expect(exact('https://a.crm.example.com/api')).toBeNull();
    expect(exact('http://crm.example.com/api')).toBeNull();
  });

  it.each(['127.0.0.1', 'localhost', '[::1]'])(
    'allows local host %s over http on any port and no other host',
    (host) => {
      const local = createAllowedHosts([host]);
      expect(local(`http://${host}:4010/Cust1/api`)?.host).toBe(`${host}:4010`);
      expect(local(`https://${host}:4010/`)).toBeNull();
      expect(local(`http://user@${host}:4010/`)).toBeNull();
      expect(local('http://127.0.0.2:4010/')).toBeNull();
      expect(local(`http://${host}.evil.com/`)).toBeNull();
    },
  );
});

describe('isContextIdentifier', () => {
  it.each(['Cust1', 'Cust12345'])('accepts %s as a context identifier', (value) => {
    expect(isContextIdentifier(value)).toBe(true);
  });

  it.each([
    'Cust',
    'cust1',
    ' Cust1',
    'Cust1 ',
    'Cust1\n',
    'Cust1/../Cust2',
    'common',
    '',
    null,
    undefined,
    1,
  ])('rejects %j as a context identifier', (value) => {
    expect(isContextIdentifier(value)).toBe(false);
  });
});
