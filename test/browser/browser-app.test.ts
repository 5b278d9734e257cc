import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../support/api-keys.ts';
import { copyExample, type ExampleServer, linkPackages, startExample } from '../support/examples.ts';
import { freePort } from '../support/free-port.ts';
import { testUsers } from '../support/planlens.ts';
import { type BrowserFixture, openBrowserFixture } from './browser-fixture.ts';

const { tenantId, associateId } = testUsers.salesPremium;

describe('browser-app example', () => {
  let fixture: BrowserFixture;
  let example: ExampleServer;
  const folder = copyExample('browser-app');

  beforeAll(async () => {
    fixture = await openBrowserFixture();
    const { services, url } = fixture.planlens;
    const port = String(await freePort());
    linkPackages(folder);
    const origins = [`http://localhost:${port}`];
    const settings = {
      PLANLENS_URL: url,
      PLANLENS_KEY: await createApiKey(services.apiKeys, { scopes: ['evaluate'] }),
      PLANLENS_PUBLISHABLE_KEY: await createApiKey(services.apiKeys, { kind: 'publishable', origins }),
      DEMO_USER: String(associateId),
    };
    example = await startExample(folder, settings, port);
  });

  afterAll(async () => {
    await example.stop();
    await fixture.close();
    await rm(folder, { recursive: true });
  });

  async function open() {
    const { page, consoleErrors } = await fixture.open({ locale: 'en-GB' });
    await page.goto(example.url);
    return { page, consoleErrors };
  }
  const plan = (page: Page) => page.locator('#plan').textContent();
  const button = (page: Page, name: string) => page.getByRole('button', { name });
  const row = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

  test('shows what the plan of its user allows, and follows a new plan without a reload', async () => {
    const { control } = fixture.planlens.sandbox;
    const { page, consoleErrors } = await open();
    await expect.poll(() => plan(page)).toBe('Sales-Premium');
    expect(await button(page, 'New quote').isEnabled()).toBe(true);
    expect(await button(page, 'Send mailing').isEnabled()).toBe(false);
    expect(await row(page, 'Send mailing').textContent()).toContain(
      'Needs Sales-Premium + Marketing-Essentials. Ask an administrator.',
    );
    await page.locator('html').evaluate((html) => html.setAttribute('data-loaded', 'once'));
    await capture(page, 'browser-app-before');

    control.setPlan({ tenant: tenantId, associateId, plan: 'ten-marketing' });
    await expect.poll(() => plan(page)).toBe('Marketing-Premium');
    expect(await button(page, 'New quote').isEnabled()).toBe(false);
    expect(await button(page, 'Send mailing').isEnabled()).toBe(true);
    expect(await page.locator('[data-loaded="once"]').count()).toBe(1);
    await capture(page, 'browser-app-after');

    control.setPlan({ tenant: tenantId, associateId, plan: 'ten-sales' });
    await expect.poll(() => plan(page)).toBe('Sales-Premium');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('follows its own defaults if there is no answer', async () => {
    const { page } = await fixture.open({ locale: 'en-GB' });
    await page.route(`${fixture.planlens.url}/**`, (route) => route.abort());
    await page.goto(example.url);
    await expect.poll(() => plan(page)).toBe('unknown');
    expect(await button(page, 'New quote').isEnabled()).toBe(true);
    expect(await button(page, 'Send mailing').isEnabled()).toBe(false);
    await capture(page, 'browser-app-unknown');
    await page.context().close();
  });

  test('gets a new token before the old one expires', async () => {
    const { planlens } = fixture;
    const { page } = await fixture.open({ locale: 'en-GB' });
    await page.clock.install();
    let sessions = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/session')) sessions += 1;
    });
    await page.goto(example.url);
    await expect.poll(() => plan(page)).toBe('Sales-Premium');
    expect(sessions).toBe(1);
    planlens.passTime(16 * 60_000);
    await page.clock.fastForward(16 * 60_000);
    planlens.sandbox.control.setPlan({ tenant: tenantId, associateId, plan: 'ten-service' });
    await expect.poll(() => plan(page)).toBe('Service-Premium');
    expect(sessions).toBe(2);
    planlens.sandbox.control.setPlan({ tenant: tenantId, associateId, plan: 'ten-sales' });
    await expect.poll(() => plan(page)).toBe('Sales-Premium');
    await page.context().close();
  });

  test('says how old the data are while SuperOffice does not respond', async () => {
    const { planlens } = fixture;
    const { page } = await open();
    await expect.poll(() => plan(page)).toBe('Sales-Premium');
    planlens.passTime(11 * 60_000);
    planlens.sandbox.control.fail({ operation: '*', with: 503 });
    await page.reload();
    await expect
      .poll(() => page.getByRole('status').textContent())
      .toMatch(/^SuperOffice does not respond. What you see is as of \d/);
    expect(await button(page, 'New quote').isEnabled()).toBe(true);
    await capture(page, 'browser-app-stale');
    await page.context().close();
  });
});

/** Saves a screenshot in `PLANLENS_SCREENSHOTS`, if that is set. */
async function capture(page: Page, name: string): Promise<void> {
  const folder = process.env.PLANLENS_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.setViewportSize({ width: 720, height: 420 });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
