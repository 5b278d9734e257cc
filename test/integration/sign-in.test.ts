import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CookieClient, createCookieClient } from '../../sandbox/cookie-client.ts';
import { handoffLifetimeMs } from '../../src/tenants/handoff-store.ts';
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

  const popUpUrl = ({ tenantId, associateId }: TestUser, challenge: string) => {
    const query = { uctx: tenantId, usid: String(associateId), lang: 'en', challenge };
    return `${planlens.url}/panel/sign-in?${new URLSearchParams(query)}`;
  };
  const findCode = (html: string) => /data-session-handoff="([\w-]{43})"/.exec(html)?.[1] ?? '';

  /** Signs a user in by a pop-up. @returns the code that the pop-up sends to the panel */
  async function signInByPopUp(person: TestUser, challenge: string): Promise<string> {
    const popUp = await signInToCrm(planlens, person);
    return findCode((await popUp.get(popUpUrl(person, challenge))).html);
  }

  const redeem = (body: unknown, headers: Record<string, string> = { origin: planlens.url }) =>
    fetch(`${planlens.url}/panel/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

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

  it('hands off the session of the pop-up to the panel that opened it', async () => {
    const { verifier, challenge } = newChallenge();
    const code = await signInByPopUp(salesPremium, challenge);
    const response = await redeem({ code, verifier });
    const { bearer } = (await response.json()) as { bearer: string };
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-planlens-session=.*; Partitioned/);
    const panel = await withBearer(panelUrl(planlens, salesPremium), bearer);
    expect(panel.status).toBe(200);
    expect(await panel.text()).toContain('<h1>Sales-Premium</h1>');
  });

  it('accepts a handoff code once', async () => {
    const { verifier, challenge } = newChallenge();
    const code = await signInByPopUp(salesPremium, challenge);
    expect((await redeem({ code, verifier })).status).toBe(200);
    expect((await redeem({ code, verifier })).status).toBe(403);
  });

  it('accepts a handoff code within its lifetime, with its verifier and from its own origin only', async () => {
    const { verifier, challenge } = newChallenge();
    const late = await signInByPopUp(salesPremium, challenge);
    planlens.passTime(handoffLifetimeMs);
    expect((await redeem({ code: late, verifier })).status).toBe(403);

    const stolen = await signInByPopUp(salesPremium, challenge);
    expect((await redeem({ code: stolen, verifier: newChallenge().verifier })).status).toBe(403);

    const code = await signInByPopUp(salesPremium, challenge);
    for (const headers of [{ origin: planlens.sandbox.url }, { origin: 'null' }, {}]) {
      expect((await redeem({ code, verifier }, headers as Record<string, string>)).status).toBe(403);
    }
    expect((await redeem({ code, verifier })).status).toBe(200);
  });

  it.each([[{}], [{ code: 'x', verifier: 'y' }], [[]], ['text'], [null]])(
    'responds with 400 to the malformed handoff request %j',
    async (body) => {
      const response = await redeem(body);
      const { code } = (await response.json()) as { code: string };
      expect([response.status, code]).toEqual([400, 'request-malformed']);
    },
  );

  it('does not hand off a session of another user than the user of the panel', async () => {
    const popUp = await signInToCrm(planlens, servicePremium);
    const { status, html } = await popUp.get(popUpUrl(salesPremium, newChallenge().challenge));
    expect([status, findCode(html)]).toEqual([403, '']);
    expect(html).toContain('user-mismatch');
  });

  it('rejects a forged bearer token and a bearer token for another user or tenant', async () => {
    const { verifier, challenge } = newChallenge();
    const response = await redeem({ code: await signInByPopUp(salesPremium, challenge), verifier });
    const { bearer } = (await response.json()) as { bearer: string };
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
      for (const path of ['/panel/feature', '/panel/plan']) {
        const { html, status } = await cookieClient.get(
          `${planlens.url}${path}?${query}&lang=en&feature=saint`,
        );
        expect([401, 404]).toContain(status);
        expect(html).not.toMatch(/Designteamet|Sales-Premium|Fjordkraft/);
      }
    }
    const stranger = await createCookieClient().get(
      `${planlens.url}/panel/feature?uctx=Cust20001&usid=101&lang=en&feature=saint`,
    );
    expect(stranger.status).toBe(401);
    expect(stranger.html).not.toContain('Designteamet');
  });
});
