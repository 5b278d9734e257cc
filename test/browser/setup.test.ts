import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrowserFixture, openBrowserFixture } from './browser-fixture.ts';
import { suiteAdministrator } from './page-states.ts';

describe('setup page in a browser', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
  });
  afterAll(() => fixture.close());

  // certifies R28
  test('updates the progress of an installation to completion without user action', async () => {
    const { control } = fixture.planlens.sandbox;
    const { id } = control.hold({ operation: 'List.SaveWebPanelEntity', nth: 2 });
    const { page, signIn, consoleErrors } = await fixture.open();
    await signIn(suiteAdministrator, '');
    await page.goto(`${fixture.planlens.url}/install`);
    await page.getByRole('button', { name: 'Planlens installieren' }).click();
    await page.locator('form[action="/login/consent"] button').click();
    await page.getByRole('heading', { name: 'Planlens wird eingerichtet' }).waitFor();
    await control.whenHeld({ id });
    // The page follows the progress once a second.
    const status = page.getByRole('status');
    await expect.poll(() => status.textContent()).toBe('1 von 3 erledigt');
    const progress = page.getByRole('progressbar', { name: 'Planlens wird eingerichtet' });
    expect([await progress.getAttribute('value'), await progress.getAttribute('max')]).toEqual(['1', '3']);
    expect(await page.locator('[data-in-progress] li').allInnerTexts()).toEqual([
      expect.stringContaining('Angelegt'),
      expect.stringContaining('Wartet'),
      expect.stringContaining('Wartet'),
    ]);
    control.release({ id });
    await page.getByRole('heading', { name: 'Planlens ist installiert' }).waitFor();
    expect(await page.getByRole('button', { name: 'Installation erneut ausführen' }).count()).toBe(1);
    expect(consoleErrors).toEqual([]);
  });
});
