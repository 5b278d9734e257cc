import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type BrowserFixture,
  type BrowserWindow,
  federated,
  germanUsers,
  openBrowserFixture,
} from './browser-fixture.ts';

describe('panel while it signs in', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
  });
  afterEach(() => fixture.planlens.sandbox.control.clearFaults());
  afterAll(() => fixture.close());

  const button = ({ panel }: BrowserWindow) => panel.getByRole('link', { name: /^(Sign in|Anmelden)$/ });
  const panelOf = ({ panel }: BrowserWindow) => panel.getByRole('heading', { name: 'Sales-Premium' });

  /** The documents that the panel's frame, not a frame in it, received from SuperOffice. */
  function recordSignInsInPanelFrame({ page }: BrowserWindow): string[] {
    const recorded: string[] = [];
    page.on('request', (request) => {
      const isSignIn = request.isNavigationRequest() && request.url().includes('/oauth/authorize');
      if (isSignIn && request.frame().parentFrame() === page.mainFrame()) recorded.push(request.url());
    });
    return recorded;
  }

  /** Presses the button and signs in in the pop-up, as a user of an external identity provider. */
  async function signInByPopUp(window: BrowserWindow): Promise<void> {
    const [popUp] = await Promise.all([window.page.waitForEvent('popup'), button(window).click()]);
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await panelOf(window).waitFor();
  }

  /** Lets the session end and opens the CRM again. @returns the sign-ins in the panel's frame from then on */
  async function openNextSession(window: BrowserWindow): Promise<string[]> {
    fixture.planlens.passTime(61 * 60_000);
    const signIns = recordSignInsInPanelFrame(window);
    await window.page.reload();
    return signIns;
  }

  describe('where the browser allows third-party cookies', () => {
    const allowing = { thirdPartyCookies: true, way: 'unknown' } as const;

    test('signs in by a hidden frame', async () => {
      const window = await fixture.open(allowing);
      const signIns = recordSignInsInPanelFrame(window);
      await window.signIn(germanUsers.salesPremium);
      await panelOf(window).waitFor();
      expect(signIns).toEqual([]);
      expect(window.consoleErrors).toEqual([]);
    });

    test('offers a federated user the button at the first load, without an empty frame', async () => {
      const window = await fixture.open(allowing);
      const signIns = recordSignInsInPanelFrame(window);
      await window.signIn(federated);
      await window.panel.getByText('Your company’s sign-in opens in a separate window.').waitFor();
      expect(signIns).toEqual([]);
      await signInByPopUp(window);
    });

    test('asks for one click where SuperOffice’s cookies do not reach the hidden frame', async () => {
      // Then its sign-in asks for a password, as if the user had not signed in to SuperOffice.
      const window = await fixture.open(allowing);
      await makeCookiesLax(window);
      await window.signIn(germanUsers.salesPremium);
      await window.panel.getByText('Die Anmeldung öffnet sich in einem eigenen Fenster.').waitFor();
      await Promise.all([window.page.waitForEvent('popup'), button(window).click()]);
      await panelOf(window).waitFor();

      const signIns = await openNextSession(window);
      await panelOf(window).waitFor();
      expect(signIns).toHaveLength(1);
    });

    test('shows the error of a sign-in that failed in the hidden frame', async () => {
      fixture.planlens.sandbox.control.corruptNextToken({ kind: 'id-token', defect: 'expired' });
      fixture.planlens.sandbox.control.corruptNextToken({ kind: 'id-token', defect: 'expired' });
      const window = await fixture.open(allowing);
      await window.signIn(germanUsers.salesPremium);
      await window.panel.locator('.code', { hasText: 'sign-in-token-invalid' }).waitFor();
    });
  });

  describe('where the browser blocks third-party cookies', () => {
    test('asks a user of SuperOffice’s own sign-in for one click, and for none in the next session', async () => {
      const window = await fixture.open({ way: 'unknown' });
      const signIns = recordSignInsInPanelFrame(window);
      await window.signIn(germanUsers.salesPremium);
      await window.panel.getByText('Die Anmeldung öffnet sich in einem eigenen Fenster.').waitFor();
      expect(signIns).toEqual([]);
      await Promise.all([window.page.waitForEvent('popup'), button(window).click()]);
      await panelOf(window).waitFor();

      const later = await openNextSession(window);
      await panelOf(window).waitFor();
      expect(later).toHaveLength(1);
    });

    test('offers a federated user the button at once in every session, never an empty frame', async () => {
      const window = await fixture.open({ way: 'unknown' });
      const signIns = recordSignInsInPanelFrame(window);
      await window.signIn(federated);
      await window.panel.getByText('Please sign in. The sign-in opens in a separate window.').waitFor();
      await signInByPopUp(window);

      const later = await openNextSession(window);
      await window.panel.getByText('Your company’s sign-in opens in a separate window.').waitFor();
      await button(window).waitFor();
      expect([...signIns, ...later]).toEqual([]);
    });

    test('keeps its page when a user of SuperOffice’s own sign-in has become a federated one', async () => {
      const window = await fixture.open();
      const signIns = recordSignInsInPanelFrame(window);
      await window.signIn(federated);
      await window.panel.getByText('Your company’s sign-in opens in a separate window.').waitFor();
      expect(signIns).toHaveLength(1);
      await signInByPopUp(window);
    });

    test('leaves no entry in the browser’s history when it signs in without a click', async () => {
      const window = await fixture.open();
      await window.signIn(germanUsers.salesPremium);
      await panelOf(window).waitFor();
      expect(await window.page.evaluate('history.length')).toBe(2);
    });

    test('offers both ways without script, and tries none of them by itself', async () => {
      const window = await fixture.open({ way: 'unknown', scripts: false });
      const signIns = recordSignInsInPanelFrame(window);
      await window.signIn(germanUsers.salesPremium);
      await window.panel.getByRole('link', { name: 'Planlens in einem eigenen Fenster öffnen' }).waitFor();
      expect(signIns).toEqual([]);
      await window.panel.getByRole('button', { name: 'Anmelden' }).click();
      await panelOf(window).waitFor();
    });
  });

  test('shows a page with a button after 3 s while SuperOffice is slow to sign in', async () => {
    fixture.planlens.sandbox.control.delay({ operation: 'Login.Authorize', ms: 6_000 });
    const patient = await fixture.open({ thirdPartyCookies: true, way: 'unknown' });
    // The CRM page counts as loaded only when its frames have loaded.
    const opened = patient.signIn(germanUsers.salesPremium);
    await patient.panel.getByText('Planlens meldet Sie mit Ihrem SuperOffice-Login an.').waitFor();
    await button(patient).waitFor();
    const { x, y, width, height } = (await button(patient).boundingBox()) ?? raise('no button');
    await panelOf(patient).waitFor();
    await opened;

    // The same page waits for the frame's own sign-in, through which no locator sees: the mouse still meets the button.
    const { page, signIn } = await fixture.open();
    const reopened = signIn(germanUsers.salesPremium);
    const popUps: unknown[] = [];
    page.on('popup', (popUp) => popUps.push(popUp));
    const press = async () => {
      await page.mouse.click(x + width / 2, y + height / 2);
      return popUps.length;
    };
    await expect.poll(press, { interval: 500 }).toBeGreaterThan(0);
    await reopened;
  });
});

/** Sets SuperOffice's cookies as `SameSite=Lax`, which is not documented either way. */
async function makeCookiesLax({ page }: BrowserWindow): Promise<void> {
  await page.route('**/login/as/**', async (route) => {
    const response = await route.fetch({ maxRedirects: 0 });
    const cookies = (response.headers()['set-cookie'] ?? '').replaceAll(/SameSite=None/gi, 'SameSite=Lax');
    await route.fulfill({ response, headers: { ...response.headers(), 'set-cookie': cookies } });
  });
}

function raise(message: string): never {
  throw new Error(message);
}
