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

  test('signs in by a hidden frame where the browser allows third-party cookies', async () => {
    const window = await fixture.open({ thirdPartyCookies: true });
    const signIns = recordSignInsInPanelFrame(window);
    await window.signIn(germanUsers.salesPremium);
    await panelOf(window).waitFor();
    expect(signIns).toEqual([]);
    expect(window.consoleErrors).toEqual([]);
  });

  test('signs in by the panel’s own frame where the browser blocks third-party cookies', async () => {
    const window = await fixture.open();
    const signIns = recordSignInsInPanelFrame(window);
    await window.signIn(germanUsers.salesPremium);
    await panelOf(window).waitFor();
    expect(signIns).toHaveLength(1);
  });

  test('offers a federated user the button at the first load, without an empty frame', async () => {
    const window = await fixture.open({ thirdPartyCookies: true });
    const signIns = recordSignInsInPanelFrame(window);
    await window.signIn(federated);
    await button(window).waitFor();
    await window.panel.getByText('Your company’s sign-in opens in a separate window.').waitFor();
    expect(signIns).toEqual([]);

    const [popUp] = await Promise.all([window.page.waitForEvent('popup'), button(window).click()]);
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await panelOf(window).waitFor();
  });

  test('offers a user whom only a pop-up could sign in the button at once in the next session', async () => {
    const window = await fixture.open();
    await window.signIn(federated);
    fixture.planlens.passTime(3_000);
    await window.page.reload();
    const [popUp] = await Promise.all([window.page.waitForEvent('popup'), button(window).click()]);
    await popUp.getByRole('button', { name: 'Continue as Oliver Grant' }).click();
    await panelOf(window).waitFor();

    fixture.planlens.passTime(61 * 60_000);
    const signIns = recordSignInsInPanelFrame(window);
    await window.page.reload();
    await window.panel.getByText('Your company’s sign-in opens in a separate window.').waitFor();
    await button(window).waitFor();
    expect(signIns).toEqual([]);
  });

  test('signs in by the panel’s own frame where the sign-in in the hidden one ends on another page', async () => {
    // The cookies of SuperOffice may be `SameSite=Lax`: then it asks for a password in the hidden frame.
    fixture.planlens.sandbox.control.fail({ operation: 'Login.Authorize', with: 500, times: 1 });
    const window = await fixture.open({ thirdPartyCookies: true });
    const signIns = recordSignInsInPanelFrame(window);
    await window.signIn(germanUsers.salesPremium);
    await panelOf(window).waitFor();
    expect(signIns).toHaveLength(1);
  });

  test('shows a page with a button after 3 s while SuperOffice is slow to sign in', async () => {
    fixture.planlens.sandbox.control.delay({ operation: 'Login.Authorize', ms: 6_000 });
    const patient = await fixture.open({ thirdPartyCookies: true });
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

function raise(message: string): never {
  throw new Error(message);
}
