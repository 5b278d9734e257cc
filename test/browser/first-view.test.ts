import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Planlens, panelUrl } from '../support/planlens.ts';
import { root } from '../support/project-files.ts';
import { type BrowserFixture, germanUsers, openBrowserFixture } from './browser-fixture.ts';

const user = germanUsers.salesEssential;

describe('first view of the panel', () => {
  let fixture: BrowserFixture;
  beforeAll(async () => {
    fixture = await openBrowserFixture();
  });
  afterAll(() => fixture.close());

  test('loads the page, the style sheet and the scripts of its head from its own origin, and nothing else', async () => {
    const { page, panel, signIn } = await fixture.open();
    const responses: Response[] = [];
    page.on('response', (response) => {
      if (response.frame() !== page.mainFrame() && response.status() === 200) responses.push(response);
    });
    await signIn(user);
    await panel.locator('.solution').last().waitFor();

    // The page that the panel shows while it signs in loads the same files before, and its own scripts.
    const names = () =>
      [...new Set(responses.map((response) => new URL(response.url()).pathname.split('/').at(-1)))].sort();
    const assets = readdirSync(join(root, 'public')).filter(
      (name) =>
        ![
          'admin.css',
          'api-docs.css',
          'api-docs.js',
          'copy.js',
          'panel.webp',
          'plans.css',
          'search.js',
          'setup.css',
          'tick-all.js',
        ].includes(name),
    );
    await expect.poll(names).toEqual([...assets, 'panel'].sort());
    const own = new URL(fixture.planlens.url).origin;
    expect([...new Set(responses.map((response) => new URL(response.url()).origin))]).toEqual([own]);
  });

  test.each([320, 768, 1280])(
    'moves nothing at %i pixels, even if the scripts arrive after the first paint',
    async (width) => {
      const { page, panel, signIn } = await fixture.open();
      await signIn(user);
      await panel.locator('.solution').last().waitFor();
      const releaseScripts = await holdScripts(page);
      await setFrameWidth(page, panel, width);
      await showAgain(page, fixture.planlens);
      const time = panel.locator('.masthead time');
      await expect.poll(() => time.textContent()).toMatch(/ UTC$/);
      await expect.poll(() => hasPainted(panel)).toBe(true);

      releaseScripts();
      await expect.poll(() => time.textContent()).not.toMatch(/ UTC$/);
      expect(await layoutShift(panel)).toBe(0);

      await panel.locator('.masthead').evaluate((masthead) => {
        masthead.style.marginTop = '50px';
      });
      expect(await layoutShift(panel), 'a shift is measured').toBeGreaterThan(0);
    },
  );

  test('moves nothing while the page arrives in parts over a slow network', async () => {
    const { page, panel, signIn } = await fixture.open();
    await signIn(user);
    await panel.locator('.solution').last().waitFor();
    await setFrameWidth(page, panel, 768);
    await slowNetwork(page, 4_000);
    await showAgain(page, fixture.planlens);
    const time = panel.locator('.masthead time');
    await expect.poll(() => time.textContent(), { timeout: 20_000 }).not.toMatch(/ UTC$/);
    const { firstByte, lastByte, firstPaint } = await timing(panel);
    expect(lastByte - firstByte, 'ms from the first to the last byte').toBeGreaterThan(500);
    expect(firstPaint).toBeGreaterThanOrEqual(lastByte);
    expect(await layoutShift(panel)).toBe(0);
  });

  test('back leads to the same place, although the first paint does not lay out the sections above it', async () => {
    const { page, panel, signIn } = await fixture.open();
    await signIn(user);
    await panel.locator('.solution').last().waitFor();
    await setFrameWidth(page, panel, 320);
    const service = panel.locator('[aria-labelledby="solution-service"]');
    const distance = () =>
      service.evaluate((section) => Math.round(Math.abs(section.getBoundingClientRect().top)));
    await expect.poll(() => panel.locator('html').getAttribute('class')).toContain('whole');
    await service.evaluate((section) => section.scrollIntoView());
    await expect.poll(distance).toBe(0);

    const plans = `${fixture.planlens.url}/panel/plans?uctx=${user.tenantId}&usid=${user.associateId}&lang=de`;
    await panel.locator('html').evaluate((html, url) => {
      html.ownerDocument.defaultView.location.assign(url);
    }, plans);
    await panel.locator('.plan-choice').waitFor();
    await panel.locator('html').evaluate((html) => html.ownerDocument.defaultView.history.back());
    await service.waitFor();
    await expect.poll(distance).toBe(0);
  });
});

async function setFrameWidth(page: Page, panel: FrameLocator, width: number): Promise<void> {
  await page.locator('iframe').evaluate((iframe, width) => {
    iframe.style.width = `${width}px`;
  }, width);
  const innerWidth = () =>
    panel.locator('html').evaluate((html) => html.ownerDocument.defaultView.innerWidth);
  await expect.poll(innerWidth).toBe(width);
}

/** Opens the panel once more in the frame of the CRM. */
async function showAgain(page: Page, planlens: Planlens): Promise<void> {
  await page
    .locator('iframe')
    .evaluate((iframe, src) => iframe.setAttribute('src', src), `${panelUrl(planlens, user, 'de')}&again`);
}

/** Lets the frame of the panel receive at most so many bytes per second. */
async function slowNetwork(page: Page, bytesPerSecond: number): Promise<void> {
  const frame = page.frames().find((candidate) => candidate.parentFrame() === page.mainFrame());
  if (frame === undefined) throw new Error('The page has no frame.');
  const devtools = await page.context().newCDPSession(frame);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: -1,
  });
}

/** Holds the requests of scripts until the returned function is called. */
async function holdScripts(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/assets/*/*.js', async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

function hasPainted(panel: FrameLocator): Promise<boolean> {
  return panel.locator('html').evaluate((html) => {
    const { performance } = html.ownerDocument.defaultView;
    return performance.getEntriesByName('first-contentful-paint').length > 0;
  });
}

/** When the page arrived and was shown, in ms after its request. */
function timing(panel: FrameLocator): Promise<{ firstByte: number; lastByte: number; firstPaint: number }> {
  return panel.locator('html').evaluate((html) => {
    const { performance } = html.ownerDocument.defaultView;
    const [page] = performance.getEntriesByType('navigation');
    const [painted] = performance.getEntriesByName('first-contentful-paint');
    return { firstByte: page.responseStart, lastByte: page.responseEnd, firstPaint: painted.startTime };
  });
}

/** The sum of the layout shifts since the first paint, after some further frames. Nobody sees those before it. */
function layoutShift(panel: FrameLocator): Promise<number> {
  return panel.locator('html').evaluate(async (html) => {
    const { performance, PerformanceObserver, requestAnimationFrame } = html.ownerDocument.defaultView;
    const shifts: { value: number; startTime: number }[] = [];
    const observer = new PerformanceObserver((list: { getEntries(): typeof shifts }) => {
      shifts.push(...list.getEntries());
    });
    observer.observe({ type: 'layout-shift', buffered: true });
    for (let frame = 0; frame < 3; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    shifts.push(...observer.takeRecords());
    const [painted] = performance.getEntriesByName('first-contentful-paint');
    return shifts
      .filter(({ startTime }) => startTime >= painted.startTime)
      .reduce((sum, { value }) => sum + value, 0);
  });
}
