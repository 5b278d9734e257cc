import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { icons } from '../../manifest/tools/rules.ts';
import { testUsers } from '../support/planlens.ts';
import { root } from '../support/project-files.ts';
import { type BrowserFixture, type BrowserWindow, openBrowserFixture } from './browser-fixture.ts';
import { states } from './page-states.ts';

const folder = process.env.PLANLENS_LISTING_PICTURES ?? '';
const pictureSize = { width: 1920, height: 1080 };
const listingUser = {
  tenantId: 'Cust20001',
  associateId: 102,
  userName: 'emily.carter@designteamet.example',
};

/** Takes the screenshots of the listing if `PLANLENS_LISTING_PICTURES` names the folder. */
describe.skipIf(folder === '')('App Store listing images', () => {
  let fixture: BrowserFixture;
  let window: BrowserWindow;

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    fixture = await openBrowserFixture();
    window = await fixture.open({ locale: 'en-GB' });
    await window.page.setViewportSize(pictureSize);
  });

  afterAll(() => fixture.close());

  async function saveScreenshot(name: string, page: Page): Promise<void> {
    await page.waitForTimeout(500); // wait for painting
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** The picture of the landing page: of a small window, so that it can be read, and small in bytes. */
  async function savePictureOfLanding(page: Page): Promise<void> {
    await page.setViewportSize({ width: 1024, height: 576 });
    const protocol = await page.context().newCDPSession(page);
    const { data } = await protocol.send('Page.captureScreenshot', {
      format: 'webp',
      quality: 80,
      clip: { x: 0, y: 0, width: 1024, height: 576, scale: 1.25 },
    });
    await writeFile(join(root, 'public', 'panel.webp'), Buffer.from(data, 'base64'));
    await page.setViewportSize(pictureSize);
  }

  test('renders the icons of every size from one SVG drawing', async () => {
    const drawing = readFileSync(new URL('../../manifest/images/icon.svg', import.meta.url), 'utf8');
    for (const [file, size] of Object.entries(icons)) {
      const page = await window.page.context().newPage();
      await page.setViewportSize({ width: size, height: size });
      await page.setContent(
        `<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${drawing}`,
      );
      await page.screenshot({ path: join(folder, '..', file), omitBackground: true });
      await page.close();
    }
  });

  test('captures the panel with the features of a plan', async () => {
    await window.signIn(listingUser);
    await window.panel.locator('.solution').last().waitFor();
    await saveScreenshot('01-what-your-plan-holds', window.page);
    await savePictureOfLanding(window.page);
  });

  test('captures an expanded feature with the reason it is missing and the request form', async () => {
    const { page, panel } = window;
    const row = panel.locator('[data-row="SvP1"]');
    await row.locator('summary').click();
    await row.locator('textarea').fill('Urgent requests wait too long at weekends.');
    await panel
      .locator('#solution-service')
      .evaluate((heading) => heading.scrollIntoView({ block: 'start' }));
    await saveScreenshot('02-why-a-feature-is-missing', page);
    await row.locator('.button').click();
    await row.locator('[role=status]').waitFor();
  });

  test('captures the comparison with another plan', async () => {
    const { page, panel } = window;
    await panel.locator('.suggested-upgrades a').first().click();
    await panel.locator('.gained').waitFor();
    await saveScreenshot('03-what-another-plan-would-bring', page);
  });

  test('captures the seats over time', async () => {
    const { page, signIn } = window;
    await signIn(testUsers.administrator, '');
    await states['admin-seats-over-time']?.reach({ fixture, page, language: 'en' });
    await page.reload();
    await page.locator('.trend').waitFor();
    await page.evaluate('scrollTo(0, 0)');
    await saveScreenshot('04-what-administrators-see', page);
  });
});
