import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { panelUrl, testUsers } from '../support/planlens.ts';
import {
  type BrowserFixture,
  type BrowserWindow,
  germanUsers,
  openBrowserFixture,
} from './browser-fixture.ts';

describe('screens of SuperOffice opened from our pages', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
  });
  afterEach(() => fixture.planlens.blockFrameCookies(false));
  afterAll(() => fixture.close());

  const heading = (page: Page) => page.locator('main > section > h1').textContent();

  async function openFeature({ panel }: BrowserWindow, row: string): Promise<void> {
    await panel.locator(`[data-row="${row}"]`).first().waitFor({ state: 'attached' });
    const fold = panel.locator(`.fold:has([data-row="${row}"]) > summary`);
    if ((await fold.count()) > 0) await fold.click();
    await panel.locator(`[data-row="${row}"] summary`).first().click();
    await panel.locator(`[data-row="${row}"] .main-reason`).waitFor();
  }

  const openScreen = ({ panel }: BrowserWindow, row: string) =>
    panel.locator(`[data-row="${row}"]`).getByRole('link', { name: 'In SuperOffice öffnen' }).click();

  test('an enabled feature opens its screen in the CRM around the panel', async () => {
    const window = await fixture.open();
    await window.signIn(germanUsers.salesPremium);
    await openFeature(window, 'SaP1');

    await openScreen(window, 'SaP1');

    await window.page.waitForURL('**/Cust20001/default.aspx?sale.main.guide');
    expect(await heading(window.page)).toBe('Sale');
    expect(window.page.context().pages()).toHaveLength(1);
    expect(window.consoleErrors).toEqual([]);
  });

  test('a panel with its session in the page opens the screen too', async () => {
    fixture.planlens.blockFrameCookies(true);
    const window = await fixture.open();
    await window.signIn(germanUsers.salesPremium);
    const [popUp] = await Promise.all([
      window.page.waitForEvent('popup'),
      window.panel.locator('[data-pop-up]').click(),
    ]);
    await window.panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();
    if (!popUp.isClosed()) await popUp.close();
    await openFeature(window, 'SaP4');
    await openScreen(window, 'SaP4');
    await window.page.waitForURL('**/Cust20001/default.aspx?sale.main.stakeholderarchive');
  });

  test('outside of the CRM, and in a new tab, the link opens the address of the screen', async () => {
    const { page, signIn } = await fixture.open();
    await signIn(germanUsers.salesPremium, '');
    await page.goto(panelUrl(fixture.planlens, germanUsers.salesPremium, 'de'));
    await page.locator('.fold:has([data-row="SaP1"]) > summary').click();
    await page.locator('[data-row="SaP1"] summary').first().click();
    const [screen] = await Promise.all([
      page.waitForEvent('popup'),
      page.locator('[data-row="SaP1"]').getByRole('link', { name: 'In SuperOffice öffnen' }).click(),
    ]);
    expect(screen.url()).toBe(`${fixture.planlens.sandbox.url}/Cust20001/default.aspx?sale.main.guide`);
    expect(await heading(screen)).toBe('Sale');
  });

  test('an administrator opens the users from the advice in the panel', async () => {
    const window = await fixture.open();
    await window.signIn(testUsers.otherAdministrator);
    await openFeature(window, 'SaP9');
    await window.panel.getByRole('link', { name: 'Åpne Brukere' }).click();
    await window.page.waitForURL('**/Cust20003/default.aspx?adminusers');
    expect(await heading(window.page)).toBe('Users');
    expect(window.consoleErrors).toEqual([]);
  });

  test('an administrator opens Settings and maintenance and the shop from the page for administrators', async () => {
    const { page, signIn } = await fixture.open();
    await signIn(testUsers.administrator, '');
    await page.goto(`${fixture.planlens.url}/admin/seats?lang=en`);
    const follow = async (name: string) => {
      const [opened] = await Promise.all([
        page.waitForEvent('popup'),
        page.getByRole('link', { name, exact: true }).click(),
      ]);
      await opened.waitForLoadState();
      return opened;
    };
    // The sandbox reports no address for a screen of Settings and maintenance.
    for (const name of ['Open Users', 'Open Licences'])
      expect(await heading(await follow(name))).toBe('Settings and maintenance');
    expect(new URL((await follow('Purchase new licences')).url()).pathname).toBe('/shop');
  });
});
