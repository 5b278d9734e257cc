import { describe, expect, it } from 'vitest';
import { createCookieClient } from '../../sandbox/cookie-client.ts';
import { errorStatus } from '../../src/errors.ts';
import { signInLifetimeMs } from '../../src/tenants/sign-in-store.ts';
import { installedPlanlens, openPanelUrl, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const { salesPremium } = testUsers;

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly type: string;
}

/** What came in as a problem, once as a page and once as JSON. */
describe('invalid client input', async () => {
  const planlens = await installedPlanlens();

  async function problem(path: string, init: RequestInit = {}): Promise<Problem> {
    const response = await fetch(`${planlens.url}${path}`, { redirect: 'manual', ...init });
    const body = (await response.json()) as { code: string; title: string; text: string; status: number };
    expect(body.status).toBe(response.status);
    expect(body.title).not.toMatch(/problem\./);
    expect(body.text).not.toMatch(/problem\./);
    return { status: response.status, code: body.code, type: response.headers.get('content-type') ?? '' };
  }

  const stored = async () => {
    const url = String(planlens.environment.DATABASE_URL);
    const tables = await Promise.all(['tenants', 'license_snapshots'].map((table) => rowsIn(url, table)));
    return JSON.stringify(tables);
  };

  async function refused(path: string, code: keyof typeof errorStatus, init?: RequestInit): Promise<void> {
    const before = await stored();
    expect(await problem(path, init)).toEqual({
      status: errorStatus[code],
      code,
      type: expect.stringContaining('application/problem+json'),
    });
    expect(await stored()).toBe(before);
  }

  it.each([
    ['nothing at all', '/panel'],
    ['no user', '/panel?uctx=Cust20001'],
    ['no tenant', '/panel?usid=101'],
    ['empty parts', '/panel?uctx=&usid='],
    ['a variable the CRM did not fill in', '/panel?uctx=%3Cuctx%3E&usid=%3Cusid%3E'],
    ['another word than Cust', '/panel?uctx=cust20001&usid=101'],
    ['a path in the tenant', '/panel?uctx=Cust20001%2F..%2FCust20002&usid=101'],
    ['SQL in the tenant', "/panel?uctx=Cust1'--&usid=101"],
    ['a line break in the tenant', '/panel?uctx=Cust20001%0D%0AX%3A1&usid=101'],
    ['two tenants', '/panel?uctx=Cust20001&uctx=Cust20002&usid=101'],
    ['a user that is no number', '/panel?uctx=Cust20001&usid=abc'],
    ['a negative user', '/panel?uctx=Cust20001&usid=-1'],
    ['user 0', '/panel?uctx=Cust20001&usid=0'],
    ['a user beyond any database', '/panel?uctx=Cust20001&usid=9999999999'],
    ['a tenant as an object', '/panel?uctx[x]=Cust20001&usid=101'],
  ])('rejects a panel URL with %s', (_case, path) => refused(path, 'panel-url-invalid'));

  it('rejects a user of a tenant that never installed the app', () => {
    const stranger = { tenantId: 'Cust99999', associateId: 1 };
    const cookie = sessionCookie(planlens.environment, stranger);
    return refused('/panel?uctx=Cust99999&usid=1', 'tenant-not-installed', { headers: { cookie } });
  });

  it('accepts any language parameter, known or unknown', async () => {
    for (const language of ['xx', '', 'de-AT', '../../etc/passwd', 'a'.repeat(500)]) {
      const response = await fetch(
        `${planlens.url}/panel?${new URLSearchParams({ uctx: 'Cust20001', usid: '101', lang: language })}`,
        {
          redirect: 'manual',
        },
      );
      expect(response.status).toBe(302);
    }
  });

  it.each([
    ['nothing', ''],
    ['no state', '?code=abc'],
    ['an empty state', '?state=&code=abc'],
    ['two states', '?state=a&state=b&code=abc'],
    ['a state of a megabyte’s temper', `?state=${'a'.repeat(5000)}&code=abc`],
  ])('rejects a sign-in callback with %s', (_case, query) =>
    refused(`/auth/callback${query}`, 'sign-in-response-malformed'),
  );

  it('rejects a sign-in callback with an unknown state', () =>
    refused('/auth/callback?state=invented&code=abc', 'sign-in-state-unknown'));

  it('rejects a posted sign-in callback with an unknown state', () =>
    refused('/auth/callback', 'sign-in-state-unknown', {
      method: 'POST',
      body: new URLSearchParams({ state: 'invented', code: 'abc' }),
    }));

  it('rejects a posted sign-in callback that exceeds the size limit', () =>
    refused('/auth/callback', 'body-too-large', {
      method: 'POST',
      body: new URLSearchParams({ state: 'a'.repeat(20_000) }),
    }));

  it('rejects a posted sign-in callback with an unsupported content type', () =>
    refused('/auth/callback', 'sign-in-response-malformed', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"state":',
    }));

  it('rejects a posted sign-in callback with an unknown content encoding', () =>
    refused('/auth/callback', 'request-malformed', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'nonsense' },
      body: 'state=a',
    }));

  it('responds with 404 to a path with invalid percent encoding', () =>
    refused('/assets/%E0%A4%A', 'not-found'));
  it('responds with 404 to an unknown path', () => refused('/nowhere', 'not-found'));
  it('responds with 404 to an asset path outside the asset folder', () =>
    refused('/assets/..%2f..%2fpackage.json', 'not-found'));
  it('responds with 405 to an unsupported method', () =>
    refused('/panel', 'method-not-allowed', { method: 'DELETE' }));

  /** A panel sign-in that SuperOffice has authorized, before the redirect to our callback. */
  async function completedSignIn() {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    const begun = await openPanelUrl(cookieClient, panelUrl(planlens, salesPremium));
    const authorized = await cookieClient.getOnce(begun.headers.get('location') ?? '');
    return { cookieClient, callback: authorized.headers.get('location') ?? '' };
  }

  // certifies R6
  it('rejects a state that another browser started and still accepts it in that browser', async () => {
    const { cookieClient, callback } = await completedSignIn();
    const stranger = await createCookieClient().get(callback);
    expect(stranger.status).toBe(403);
    expect(stranger.html).toContain('sign-in-state-mismatch');
    expect((await cookieClient.get(callback)).html).toContain('<h1>Sales-Premium</h1>');
  });

  it('rejects a state that was already used', async () => {
    const { cookieClient, callback } = await completedSignIn();
    await cookieClient.get(callback);
    const again = await cookieClient.get(callback);
    expect(again.status).toBe(400);
    expect(again.html).toContain('sign-in-state-unknown');
  });

  it('rejects a sign-in that exceeds its lifetime', async () => {
    const { cookieClient, callback } = await completedSignIn();
    planlens.passTime(signInLifetimeMs + 1);
    const late = await cookieClient.get(callback);
    expect(late.status).toBe(400);
    expect(late.html).toContain('sign-in-state-unknown');
  });

  it('rejects an authorization code that SuperOffice no longer accepts', async () => {
    const { cookieClient, callback } = await completedSignIn();
    const withOldCode = new URL(callback);
    withOldCode.searchParams.set('code', 'expired-or-used');
    const response = await cookieClient.get(withOldCode.href);
    expect(response.status).toBe(400);
    expect(response.html).toContain('sign-in-refused');
  });

  it('reports a sign-in denied by SuperOffice and escapes the error parameter', async () => {
    const { cookieClient, callback } = await completedSignIn();
    const denied = new URL(callback);
    denied.searchParams.delete('code');
    denied.searchParams.set('error', 'access_denied<script>alert(1)</script>');
    const response = await cookieClient.get(denied.href);
    expect(response.status).toBe(403);
    expect(response.html).toContain('sign-in-denied');
    expect(response.html).not.toContain('<script>');
  });

  it.each(['tampered', 'expired', 'hs256', 'other-tenant'] as const)(
    'rejects a sign-in with an id_token that is %s, without a session or stored data',
    async (defect) => {
      const { cookieClient, callback } = await completedSignIn();
      const before = await stored();
      planlens.sandbox.control.corruptNextToken({ kind: 'id-token', defect });
      const response = await cookieClient.get(callback);
      expect([401, 403]).toContain(response.status);
      expect(response.html).toMatch(/sign-in-token-invalid|tenant-mismatch/);
      expect(response.headers.getSetCookie().join()).not.toContain('__Host-planlens-session');
      expect(await stored()).toBe(before);
    },
  );

  it('treats an invalid session cookie as no session and redirects to sign-in', async () => {
    for (const cookie of ['', 'x', 'eyJhbGciOiJub25lIn0.e30.', `${'a'.repeat(2000)}.b.c`]) {
      const response = await fetch(`${planlens.url}/setup`, {
        headers: { cookie: `__Host-planlens-session=${cookie}` },
        redirect: 'manual',
      });
      expect([response.status, response.headers.get('location')]).toEqual([
        302,
        expect.stringContaining('/login/common/oauth/authorize'),
      ]);
    }
  });

  // certifies R16
  it('renders an error for a browser as a page in its language without a stack trace', async () => {
    const cookie = sessionCookie(planlens.environment, {
      tenantId: 'Cust99999',
      associateId: 1,
      // By the clock of the app, which a test above has advanced.
      signedInAt: Date.now() + signInLifetimeMs + 1,
    });
    const response = await fetch(`${planlens.url}/panel?uctx=Cust99999&usid=1&lang=de`, {
      headers: { accept: 'text/html', cookie },
    });
    const html = await response.text();
    expect(response.status).toBe(404);
    expect(html).toContain('<html lang="de" ');
    expect(html).toContain('Planlens ist hier nicht installiert');
    expect(html).not.toMatch(/at .*\.ts|node_modules/);
  });

  // certifies R15
  it('never responds with a 5xx status to any of these requests', () => {
    const statuses = planlens.logged.flatMap((line) => /"res":\{"status":(\d+)\}/.exec(line)?.[1] ?? []);
    expect(statuses.length).toBeGreaterThan(30);
    expect(statuses.filter((status) => status.startsWith('5'))).toEqual([]);
  });
});
