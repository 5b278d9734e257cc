import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { createCookieClient } from '../../sandbox/cookie-client.ts';
import { deriveKeyring, keyringSchema } from '../../src/crypto/keyring.ts';
import { errorStatus } from '../../src/errors.ts';
import { createAllowedHosts } from '../../src/superoffice/transport/endpoints.ts';
import { adminPages } from '../../src/web/administrator-pages.ts';
import type { Session } from '../../src/web/sign-in/session.ts';
import { listAccessRequests } from '../support/access-requests.ts';
import { keyringText } from '../support/keyrings.ts';
import { isLongForm, scaleRuns } from '../support/long-form.ts';
import {
  featureUrl,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  testUsers,
} from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { sessionCookie, sessionsOf } from '../support/session-cookie.ts';
import { createSigningPair, encode, signToken } from '../support/tokens.ts';
import { forgedTokens, genuineToken, mutatedTokens } from './forgeries.ts';

const { administrator, otherAdministrator, salesPremium } = testUsers;
const cookieName = '__Host-planlens-session';

describe('authorization', async () => {
  const planlens = await installedPlanlens();
  await install(planlens, otherAdministrator);
  const { url, environment } = planlens;
  const sessions = sessionsOf(environment);
  let passedMs = 0;
  /** The time of the app. */
  const now = () => Date.now() + passedMs;
  /** The cookie of a user who signs in now. */
  const createCookie = (session: Partial<Session> & Pick<Session, 'tenantId' | 'associateId'>) =>
    sessionCookie(environment, { ...session, signedInAt: now() }, now);
  const own = { ...administrator, isAdministrator: true, name: 'Kari', signedInAt: Date.now() };
  const other = { ...otherAdministrator, isAdministrator: true, name: 'Silje', signedInAt: Date.now() };
  const user = { ...salesPremium, isAdministrator: false, name: 'Markus', signedInAt: Date.now() };

  function passTime(ms: number): void {
    planlens.passTime(ms);
    passedMs += ms;
  }
  let sent = 0;
  const send = (path: string, init: RequestInit = {}) => {
    sent += 1;
    // Time for the limit of one client to recover, which the long form would reach.
    if (sent % 1_000 === 0) passTime(60_000);
    return fetch(new URL(path, url), { redirect: 'manual', ...init });
  };
  const post = (
    path: string,
    session: Session | null,
    fields: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ) =>
    send(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(session && { cookie: createCookie(session) }),
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    });
  /** The stored data of all tenants, for comparison. */
  async function readStoredData(): Promise<string> {
    const tables = [
      'tenants',
      'access_requests',
      'user_pins',
      'webhooks',
      'callbacks',
      'session_exchange_codes',
    ];
    const rows = await Promise.all(tables.map((table) => rowsIn(String(environment.DATABASE_URL), table)));
    // The reconcile schedule changes independently.
    return JSON.stringify(rows).replace(/"next_reconcile_at":"[^"]*"/g, '');
  }

  const panelQuery = `uctx=${user.tenantId}&usid=${user.associateId}&lang=en`;
  const forms: readonly (readonly [string, Session, Readonly<Record<string, string>>])[] = [
    [`/panel/access-requests?${panelQuery}`, user, { subject: 'feature:mailings', reason: 'please' }],
    [`/panel/access-requests?${panelQuery}`, user, { subject: 'feature:mailings', intent: 'withdraw' }],
    [`/panel/refresh?${panelQuery}`, user, {}],
    [
      '/admin/access-requests',
      own,
      { subject: 'feature:mailings', id: '00000000-0000-4000-8000-000000000000', state: 'fulfilled' },
    ],
    ['/admin/contract', own, { start: '2026-01-01', period: 'yearly' }],
    ['/admin/user-data', own, { associateId: '101', intent: 'erase', sure: 'yes' }],
    ['/admin/what-if', own, { intent: 'pin', associateId: '101', plan: 'sales-premium', reason: 'x' }],
    ['/uninstall', own, {}],
    ['/setup/export', own, {}],
    ['/sign-out', own, {}],
  ];

  describe.each(forms)('form to %s', (path, session, fields) => {
    it.each<[string, Session | null, () => Record<string, string>, Record<string, string>]>([
      ['no session', null, () => ({ csrf: sessions.csrfToken(session) }), {}],
      ['no CSRF token', session, () => ({}), {}],
      ['an empty CSRF token', session, () => ({ csrf: '' }), {}],
      [
        'the CSRF token of another user',
        session,
        () => ({ csrf: sessions.csrfToken({ ...session, associateId: 102 }) }),
        {},
      ],
      ['the CSRF token of another tenant', session, () => ({ csrf: sessions.csrfToken(other) }), {}],
      [
        'a CSRF token made with another key',
        session,
        () => ({
          csrf: createHmac('sha256', 'k')
            .update(`form ${session.tenantId} ${session.associateId}`)
            .digest('base64url'),
        }),
        {},
      ],
      [
        'a cross-site request',
        session,
        () => ({}),
        { origin: 'https://evil.example', referer: 'https://evil.example/', 'sec-fetch-site': 'cross-site' },
      ],
      [
        'a cross-site request with content type text/plain',
        session,
        () => ({}),
        { 'content-type': 'text/plain', origin: 'https://evil.example' },
      ],
    ])('rejects a submission and changes nothing: %s', async (_description, by, token, headers) => {
      const before = await readStoredData();
      const response = await post(path, by, { ...fields, ...token() }, headers);
      expect([401, 403]).toContain(response.status);
      expect(await readStoredData()).toBe(before);
    });
  });

  it.each([...adminPages.map(({ path }) => path), '/setup', '/uninstall'])(
    'rejects %s for a user who is not an administrator',
    async (path) => {
      const response = await send(path, { headers: { cookie: createCookie(user), accept: 'text/html' } });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain('administrator-required');
    },
  );

  it.each(['/admin/access-requests', '/admin/contract', '/admin/user-data', '/admin/what-if', '/uninstall'])(
    'rejects a form to %s from a user who is not an administrator',
    async (path) => {
      const before = await readStoredData();
      const fields = {
        csrf: sessions.csrfToken(user),
        id: '1',
        state: 'fulfilled',
        start: '2026-01-01',
        period: 'yearly',
        force: 'yes',
      };
      expect((await post(path, user, fields)).status).toBe(403);
      expect(await readStoredData()).toBe(before);
    },
  );

  describe('session of another tenant', () => {
    const secrets = ['Designteamet', 'markus.brandt', 'kari.nygard', 'Sales-Premium', 'data-row='];

    it.each([
      panelUrl(planlens, salesPremium),
      panelUrl(planlens, administrator),
      featureUrl(planlens, salesPremium, 'mailings'),
      `${url}/panel/plans?${panelQuery}`,
      `${url}/panel/newer-features?${panelQuery}`,
      ...adminPages.map(({ path }) => `${url}${path}?${panelQuery}`),
      `${url}/setup?uctx=Cust20001`,
    ])('%s reveals no data of another tenant', async (address) => {
      const response = await send(address, { headers: { cookie: createCookie(other), accept: 'text/html' } });
      expect([302, 401, 403]).toContain(response.status);
      const text = await response.text();
      for (const secret of secrets) expect(text).not.toContain(secret);
    });

    it.each(['uctx=Cust20001', 'ctx=Cust20001', 'tenant=Cust20001'])(
      'the export with the query %s contains no data of another tenant',
      async (query) => {
        // One export per minute and tenant.
        passTime(61_000);
        const response = await post(`/setup/export?${query}`, other, { csrf: sessions.csrfToken(other) });
        const text = await response.text();
        expect(response.status).toBe(200);
        expect(text).toContain('Cust20003');
        expect(text).not.toContain('Cust20001');
      },
    );

    it('cannot resolve an access request of another tenant', async () => {
      await planlens.services.accessRequests.submit(user.tenantId, {
        associateId: user.associateId,
        requestedBy: '',
        subject: 'feature:forms',
        reason: '',
      });
      const accessRequest = (await listAccessRequests(planlens.services.accessRequests, user.tenantId)).find(
        ({ state }) => state === 'open',
      );
      const before = await readStoredData();
      const response = await post('/admin/access-requests', other, {
        csrf: sessions.csrfToken(other),
        subject: 'feature:forms',
        id: String(accessRequest?.id),
        state: 'fulfilled',
        text: '',
      });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expect(await readStoredData()).toBe(before);
    });

    it('cannot submit an access request in the panel of another tenant', async () => {
      const before = await readStoredData();
      const response = await post(`/panel/access-requests?${panelQuery}`, other, {
        csrf: sessions.csrfToken(other),
        subject: 'feature:forms',
      });
      expect(response.status).toBe(errorStatus['session-required']);
      expect(await readStoredData()).toBe(before);
    });
  });

  it('rejects forged and altered session tokens in a cookie or bearer header', async () => {
    const keys = deriveKeyring(keyringSchema.parse(environment.SESSION_KEYS), 'session');
    const foreign = deriveKeyring(keyringSchema.parse(keyringText('test')), 'session');
    const claims = {
      tenantId: own.tenantId,
      associateId: own.associateId,
      isAdministrator: true,
      name: '',
      signedInAt: Date.now(),
      use: 'session',
      aud: environment.SUPEROFFICE_LOGIN_URL,
    };
    const seconds = Math.floor(Date.now() / 1000);
    const times = { iat: seconds, exp: seconds + 600 };
    const genuine = createCookie(own).slice(cookieName.length + 1);
    const signed = (payload: object, key = keys.current.key, options: jwt.SignOptions = {}) =>
      jwt.sign(payload, key, { algorithm: 'HS256', keyid: keys.current.id, issuer: url, ...options });
    const wrong = fc.constantFrom(
      signed({ ...claims, ...times }, foreign.current.key),
      signed({ ...claims, iat: seconds - 7_200, exp: seconds - 3_600 }),
      signed({ ...claims, ...times }, keys.current.key, { issuer: 'other' }),
      signed({ ...claims, ...times }, keys.current.key, { keyid: 'unknown' }),
      signed({ ...claims, ...times }, keys.current.key, { keyid: '__proto__' }),
      signed({ ...claims, ...times, associateId: String(own.associateId) }),
      signed({ ...claims, ...times, isAdministrator: 'true' }),
      signed({ ...times, tenantId: own.tenantId }),
      signed({ ...claims, ...times }, keys.current.key, { algorithm: 'HS512' }),
      sessions.csrfToken(own),
      signToken(createSigningPair(), { ...claims, ...times, iss: url }, { kid: keys.current.id }),
      ...['none', 'None', 'RS256', 'HS256'].map(
        (alg) =>
          `${encode({ alg, typ: 'JWT', kid: keys.current.id })}.${encode({ ...claims, ...times, iss: url })}.`,
      ),
      genuineToken('id-token'),
    );
    const signIn = await signInToCrm(planlens, administrator);
    const state =
      new URL((await signIn.getOnce(`${url}/admin`)).headers.get('location') ?? '').searchParams.get(
        'state',
      ) ?? '';
    const tokens = fc.oneof(
      { arbitrary: wrong, weight: 1 },
      { arbitrary: mutatedTokens(genuine), weight: 4 },
      { arbitrary: forgedTokens('id-token'), weight: 1 },
      { arbitrary: fc.constant(state), weight: 1 },
    );
    const panel = panelUrl(planlens, administrator);
    await fc.assert(
      fc.asyncProperty(tokens, fc.boolean(), async (token, asBearer) => {
        // Remove characters that a header cannot contain.
        const sendable = token.replace(/[^\x21-\x7e]/g, '').slice(0, 12_000);
        if (sendable === genuine) return;
        const headers = asBearer
          ? { authorization: `Bearer ${sendable}` }
          : { cookie: `${cookieName}=${sendable}` };
        const response = await send(panel, { headers: { ...headers, accept: 'text/html' } });
        const text = await response.text();
        expect(text, sendable).not.toContain('data-row=');
        expect([302, 401, 403, 431], sendable).toContain(response.status);
      }),
      { numRuns: scaleRuns(4_000) },
    );
    expect(
      (await send(panel, { headers: { cookie: createCookie(own) } })).status,
      'status with the genuine cookie',
    ).toBe(200);
  });

  it('rejects forged and altered state change notifications', async () => {
    const tokens = fc.oneof(
      forgedTokens('state-change'),
      mutatedTokens(genuineToken('state-change')),
      fc.constantFrom(
        ...(['id-token', 'system-user', 'state-change'] as const).map((kind) => genuineToken(kind)),
      ),
    );
    const before = await readStoredData();
    await fc.assert(
      fc.asyncProperty(tokens, fc.integer({ min: -1, max: 6 }), async (token, change) => {
        const body = JSON.stringify({ ContextIdentifier: 'Cust20001', ChangeType: change, Token: token });
        const response = await send('/callbacks/state-change', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        const { code, detail } = (await response.json()) as { code: string; detail?: string };
        expect([code, response.status], detail).toEqual([
          code,
          errorStatus[code as keyof typeof errorStatus],
        ]);
        expect([
          'state-change-token-invalid',
          'state-change-malformed',
          'body-too-large',
          'request-malformed',
        ]).toContain(code);
      }),
      { numRuns: scaleRuns(2_000) },
    );
    expect(await readStoredData()).toBe(before);
  });

  it('accepts an authorization response once under concurrent replays', async () => {
    const cookieClient = await signInToCrm(planlens, administrator);
    const started = await cookieClient.getOnce(`${url}/admin`);
    const authorized = await cookieClient.getOnce(started.headers.get('location') ?? '');
    const callback = authorized.headers.get('location') ?? '';
    expect(new URL(callback).pathname).toBe('/auth/callback');
    const all = await Promise.all(Array.from({ length: 20 }, () => cookieClient.getOnce(callback)));
    const statuses = all.map(({ status }) => status).sort();
    expect(statuses).toEqual([303, ...Array(19).fill(errorStatus['sign-in-state-unknown'])].sort());
    const otherBrowser = await createCookieClient().getOnce(callback);
    expect([400, 403]).toContain(otherBrowser.status);
  });

  it('redirects only to its own origin and to SuperOffice, whatever URL and host headers say', async () => {
    const evilValues = [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '%0d%0aLocation:%20https://evil.example',
      'https:evil.example',
    ];
    const names = [
      'next',
      'redirect_uri',
      'returnUrl',
      'url',
      'state',
      'uctx',
      'lang',
      'code',
      'error',
      'path',
      'iss',
    ];
    const paths = [
      '/',
      '/install',
      '/panel',
      '/panel/sign-in',
      ...adminPages.map(({ path }) => path),
      '/setup',
      '/uninstall',
      '/auth/callback',
      '//evil.example',
      '/assets',
    ];
    const allowed = [url, planlens.sandbox.url].map((each) => new URL(each).origin);
    const requests = paths.flatMap((path) =>
      names.flatMap((name) => evilValues.map((value) => ({ path, name, value }))),
    );
    // Every seventh has each path, each name and each value.
    const examined = requests.filter((_request, index) => isLongForm || index % 7 === 0);
    for (const { path, name, value } of examined) {
      const query = `${panelQuery}&challenge=${'a'.repeat(43)}&${name}=${encodeURI(value)}`;
      const response = await send(`${url}${path}?${query}`, {
        headers: {
          host: 'evil.example',
          'x-forwarded-host': 'evil.example',
          forwarded: 'host=evil.example',
          cookie: createCookie(other),
        },
      });
      const location = response.headers.get('location');
      if (location !== null)
        expect(allowed, `${path}?${name}=${value}`).toContain(new URL(location, `${url}${path}`).origin);
      expect(response.headers.get('content-security-policy') ?? "frame-ancestors 'none'").toMatch(
        /frame-ancestors ('none'|https:\/\/\*\.superoffice\.com http:\/\/127\.0\.0\.1:\d+)$/,
      );
      expect(await response.text()).not.toMatch(/(href|src|action)="[^"]*evil\.example/);
    }
  });

  it('a sign-in leads back to the page and carries its query as data, whatever it says', async () => {
    const admin = await signInToCrm(planlens, administrator);
    const hostile: [string, string][] = [
      ['next', 'https://evil.example/'],
      ['path', '//evil.example'],
      ['q', '"><script>alert(1)</script>'],
      ['\r\nLocation', 'https://evil.example'],
      ['page', '2&uctx=Cust20003#/admin'],
      ['a', '\\evil.example'],
      ['a', '\0\u202e'],
      ['__proto__', 'x'],
    ];
    for (const path of adminPages.map((each) => each.path)) {
      admin.clearCookies();
      await admin.get(`${planlens.sandbox.url}/login/as/${administrator.userName}?next=/Cust20001/`);
      const sent = new URLSearchParams([['lang', 'de'], ...hostile]);
      const page = await admin.get(`${url}${path}?${sent}`);
      const { origin, pathname, searchParams, hash } = new URL(page.url);
      expect([page.status, origin, pathname, hash], path).toEqual([200, new URL(url).origin, path, '']);
      expect(searchParams.get('uctx')).toBe('Cust20001');
      const kept = [...searchParams].filter(([name]) => !['uctx', 'lang', 'signedIn'].includes(name));
      expect(kept.toSorted()).toEqual(hostile.toSorted());
      expect(page.html).not.toMatch(/<script>|(href|src|action)="(https?:)?\/\/evil/);
    }
  });

  it('allows no credentials to a host that only resembles a SuperOffice host', () => {
    const target = createAllowedHosts(['.superoffice.com']);
    const label = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    const similarUrls = fc.oneof(
      label.map((name) => `https://${name}.superoffice.com.evil.example/Cust1/api/`),
      label.map((name) => `https://${name}superoffice.com/`),
      label.map((name) => `https://sod.superoffice.com@${name}.example/`),
      label.map((name) => `https://${name}.example/.superoffice.com`),
      label.map((name) => `https://${name}.example#.superoffice.com`),
      label.map((name) => `https://${name}.example?.superoffice.com`),
      label.map((name) => `https://${name}.example\\.superoffice.com/`),
      label.map((name) => `http://${name}.superoffice.com/`),
      label.map((name) => `https://${name}.superoffice.com:8443/`),
      label.map((name) => `https://user:pass@${name}.superoffice.com/`),
      label.map((name) => `https://${name}.superoffice.com./`),
      label.map((name) => `//${name}.superoffice.com/`),
      fc.constantFrom(
        'https://superoffice.com/',
        'https://.superoffice.com/',
        'http://169.254.169.254/latest/meta-data/',
        'http://127.0.0.1/',
        'https://[::1]/',
        'file:///etc/passwd',
        'gopher://sod.superoffice.com/',
        'https://2130706433/',
        'https://ѕuperoffice.com/',
        'javascript:1',
        '',
      ),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(similarUrls, (address) => {
        expect(target(address), address).toBeNull();
      }),
      { numRuns: scaleRuns(5_000) },
    );
    expect(target('https://sod2.superoffice.com/Cust1/api/')?.hostname).toBe('sod2.superoffice.com');
  });
});
