import { describe, expect, it } from 'vitest';
import { attemptsCookieName } from '../support/attempts-cookie.ts';
import {
  installedPlanlens,
  metricsToken,
  panelUrl,
  signInToCrm,
  submit,
  testUsers,
} from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;
/** Another client behind the trusted proxy. */
const attacker = { 'x-forwarded-for': '203.0.113.66' };

/** Starts the sign-in of a pop-up, as its page does after the panel that opened it has sent its challenge. */
function startPopUpSignIn(
  url: string,
  ofTenant: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = JSON.stringify({ uctx: ofTenant, usid: '101', lang: 'en', challenge: 'c'.repeat(43) });
  const json = { 'content-type': 'application/json', origin: url };
  return fetch(`${url}/panel/sign-in`, { method: 'POST', headers: { ...json, ...headers }, body });
}

describe('a stranger', async () => {
  const planlens = await installedPlanlens();
  const { url, environment } = planlens;
  const visit = (path: string, headers: Record<string, string> = {}) =>
    fetch(url + path, { redirect: 'manual', headers: { accept: 'text/html', ...attacker, ...headers } });

  const startSignIn = (ofTenant: string) =>
    startPopUpSignIn(url, ofTenant, { accept: 'text/html', ...attacker });

  /** What a response shows, without the parts that differ between any two responses. */
  async function visible(response: Response, ofTenant: string) {
    const stable = [...response.headers].filter(([name]) => !['date', 'etag'].includes(name));
    const all = JSON.stringify([response.status, ...stable, await response.text()]);
    const varying = [
      /(state|nonce|code_challenge)=[^&"]*/g,
      /sign-in-[\w-]{16}=[\w-]*/g,
      /attempts-[\w-]{16}=/g,
      /Expires=[^;]*/g,
      /\.\d{13}\b/g,
      /[\da-f]{8}-[\da-f-]{27}/g,
    ];
    return varying.reduce((text, each) => text.replaceAll(each, '…'), all.replaceAll(ofTenant, 'TENANT'));
  }

  it.each([
    '/panel?uctx=TENANT&usid=101&lang=en',
    '/panel?uctx=TENANT&usid=101&lang=en&cookie=probe',
    '/panel?uctx=TENANT&usid=101&lang=en&signedIn=9999999999999',
    '/panel/feature?uctx=TENANT&usid=101&lang=en&feature=saint',
    '/panel/plans?uctx=TENANT&usid=101&lang=en&plan=sales-premium',
    '/panel/newer-features?uctx=TENANT&usid=101&lang=en',
    '/panel/sign-in?uctx=TENANT&usid=101&lang=en',
    '/admin?uctx=TENANT&usid=101',
    '/setup?uctx=TENANT&usid=101',
  ])('does not learn whether a tenant has installed the app: %s', async (path) => {
    const other = sessionCookie(environment, { tenantId: 'Cust20003', associateId: 301 });
    const attempts = (ofTenant: string) => ({
      cookie: `${attemptsCookieName(ofTenant, 101)}=${ofTenant}.101.0.0`,
    });
    for (const headersFor of [() => ({}), () => ({ cookie: other }), attempts]) {
      const [known, unknown] = ['Cust20001', 'Cust29999'].map(async (ofTenant) =>
        visible(await visit(path.replace('TENANT', ofTenant), headersFor(ofTenant)), ofTenant),
      );
      expect(await unknown).toBe(await known);
    }
  });

  it('does not learn it from the start of a sign-in either', async () => {
    const [known, unknown] = ['Cust20001', 'Cust29999'].map(async (ofTenant) =>
      visible(await startSignIn(ofTenant), ofTenant),
    );
    expect(await unknown).toBe(await known);
    expect(await known).toContain('[200,');
  });

  it('learns after the sign-in that the app is not installed', async () => {
    const stranger = { tenantId: 'Cust20002', associateId: 202, userName: 'anna.richter@suitecore.example' };
    planlens.sandbox.control.approve({ tenant: stranger.tenantId });
    const page = await (await signInToCrm(planlens, stranger)).get(panelUrl(planlens, stranger));
    expect([page.status, page.html.includes('Planlens is not installed here')]).toEqual([404, true]);
  });

  it('reads no metrics', async () => {
    const headersOf = (authorization: string) => ({ headers: { authorization } });
    for (const authorization of [
      '',
      'Bearer',
      'Bearer x',
      `Basic ${metricsToken}`,
      `Bearer ${metricsToken}x`,
    ]) {
      expect((await fetch(`${url}/metrics`, headersOf(authorization))).status, authorization).toBe(404);
    }
    expect((await fetch(`${url}/metrics`, headersOf(`Bearer ${metricsToken}`))).status).toBe(200);
  });

  it('is limited by address, while the users behind other addresses are served', async () => {
    planlens.stopTime();
    const statuses: number[] = [];
    for (let round = 0; round < 13; round += 1) {
      const responses = await Promise.all(
        Array.from({ length: 100 }, () => visit('/panel?uctx=Cust20001&usid=101&lang=en')),
      );
      statuses.push(...responses.map(({ status }) => status));
    }
    const answered = statuses.filter((status) => status === 302).length;
    expect(answered).toBeLessThanOrEqual(1_200);
    expect(answered).toBeLessThan(statuses.length);
    const german = Array.from({ length: 50 }, () => visit('/panel?uctx=Cust20001&usid=101&lang=de'));
    const refused = (await Promise.all(german)).find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBe(1);
    expect(await refused?.text()).toContain('Zu viele Zugriffe auf einmal');
    const signIns = await Promise.all(Array.from({ length: 50 }, () => startSignIn('Cust20001')));
    expect(signIns.map(({ status }) => status)).toContain(429);
    const signedIn = { cookie: sessionCookie(environment, salesPremium, planlens.now) };
    expect((await visit('/panel?uctx=Cust20001&usid=101&lang=en', signedIn)).status).toBe(200);
    const neighbour = { 'x-forwarded-for': '203.0.113.67' };
    expect((await visit('/panel?uctx=Cust20001&usid=101&lang=en', neighbour)).status).toBe(302);
  });
});

describe('a refusal', async () => {
  const planlens = await installedPlanlens();
  const { url, environment } = planlens;

  const refusals = async () =>
    (await rowsIn(String(environment.DATABASE_URL), 'audit_log'))
      .filter(({ content }) => (content as { event: string }).event === 'refused')
      .map((row) => [
        row.context_identifier,
        row.associate_id,
        (row.content as { code: string }).code,
        row.address,
      ]);

  it.each([
    [
      'a missing right',
      () => ({ path: '/admin', init: { headers: { cookie: sessionCookie(environment, salesPremium) } } }),
      [tenantId, 101, 'administrator-required', attacker['x-forwarded-for']],
    ],
    [
      'a foreign form',
      () => ({
        path: '/panel/access-requests?uctx=Cust20001&usid=101',
        init: {
          method: 'POST',
          headers: { cookie: sessionCookie(environment, salesPremium) },
          body: new URLSearchParams({ subject: 'feature:saint', reason: 'Your license is blocked' }),
        },
      }),
      [tenantId, 101, 'csrf-token-invalid', attacker['x-forwarded-for']],
    ],
  ])('of %s is in the audit log with the address of the client', async (_case, attack, entry) => {
    const { path, init } = attack();
    const { headers } = init;
    expect((await fetch(url + path, { ...init, headers: { ...headers, ...attacker } })).status).toBe(403);
    await expect.poll(refusals).toContainEqual(entry);
    expect(planlens.logged.join('')).not.toContain('license is blocked');
  });

  /** Begins the sign-in of a pop-up and returns SuperOffice's response to it with other parameters. */
  async function respondToSignIn(changes: Record<string, string>): Promise<Response> {
    const begun = await startPopUpSignIn(url, tenantId);
    const authorize = ((await begun.json()) as { url: string }).url;
    const state = new URL(authorize).searchParams.get('state') ?? '';
    const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const query = new URLSearchParams({ state, ...changes });
    return fetch(`${url}/auth/callback?${query}`, { headers: { cookie, accept: 'text/html', ...attacker } });
  }

  it('of a sign-in is in the audit log, and repeats only known reasons', async () => {
    const denied = await respondToSignIn({ error: 'Your license is blocked' });
    expect([denied.status, (await denied.text()).includes('license is blocked')]).toEqual([403, false]);
    expect(await (await respondToSignIn({ error: 'access_denied' })).text()).toContain(
      'sign-in-denied (access_denied)',
    );
    expect((await respondToSignIn({ code: 'junk' })).status).toBe(400);
    const address = attacker['x-forwarded-for'];
    await expect.poll(refusals).toContainEqual([tenantId, null, 'sign-in-denied', address]);
    await expect.poll(refusals).toContainEqual([tenantId, null, 'sign-in-refused', address]);
    expect(planlens.logged.join('')).not.toContain('license is blocked');
  });

  it('does not fill the audit log, and is not on the setup page', async () => {
    const before = (await refusals()).length;
    const headers = { cookie: sessionCookie(environment, salesPremium) };
    for (let count = 0; count < 100; count += 1) await fetch(`${url}/admin`, { headers });
    await expect.poll(async () => (await refusals()).length).toBe(60);
    expect(before).toBeLessThan(60);
    const admin = await signInToCrm(planlens, administrator);
    const setup = await admin.get(`${url}/setup`);
    expect(setup.html).toContain('Sign-ins and refusals are not listed');
    expect(setup.html).not.toContain('refused');
    const removal = await admin.get(`${url}/uninstall`);
    expect((await submit(admin, removal, '/uninstall')).status).toBe(200);
  });

  it('of a tenant that has not installed the app leaves no trace in the audit log', async () => {
    const cookie = sessionCookie(environment, { tenantId: 'Cust29999', associateId: 1 });
    expect((await fetch(`${url}/admin`, { headers: { cookie } })).status).toBe(403);
    expect((await refusals()).filter(([tenant]) => tenant === 'Cust29999')).toEqual([]);
  });
});
