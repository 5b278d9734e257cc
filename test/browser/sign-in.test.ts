import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { people } from '../support/planlens.ts';
import { type BrowserFixture, germans, openBrowserFixture, type Window } from './browser-fixture.ts';

/** Oliver's identity provider refuses to be framed. */
const federated = { tenantId: 'Cust20001', associateId: 104, userName: 'oliver.grant@designteamet.example' };
const attemptIsLostAfterMs = 3_000;

describe('signing in to the panel in CRM, third-party cookies blocked', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
  });
  afterEach(() => {
    fixture.planlens.sandbox.control.clearFaults();
    fixture.planlens.refuseFrameCookies(false);
  });
  afterAll(() => fixture.close());

  const button = ({ panel }: Window) => panel.locator('[data-pop-up]');

  /** Presses the panel's button; the pop-up it opens. */
  async function pressed(window: Window): Promise<Page> {
    const [popUp] = await Promise.all([window.page.waitForEvent('popup'), button(window).click()]);
    return popUp;
  }

  /** A federated user's panel after its first attempt died in the frame and the CRM loaded it again. */
  async function lostInFrame(): Promise<Window> {
    const window = await fixture.open();
    await window.signIn(federated);
    fixture.planlens.passTime(attemptIsLostAfterMs);
    await window.page.reload();
    await button(window).waitFor();
    return window;
  }

  test('a federated user is offered a button at the second load, and gets the panel through a pop-up', async () => {
    const window = await lostInFrame();
    expect(await window.panel.locator('h1').textContent()).toBe('Please sign in');

    const popUp = await pressed(window);
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();

    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
    expect(popUp.isClosed()).toBe(true);
    await window.page.reload();
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('a browser that refuses the session cookie keeps the session in the page, all the way', async () => {
    fixture.planlens.refuseFrameCookies(true);
    const window = await fixture.open();
    await window.signIn(germans.salesEssential);
    await button(window).waitFor();
    expect(await window.panel.locator('.code').textContent()).toContain('cookies-blocked');

    await pressed(window);
    await window.panel.getByRole('heading', { name: 'Sales-Essentials' }).waitFor();
    await window.panel.locator('[data-row="SaP6"] summary').click();
    await window.panel.locator('[data-row="SaP6"]').getByText('Sales-Premium').first().waitFor();
    await window.panel.locator('a.quiet-button').first().click();
    await window.panel.getByRole('heading', { name: 'Was brächte Ihnen ein anderer Plan?' }).waitFor();
    await window.panel.locator('select').selectOption('sales-premium');
    await window.panel.getByRole('button', { name: 'Vergleichen' }).click();
    await window.panel.getByText('Das käme dazu').waitFor();
    await window.panel.getByRole('link', { name: 'Zurück zu allen Funktionen' }).click();
    await window.panel.getByRole('heading', { name: 'Sales-Essentials' }).waitFor();
    const stored = await window.panel.locator('html').evaluate((html) => {
      const { localStorage, sessionStorage } = html.ownerDocument.defaultView;
      return [localStorage.length, sessionStorage.length, html.ownerDocument.cookie];
    });
    expect(stored).toEqual([0, 0, '']);
  });

  test('a federated user whose browser refuses every cookie is offered the button at once', async () => {
    fixture.planlens.refuseFrameCookies(true);
    const window = await fixture.open();
    await window.signIn(federated);
    await button(window).waitFor();

    const popUp = await pressed(window);
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();

    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('a blocked pop-up is said, with the way round it', async () => {
    const window = await lostInFrame();
    await window.panel.locator('html').evaluate((html) => {
      html.ownerDocument.defaultView.open = () => null;
    });
    await button(window).click();
    await window.panel.getByText('Your browser blocked the window.').waitFor();
    expect(await window.panel.locator('a.elsewhere').getAttribute('target')).toBe('_blank');
  });

  test('pressing the button twice brings the window to the front, and spoils nothing', async () => {
    const window = await lostInFrame();
    const popUp = await pressed(window);
    await button(window).click();
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
    expect(window.page.context().pages()).toHaveLength(1);
  });

  test('a connection that breaks at the hand-over is said, and the button tries again', async () => {
    const window = await lostInFrame();
    const session = `${fixture.planlens.url}/panel/session`;
    await window.page.route(session, (route) => route.abort());
    const first = await pressed(window);
    await first.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await window.panel.getByText('or the connection broke').waitFor();
    await window.page.unroute(session);
    const second = await pressed(window);
    await second.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('three tries that lead nowhere end with an explanation and a way out', async () => {
    const window = await lostInFrame();
    await (await pressed(window)).close();
    await window.panel.getByText('The window was closed before you were signed in.').waitFor();
    await (await pressed(window)).close();
    const stopped = window.panel.locator('.stopped');
    await stopped.waitFor();
    expect(await stopped.locator('h2').textContent()).toBe('Three sign-ins did not work');
    expect(await window.panel.locator('.progress').isVisible()).toBe(false);
    expect(await window.panel.locator('.stopped:focus').count()).toBe(1);
    expect(await button(window).isVisible()).toBe(false);

    const [own] = await Promise.all([
      window.page.waitForEvent('popup'),
      window.panel.locator('a.elsewhere').click(),
    ]);
    await own.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await own.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('a sign-in that comes back wrong into the frame offers the button, and the pop-up mends it', async () => {
    fixture.planlens.sandbox.control.corruptNextToken({ kind: 'id-token', defect: 'expired' });
    const window = await fixture.open();
    await window.signIn(germans.salesPremium);
    await button(window).waitFor();
    expect(await window.panel.locator('.code').textContent()).toContain('sign-in-token-invalid');
    await pressed(window);
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
  });

  test('an ended session is renewed without a question', async () => {
    const window = await fixture.open();
    await window.signIn(germans.servicePremium);
    await window.panel.getByRole('heading', { name: 'Service-Premium' }).waitFor();
    fixture.planlens.passTime(61 * 60_000);
    await window.page.reload();
    await window.panel.getByRole('heading', { name: 'Service-Premium' }).waitFor();
  });

  test('a session that ends while the panel is open is said where it matters, and nothing typed is lost', async () => {
    const window = await fixture.open();
    await window.signIn(germans.salesEssential);
    const row = window.panel.locator('[data-row="SaP9"]');
    await row.locator('summary').click();
    await row.locator('textarea').fill('Für unsere Angebote');
    fixture.planlens.passTime(61 * 60_000);

    await row.getByRole('button', { name: 'Administratoren fragen' }).click();
    await row.getByText('Ihre Anmeldung ist abgelaufen').waitFor();
    await row.getByRole('button', { name: 'Administratoren fragen' }).click();
    await expect.poll(() => row.getByRole('alert').count()).toBe(1);
    expect(await row.locator('textarea').inputValue()).toBe('Für unsere Angebote');

    await window.panel.getByRole('button', { name: 'Lizenzen neu lesen' }).click();
    const notice = window.panel.locator('main > [role=alert]');
    await notice.getByText('Ihre Anmeldung ist abgelaufen').waitFor();
    expect(await row.locator('textarea').inputValue()).toBe('Für unsere Angebote');

    await notice.getByRole('link', { name: 'Zurück zum Web-Bildschirm' }).click();
    await window.panel.getByText('25 von 62 Funktionen aktiviert').waitFor();
    await expect.poll(() => window.panel.getByRole('alert').count()).toBe(0);
  });

  test('the panel follows the CRM to another tenant', async () => {
    const window = await fixture.open();
    await window.signIn(germans.salesPremium);
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
    await window.signIn(germans.salesEssential);
    await window.panel.getByRole('heading', { name: 'Sales-Essentials' }).waitFor();
    expect(await window.panel.locator('.eyebrow').first().textContent()).toContain('Fjordkraft');
  });

  test('a code handed over is good for no page of another origin, and for the panel once', async () => {
    const window = await lostInFrame();
    const taken: string[] = [];
    const session = `${fixture.planlens.url}/panel/session`;
    // The code stays good: what the panel sends with it is taken away on its way.
    await window.page.route(session, async (route) => {
      taken.push(route.request().postData() ?? '');
      await route.abort();
    });
    const popUp = await pressed(window);
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await expect.poll(() => taken).toHaveLength(1);
    await window.page.unroute(session);

    const sendFrom = (html: Locator) =>
      html.evaluate(
        async (_html, { url, body }) => {
          const headers = { 'Content-Type': 'application/json' };
          const sent = fetch(url, { method: 'POST', headers, body });
          return sent.then(({ status }) => status).catch(() => 'refused by the browser');
        },
        { url: session, body: taken[0] ?? '' },
      );
    expect(await sendFrom(window.page.locator('html'))).toBe('refused by the browser');
    expect(await sendFrom(window.panel.locator('html'))).toBe(200);
    expect(await sendFrom(window.panel.locator('html'))).toBe(403);
  });

  test('a pop-up that a page of another origin opened hands nothing to it', async () => {
    const window = await fixture.open();
    await window.signIn(germans.salesPremium, '');
    const { tenantId, associateId } = people.salesPremium;
    const query = `uctx=${tenantId}&usid=${associateId}&lang=en&challenge=${'c'.repeat(43)}`;
    const url = `${fixture.planlens.url}/panel/sign-in?${query}`;
    const heard = await window.page.locator('html').evaluate(async (html, address) => {
      const view = html.ownerDocument.defaultView;
      const messages: unknown[] = [];
      view.addEventListener('message', ({ data }: { data: unknown }) => messages.push(data));
      const popUp = view.open(address, 'theirs', 'popup');
      await new Promise((resolve) => view.setTimeout(resolve, 3_000));
      return { messages, opened: popUp !== null };
    }, url);
    expect(heard).toEqual({ messages: [], opened: true });
  });
});
