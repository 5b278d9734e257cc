import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CookieClient, createCookieClient, type VisitedPage } from '../../sandbox/cookie-client.ts';
import { handoffLifetimeMs } from '../../src/tenants/handoff-store.ts';
import { attemptsCookieName } from '../support/attempts-cookie.ts';
import {
  installedPlanlens,
  openPanelUrl,
  panelUrl,
  signInToCrm,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';

const { salesPremium, servicePremium } = testUsers;
const attemptTimeoutMs = 3_000;

/** The verifier and challenge that a panel makes before it opens its pop-up. */
function newChallenge() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

describe('panel sign-in', async () => {
  const planlens = await installedPlanlens();

  const json = { 'content-type': 'application/json', origin: planlens.url };
  /** Starts the sign-in of a pop-up as its script does after the panel that opened it has sent its challenge. */
  const startPopUp = (person: TestUser, challenge: unknown, headers: Record<string, string> = json) =>
    fetch(`${planlens.url}/panel/sign-in`, {
      method: 'POST',
      headers,
      body: JSON.stringify({
        uctx: person.tenantId,
        usid: String(person.associateId),
        lang: 'en',
        challenge,
      }),
    });

  /** Signs a user in by the pop-up of a panel. @returns the last page of the pop-up */
  async function signInByPopUp(person: TestUser, challenge: string, user = person): Promise<VisitedPage> {
    const popUp = await signInToCrm(planlens, user);
    const begun = await popUp.postJson(`${planlens.url}/panel/sign-in`, {
      uctx: person.tenantId,
      usid: String(person.associateId),
      lang: 'en',
      challenge,
    });
    return popUp.get((JSON.parse(begun.html) as { url: string }).url);
  }

  const redeem = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${planlens.url}/panel/session`, {
      method: 'POST',
      headers: { ...json, ...headers },
      body: JSON.stringify(body),
    });
  const redeemBearer = async (verifier: string) =>
    ((await (await redeem({ verifier })).json()) as { bearer: string }).bearer;

  const withBearer = (url: string, bearer: string) =>
    fetch(url, { headers: { accept: 'text/html', authorization: `Bearer ${bearer}` }, redirect: 'manual' });

  const firstHop = async (cookieClient: CookieClient, person: TestUser = salesPremium) => {
    const { status, html } = await openPanelUrl(cookieClient, panelUrl(planlens, person));
    return { status, html };
  };

  it('detects on the next load that the first attempt did not return and offers a button', async () => {
    const frame = createCookieClient();
    expect((await firstHop(frame)).status).toBe(302);
    planlens.passTime(attemptTimeoutMs);
    const { status, html } = await firstHop(frame);
    expect(status).toBe(401);
    expect(html).toContain('sign-in-timeout');
    expect(html).toContain('data-pop-up="/panel/sign-in?uctx=Cust20001&amp;usid=101&amp;lang=en"');
    expect(html).toContain('data-tries="1"');
    expect(html).not.toContain('Sales-Premium');
  });

  it('starts at most three silent attempts in quick succession', async () => {
    const frame = createCookieClient();
    const statuses = [];
    for (let load = 0; load < 5; load += 1) statuses.push((await firstHop(frame)).status);
    expect(statuses).toEqual([302, 302, 302, 401, 401]);
  });

  it('starts a silent attempt for another user after a lost attempt', async () => {
    const frame = createCookieClient();
    await firstHop(frame);
    planlens.passTime(attemptTimeoutMs);
    expect((await firstHop(frame, servicePremium)).status).toBe(302);
  });

  it.each([
    ['', 200, false],
    ['.frame', 200, true],
    ['.pop-up', 200, false],
    ['.redirect', 302, false],
  ])(
    'without script, leads the frame of a user with the way "%s" by itself only if it worked',
    async (way, status, leads) => {
      const { tenantId, associateId } = salesPremium;
      const cookie = `${attemptsCookieName(tenantId, associateId)}=${tenantId}.${associateId}.0.0${way}`;
      const headers = { accept: 'text/html', cookie, 'sec-fetch-dest': 'iframe' };
      const response = await fetch(panelUrl(planlens, salesPremium), { headers, redirect: 'manual' });
      expect(response.status).toBe(status);
      expect((await response.text()).includes('<meta http-equiv="refresh"')).toBe(leads);
    },
  );

  it('offers the button with the reason when SuperOffice denies a sign-in in the frame', async () => {
    const frame = await signInToCrm(planlens, salesPremium);
    const begun = await openPanelUrl(frame, panelUrl(planlens, salesPremium));
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const query = new URLSearchParams({ state, error: 'access_denied' });
    const refused = await frame.get(`${planlens.url}/auth/callback?${query}`);
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('sign-in-denied');
    expect(refused.html).toContain('data-pop-up=');
  });

  it('offers the button to a browser that blocks cookies instead of redirecting it', async () => {
    const frame = createCookieClient();
    const first = await frame.getOnce(panelUrl(planlens, salesPremium));
    const tried = new URL(first.headers.get('location') ?? '', planlens.url);
    expect([first.status, tried.pathname, tried.searchParams.get('cookie')]).toEqual([
      302,
      '/panel',
      'probe',
    ]);
    frame.clearCookies();
    const { status, html } = await frame.getOnce(tried.href);
    expect(status).toBe(403);
    expect(html).toContain('cookies-blocked');
    expect(html).toContain('data-pop-up=');
    // The same URL works once the browser allows cookies.
    expect((await frame.getOnce(tried.href)).headers.get('location')).toContain('/oauth/authorize');
  });

  it('offers the button to a browser that lost its cookies during sign-in', async () => {
    const frame = await signInToCrm(planlens, salesPremium);
    const begun = await openPanelUrl(frame, panelUrl(planlens, salesPremium));
    const authorized = await frame.getOnce(begun.headers.get('location') ?? '');
    frame.clearCookies();
    const back = await frame.get(authorized.headers.get('location') ?? '');
    expect(back.html).toContain('sign-in-state-mismatch');
    expect(back.html).toContain('data-pop-up=');
  });

  it('serves the pop-up a page that starts no sign-in by itself', async () => {
    const { challenge } = newChallenge();
    const url = `${planlens.url}/panel/sign-in?uctx=Cust20001&usid=101&lang=en&challenge=${challenge}`;
    const { status, html, headers } = await createCookieClient().getOnce(url);
    expect([status, headers.get('location'), headers.get('set-cookie')]).toEqual([200, null, null]);
    expect(html).toContain('data-pop-up');
    expect(html).not.toMatch(/<form|oauth|challenge/);
  });

  it.each<[string, Record<string, string>]>([
    ['of another origin', { ...json, origin: 'https://evil.example' }],
    ['without an origin', { 'content-type': 'application/json' }],
    ['from a page that hides its origin', { ...json, origin: 'null' }],
    ['that the browser reports as cross-site', { ...json, 'sec-fetch-site': 'cross-site' }],
    ['that the browser reports as same-site', { ...json, 'sec-fetch-site': 'same-site' }],
    ['that is no JSON', { origin: planlens.url, 'content-type': 'text/plain' }],
  ])('starts no sign-in for a request %s', async (_what, headers) => {
    const response = await startPopUp(salesPremium, newChallenge().challenge, headers);
    expect([400, 403]).toContain(response.status);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it.each(['', 'short', 'c'.repeat(44), null, 5])(
    'starts no sign-in for the challenge %j',
    async (challenge) => {
      expect((await startPopUp(salesPremium, challenge)).status).toBe(400);
    },
  );

  it('gives the session to the panel that waits for it, without any message from the pop-up', async () => {
    const { verifier, challenge } = newChallenge();
    expect((await redeem({ verifier })).status).toBe(204);
    const last = await signInByPopUp(salesPremium, challenge);
    expect(last.html).toContain('data-signed-in');
    const panel = await withBearer(panelUrl(planlens, salesPremium), await redeemBearer(verifier));
    expect(panel.status).toBe(200);
    expect(await panel.text()).toContain('<h1>Sales-Premium</h1>');
  });

  it('leaves no session in the pop-up', async () => {
    const { challenge } = newChallenge();
    const { headers } = await signInByPopUp(salesPremium, challenge);
    expect(headers.get('set-cookie') ?? '').not.toContain('planlens-session=ey');
  });

  it('gives a cookie to a browser that sends our cookies, and a bearer token only to one that does not', async () => {
    const probe = await fetch(`${planlens.url}/panel/session`);
    expect(probe.status).toBe(204);
    const cookie = String(probe.headers.get('set-cookie')).split(';', 1)[0] ?? '';
    const first = newChallenge();
    await signInByPopUp(salesPremium, first.challenge);
    const kept = await redeem({ verifier: first.verifier }, { cookie });
    expect(kept.headers.get('set-cookie')).toMatch(/^__Host-planlens-session=.*; Partitioned/);
    expect(await kept.json()).toEqual({ bearer: null });

    const second = newChallenge();
    await signInByPopUp(salesPremium, second.challenge);
    const refused = await redeem({ verifier: second.verifier });
    expect(refused.headers.get('set-cookie')).toBeNull();
    const { bearer } = (await refused.json()) as { bearer: string };
    const asCookie = { accept: 'text/html', cookie: `__Host-planlens-session=${bearer}` };
    const panel = await fetch(panelUrl(planlens, salesPremium), { headers: asCookie, redirect: 'manual' });
    expect(panel.status).toBe(302);
  });

  it('accepts a bearer token for 15 minutes', async () => {
    const { verifier, challenge } = newChallenge();
    await signInByPopUp(salesPremium, challenge);
    const bearer = await redeemBearer(verifier);
    planlens.passTime(14 * 60_000);
    expect((await withBearer(panelUrl(planlens, salesPremium), bearer)).status).toBe(200);
    planlens.passTime(60_000);
    expect((await withBearer(panelUrl(planlens, salesPremium), bearer)).status).toBe(401);
  });

  it('hands off a session once, within its lifetime, with its verifier and to our own origin only', async () => {
    const late = newChallenge();
    await signInByPopUp(salesPremium, late.challenge);
    planlens.passTime(handoffLifetimeMs);
    expect((await redeem({ verifier: late.verifier })).status).toBe(204);

    const { verifier, challenge } = newChallenge();
    await signInByPopUp(salesPremium, challenge);
    expect((await redeem({ verifier: newChallenge().verifier })).status).toBe(204);
    expect((await redeem({ verifier: challenge })).status).toBe(204);
    for (const origin of [planlens.sandbox.url, 'null', ''])
      expect((await redeem({ verifier }, { origin })).status).toBe(403);
    expect((await redeem({ verifier })).status).toBe(200);
    expect((await redeem({ verifier })).status).toBe(204);
  });

  it.each([[{}], [{ verifier: 'y' }], [[]], ['text'], [null]])(
    'responds with 400 to the malformed handoff request %j',
    async (body) => {
      const response = await redeem(body);
      const { code } = (await response.json()) as { code: string };
      expect([response.status, code]).toEqual([400, 'request-malformed']);
    },
  );

  it('does not hand off a session of another user than the user of the panel', async () => {
    const { verifier, challenge } = newChallenge();
    const { status, html } = await signInByPopUp(salesPremium, challenge, servicePremium);
    expect(status).toBe(403);
    expect(html).toContain('user-mismatch');
    expect((await redeem({ verifier })).status).toBe(204);
  });

  it('rejects a forged bearer token and a bearer token for another user or tenant', async () => {
    const { verifier, challenge } = newChallenge();
    await signInByPopUp(salesPremium, challenge);
    const bearer = await redeemBearer(verifier);
    for (const person of [servicePremium, { ...salesPremium, tenantId: 'Cust20002' }]) {
      const panel = await withBearer(panelUrl(planlens, person), bearer);
      expect(panel.status).toBe(401);
      expect(await panel.text()).not.toContain('Sales-Premium');
    }
    expect((await withBearer(panelUrl(planlens, salesPremium), 'forged')).status).toBe(401);
  });

  it('reveals no tenant data to a user with an altered or copied panel URL', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    const altered = ['uctx=Cust20001&usid=111', 'uctx=Cust20003&usid=101', 'uctx=Cust20001&usid=131'];
    for (const query of altered) {
      for (const path of ['/panel/feature', '/panel/newer-features', '/panel/plans']) {
        const { html, status } = await cookieClient.getOnce(
          `${planlens.url}${path}?${query}&lang=en&feature=saint`,
        );
        expect(status).toBe(302);
        expect(html).not.toMatch(/Designteamet|Sales-Premium|Fjordkraft/);
      }
    }
    const stranger = await createCookieClient().getOnce(
      `${planlens.url}/panel/feature?uctx=Cust20001&usid=101&lang=en&feature=saint`,
    );
    expect(stranger.status).toBe(302);
    expect(stranger.html).not.toContain('Designteamet');
  });
});
