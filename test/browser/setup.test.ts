import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testUsers } from '../support/planlens.ts';
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
    expect(await page.getByText('Planlens entfernen').count()).toBe(0);
    control.release({ id });
    await page.getByRole('heading', { name: 'Planlens ist installiert' }).waitFor();
    expect(await page.getByRole('button', { name: 'Installation erneut ausführen' }).count()).toBe(1);
    expect(consoleErrors).toEqual([]);
  });

  test('copies the text for colleagues and says so, or selects it where the browser refuses', async () => {
    const { page, signIn, consoleErrors } = await fixture.open();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await signIn(testUsers.administrator, '');
    await page.goto(`${fixture.planlens.url}/setup`);
    const html = page.locator('html');
    const field = page.getByLabel('Text für Ihre Kollegen');
    const text = await field.inputValue();
    expect(text).toMatch(/^In SuperOffice CRM gibt es jetzt Planlens\./);
    const status = page.getByRole('status');
    expect(await status.textContent()).toBe('');

    await page.getByRole('button', { name: 'Text kopieren' }).click();
    await expect.poll(() => status.textContent()).toBe('Der Text ist kopiert.');
    const copied = await html.evaluate((element) =>
      element.ownerDocument.defaultView.navigator.clipboard.readText(),
    );
    expect(copied).toBe(text);

    await page.context().clearPermissions();
    await html.evaluate((element) => {
      element.ownerDocument.defaultView.navigator.clipboard.writeText = () => Promise.reject(new Error());
    });
    await page.getByRole('button', { name: 'Text kopieren' }).click();
    await expect.poll(() => status.textContent()).toMatch(/^Der Text ist markiert\./);
    expect(await html.evaluate((element) => String(element.ownerDocument.getSelection()))).toBe(text);
    expect(consoleErrors).toEqual([]);
  });

  test('opens the CRM of the tenant', async () => {
    const { page, signIn } = await fixture.open();
    await signIn(testUsers.administrator, '');
    await page.goto(`${fixture.planlens.url}/setup`);
    const [crm] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: 'SuperOffice öffnen' }).click(),
    ]);
    await crm.locator('.user').first().waitFor();
    expect(new URL(crm.url()).pathname).toMatch(/^\/Cust20001\//);
  });

  test('shows times in the zone of the reader, and names the zone without script', async () => {
    const readTimes = async (scripts: boolean) => {
      const { page, signIn } = await fixture.open({ timezone: 'Asia/Tokyo', scripts });
      await signIn(testUsers.administrator, '');
      await page.goto(`${fixture.planlens.url}/setup`);
      const time = page.locator('.facts time').first();
      return { shown: await time.textContent(), at: new Date((await time.getAttribute('datetime')) ?? '') };
    };
    const format = (at: Date, timeZone: string) =>
      at.toLocaleString('de', { dateStyle: 'medium', timeStyle: 'short', timeZone });
    const local = await readTimes(true);
    expect(local.shown).toBe(format(local.at, 'Asia/Tokyo'));
    const utc = await readTimes(false);
    expect(utc.shown).toBe(`${format(utc.at, 'UTC')} UTC`);
  });

  test('shows the text for colleagues without script, and no button that would do nothing', async () => {
    const { page, signIn } = await fixture.open({ scripts: false });
    await signIn(testUsers.administrator, '');
    await page.goto(`${fixture.planlens.url}/setup`);
    expect(await page.getByLabel('Text für Ihre Kollegen').isVisible()).toBe(true);
    expect(await page.getByText('Text kopieren').isVisible()).toBe(false);
    await page.getByRole('link', { name: 'Svenska' }).click();
    await page.getByRole('heading', { name: 'Planlens är installerat' }).waitFor();
  });

  test('the landing page shifts nothing while it loads', async () => {
    const { page } = await fixture.open();
    await page.goto(fixture.planlens.url, { waitUntil: 'networkidle' });
    expect(await page.locator('img').evaluate((picture) => picture.complete && picture.naturalWidth)).toBe(
      1280,
    );
    const shifts = await page.locator('html').evaluate(async (html) => {
      const { PerformanceObserver, requestAnimationFrame } = html.ownerDocument.defaultView;
      const entries: { value: number }[] = [];
      new PerformanceObserver((list: { getEntries(): typeof entries }) => {
        entries.push(...list.getEntries());
      }).observe({ type: 'layout-shift', buffered: true });
      // An observer is called before the frame after the next.
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      return entries.map(({ value }) => value);
    });
    expect(shifts).toEqual([]);
  });
});
