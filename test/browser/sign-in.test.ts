import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { testUsers } from '../support/planlens.ts';
import {
  type BrowserFixture,
  type BrowserWindow,
  federated,
  germanUsers,
  openBrowserFixture,
} from './browser-fixture.ts';

const attemptExpiresAfterMs = 3_000;

describe('panel sign-in in CRM with third-party cookies blocked', () => {
  let fixture: BrowserFixture;
  let federatedWindow: BrowserWindow | undefined;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
  });
  afterEach(() => {
    fixture.planlens.sandbox.control.clearFaults();
    fixture.planlens.blockFrameCookies(false);
  });
  afterAll(() => fixture.close());

  const button = ({ panel }: BrowserWindow) => panel.locator('[data-pop-up]');

  /** Clicks the sign-in button and returns the pop-up. */
  async function openPopUp(window: BrowserWindow): Promise<Page> {
    const [popUp] = await Promise.all([window.page.waitForEvent('popup'), button(window).click()]);
    return popUp;
  }

  /** The panel of a federated user, which offers the button, in a window without cookies that the tests share. */
  async function openFederated(): Promise<BrowserWindow> {
    federatedWindow ??= await fixture.open({ way: 'unknown' });
    const window = federatedWindow;
    const context = window.page.context();
    await Promise.all(context.pages().map((page) => page !== window.page && page.close()));
    await Promise.all([context, window.page].map((each) => each.unrouteAll()));
    await context.clearCookies();
    await window.signIn(federated);
    await button(window).waitFor();
    return window;
  }

  test('offers the button on the next load after an attempt in the frame did not return', async () => {
    // The user’s company left SuperOffice’s own sign-in for another since.
    const window = await fixture.open({ way: 'redirect' });
    await window.signIn(federated);
    fixture.planlens.passTime(attemptExpiresAfterMs);
    await window.page.reload();
    await button(window).waitFor();
    expect(await window.panel.locator('h1').textContent()).toBe('Please sign in');
    expect(await window.panel.locator('.code').textContent()).toContain('sign-in-timeout');

    const popUp = await openPopUp(window);
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
    expect(popUp.isClosed()).toBe(true);
    await window.page.reload();
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('keeps the session in the page when the browser blocks the session cookie', async () => {
    fixture.planlens.blockFrameCookies(true);
    const window = await fixture.open();
    await window.signIn(germanUsers.salesEssential);
    await button(window).waitFor();
    expect(await window.panel.locator('.code').textContent()).toContain('cookies-blocked');

    await openPopUp(window);
    await window.panel.getByRole('heading', { name: 'Sales-Essentials' }).waitFor();
    await window.panel.locator('[data-row="SaP6"] summary').click();
    await window.panel.locator('[data-row="SaP6"]').getByText('Sales-Premium').first().waitFor();
    await window.panel.locator('a.quiet-button').first().click();
    await window.panel.getByRole('heading', { name: 'Was bringt Ihnen ein anderer Plan?' }).waitFor();
    for (const plan of await window.panel.locator('input[name="plan"]').all())
      await plan.setChecked((await plan.getAttribute('value')) === 'sales-premium');
    await window.panel.getByRole('button', { name: 'Vergleichen' }).click();
    await window.panel.locator('.comparison').getByText('Kommt hinzu', { exact: true }).waitFor();
    await window.panel.getByRole('link', { name: 'Zurück zu allen Funktionen' }).click();
    await window.panel.getByRole('heading', { name: 'Sales-Essentials' }).waitFor();
    const stored = await window.panel.locator('html').evaluate((html) => {
      const { localStorage, sessionStorage } = html.ownerDocument.defaultView;
      return [localStorage.length, sessionStorage.length, html.ownerDocument.cookie];
    });
    expect(stored).toEqual([0, 0, '']);
  });

  test('offers a federated user the button on the first load when the browser blocks all cookies', async () => {
    fixture.planlens.blockFrameCookies(true);
    const window = await fixture.open();
    await window.signIn(federated);
    await button(window).waitFor();

    const popUp = await openPopUp(window);
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();

    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('explains that the browser blocked the pop-up and offers a link to a new tab', async () => {
    const window = await openFederated();
    await window.panel.locator('html').evaluate((html) => {
      html.ownerDocument.defaultView.open = () => null;
    });
    await button(window).click();
    await window.panel.getByText('Your browser blocked the window.').waitFor();
    expect(await window.panel.locator('a.elsewhere').getAttribute('target')).toBe('_blank');
  });

  test('completes the sign-in in a single pop-up when the button is pressed twice', async () => {
    const window = await openFederated();
    const popUp = await openPopUp(window);
    await button(window).click();
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
    expect(window.page.context().pages()).toHaveLength(1);
  });

  test('reports a connection failure during the session handoff and completes it afterwards', async () => {
    const window = await openFederated();
    const session = `${fixture.planlens.url}/panel/session`;
    await window.page.route(session, (route) => route.abort());
    const first = await openPopUp(window);
    await first.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await window.panel.getByText('Planlens cannot be reached at the moment').waitFor();
    await window.page.unroute(session);
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('stops after three failed sign-ins with an explanation and a link to a separate window', async () => {
    const window = await openFederated();
    for (let failed = 0; failed < 3; failed += 1) {
      const popUp = await openPopUp(window);
      await popUp.close();
      await window.panel.getByText('If you have closed it, press the button').waitFor();
    }
    await button(window).click();
    const stopped = window.panel.locator('.stopped');
    await stopped.waitFor();
    expect(await stopped.locator('h2').textContent()).toBe('Three sign-ins failed');
    expect(await window.panel.locator('.progress').isVisible()).toBe(false);
    expect(await window.panel.locator('.stopped:focus').count()).toBe(1);
    expect(await button(window).isVisible()).toBe(false);

    const [separateWindow] = await Promise.all([
      window.page.waitForEvent('popup'),
      window.panel.locator('a.elsewhere').click(),
    ]);
    await separateWindow.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await separateWindow.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('offers the button after an invalid id_token in the frame and completes sign-in in the pop-up', async () => {
    fixture.planlens.sandbox.control.corruptNextToken({ kind: 'id-token', defect: 'expired' });
    const window = await fixture.open();
    await window.signIn(germanUsers.salesPremium);
    await button(window).waitFor();
    expect(await window.panel.locator('.code').textContent()).toContain('sign-in-token-invalid');
    await openPopUp(window);
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('renews an expired session without user interaction', async () => {
    const window = await fixture.open();
    await window.signIn(germanUsers.servicePremium);
    await window.panel.getByRole('heading', { name: 'Service-Premium' }).waitFor();
    fixture.planlens.passTime(61 * 60_000);
    await window.page.reload();
    await window.panel.getByRole('heading', { name: 'Service-Premium' }).waitFor();
  });

  test('reports a session that expires in the open panel in place and keeps typed text', async () => {
    const window = await fixture.open();
    await window.signIn(germanUsers.salesEssential);
    const row = window.panel.locator('[data-row="SaP9"]');
    await row.locator('summary').click();
    await row.locator('textarea').fill('Für unsere Angebote');
    fixture.planlens.passTime(61 * 60_000);

    await row.getByRole('button', { name: 'Wunsch senden' }).click();
    await row.getByText('Ihre Anmeldung ist abgelaufen').waitFor();
    await row.getByRole('button', { name: 'Wunsch senden' }).click();
    await expect.poll(() => row.getByRole('alert').count()).toBe(1);
    expect(await row.locator('textarea').inputValue()).toBe('Für unsere Angebote');

    await window.panel.getByRole('button', { name: 'Lizenzdaten aktualisieren' }).click();
    const notice = window.panel.locator('main > [role=alert]');
    await notice.getByText('Ihre Anmeldung ist abgelaufen').waitFor();
    expect(await row.locator('textarea').inputValue()).toBe('Für unsere Angebote');

    await notice.getByRole('link', { name: 'Erneut anmelden' }).click();
    await window.panel.getByText('25 von 62 Funktionen aktiviert').waitFor();
    await expect.poll(() => window.panel.getByRole('alert').count()).toBe(0);
  });

  test('shows the panel of the new tenant when the CRM switches tenants', async () => {
    const window = await fixture.open();
    await window.signIn(germanUsers.salesPremium);
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
    await window.signIn(germanUsers.salesEssential);
    await window.panel.getByRole('heading', { name: 'Sales-Essentials' }).waitFor();
    expect(await window.panel.locator('.eyebrow').first().textContent()).toContain('Fjordkraft');
  });

  test('enters the panel although a sign-in page cuts the pop-up off from it', async () => {
    const window = await openFederated();
    await window.page.context().route(`${fixture.planlens.sandbox.url}/**`, async (route) => {
      const response = await route.fetch({ maxRedirects: 0 });
      const headers = { ...response.headers(), 'cross-origin-opener-policy': 'same-origin' };
      await route.fulfill({ response, headers });
    });
    const popUp = await openPopUp(window);
    const next = popUp.getByRole('button', { name: 'Continue as Oliver Grant' });
    await next.waitFor();
    expect(await popUp.evaluate('window.opener')).toBeNull();
    await window.panel.getByText('If the window is still open, finish signing in there.').waitFor();
    await next.click();
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('gives the session of a pop-up to its own panel only, and only once', async () => {
    const window = await openFederated();
    const requestBodies: string[] = [];
    const session = `${fixture.planlens.url}/panel/session`;
    // Intercept the questions of the panel, so that it does not take the session.
    await window.page.route(session, async (route) => {
      requestBodies.push(route.request().postData() ?? '');
      await route.abort();
    });
    const popUp = await openPopUp(window);
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await expect.poll(() => popUp.isClosed()).toBe(true);
    const body = requestBodies.find((each) => each.includes('verifier')) ?? '';

    const sendFrom = (html: Locator) =>
      html.evaluate(
        async (_html, { url, text }) => {
          const headers = { 'Content-Type': 'application/json' };
          const sent = fetch(url, { method: 'POST', headers, body: text });
          return sent.then(({ status }) => status).catch(() => 'refused by the browser');
        },
        { url: session, text: body },
      );
    expect(await sendFrom(window.page.locator('html'))).toBe('refused by the browser');
    await window.page.unroute(session);
    expect(await sendFrom(window.page.locator('html'))).toBe('refused by the browser');
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
    expect(await sendFrom(window.panel.locator('html'))).toBe(204);
  });

  test('starts no sign-in in a pop-up that a page of another origin opened', async () => {
    const window = await fixture.open();
    await window.signIn(germanUsers.salesPremium, '');
    const { tenantId, associateId } = testUsers.salesPremium;
    const address = `${fixture.planlens.url}/panel/sign-in?uctx=${tenantId}&usid=${associateId}&lang=en`;
    fixture.planlens.sandbox.control.clearRequests();
    const [popUp] = await Promise.all([
      window.page.waitForEvent('popup'),
      window.page.locator('html').evaluate((html, url) => {
        const view = html.ownerDocument.defaultView;
        const opened = view.open(url, 'other-origin', 'popup');
        const send = () => opened.postMessage({ planlens: 'challenge', challenge: 'c'.repeat(43) }, '*');
        view.setInterval(send, 50);
      }, address),
    ]);
    await popUp.getByRole('heading', { name: 'Signing in' }).waitFor();
    const asked = popUp.waitForRequest((request) => request.method() === 'POST', { timeout: 1_500 });
    expect(await asked.catch(() => null)).toBeNull();
    expect(popUp.url()).toBe(address);
  });

  test('sends no message to a page of another origin that opened the sign-in pop-up', async () => {
    const window = await fixture.open();
    await window.signIn(germanUsers.salesPremium, '');
    const { tenantId, associateId } = testUsers.salesPremium;
    const query = `uctx=${tenantId}&usid=${associateId}&lang=en`;
    const url = `${fixture.planlens.url}/panel/sign-in?${query}`;
    const received = await window.page.locator('html').evaluate(async (html, address) => {
      const view = html.ownerDocument.defaultView;
      const messages: unknown[] = [];
      view.addEventListener('message', ({ data }: { data: unknown }) => messages.push(data));
      const popUp = view.open(address, 'other-origin', 'popup');
      await new Promise((resolve) => view.setTimeout(resolve, 3_000));
      return { messages, opened: popUp !== null };
    }, url);
    expect(received).toEqual({ messages: [], opened: true });
  });
});
