import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrowserFixture, germanUsers, openBrowserFixture } from './browser-fixture.ts';

const { salesPremium } = germanUsers;

describe('plan matrix', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
  });

  afterAll(() => fixture.close());

  /** Opens the matrix in a tab, by a link that names no user. */
  async function openPlans(query: string, prepare: (page: Page) => Promise<unknown> = async () => {}) {
    const { page, signIn } = await fixture.open();
    await signIn(salesPremium, '');
    await prepare(page);
    await page.goto(`${fixture.planlens.url}/panel/plans?uctx=${salesPremium.tenantId}&lang=de&${query}`);
    await page.locator('.matrix').waitFor();
    return page;
  }

  const shownHeads = (page: Page) =>
    page
      .locator('.matrix thead th')
      .evaluateAll((all) =>
        all.filter((head) => head.checkVisibility()).map((head) => head.textContent.trim()),
      );

  test('compares any plans without script, and the browser goes back to the plans before', async () => {
    const page = await openPlans('plan=service-premium', (each) =>
      each.route('**/*.js', (route) => route.abort()),
    );
    const choice = page.locator('.plan-choice');
    expect(await choice.getByLabel('anstelle meines Plans').isChecked()).toBe(true);
    await choice.getByLabel('Sales-Premium').check();
    await choice.getByLabel('Nur Unterschiede').check();
    await choice.getByRole('button').click();
    await page.locator('h2', { hasText: 'Sales-Premium + Service-Premium' }).waitFor();
    expect(new URL(page.url()).searchParams.getAll('plan')).toEqual(['sales-premium', 'service-premium']);
    expect(await page.locator('.group').count()).toBe(1);
    await page.goBack();
    await page.locator('.comparison h2', { hasText: /^Service-Premium$/ }).waitFor();
    expect(await page.locator('.group').count()).toBe(4);
    await page.context().close();
  });

  test('shows the own plan and the chosen one on a narrow page, and all plans on a wide one', async () => {
    const page = await openPlans('plan=service-premium');
    expect(await shownHeads(page)).toHaveLength(6);
    await page.setViewportSize({ width: 320, height: 800 });
    expect(await shownHeads(page)).toEqual(['Ihr PlanSales-Premium', 'AuswahlService-Premium stattdessen']);
    await page.context().close();
  });

  test('adds plans to the own one, draws its signs and shows them in forced colors', async () => {
    const page = await openPlans('plan=sales-premium&plan=service-premium');
    expect(await page.getByLabel('zusätzlich zu meinem Plan').isChecked()).toBe(true);
    expect(await shownHeads(page)).toContain('Marketing-Premium zusätzlich');
    expect(await page.locator('.matrix .loss').count()).toBe(0);
    await page.emulateMedia({ forcedColors: 'active' });
    const signs = page.locator('.matrix td[data-state]:visible > .icon');
    const drawn = await signs.evaluateAll((all) =>
      all.map((sign) => {
        const { defaultView } = sign.ownerDocument;
        const [fill, text] = [sign, sign.parentElement].map((each) => defaultView.getComputedStyle(each));
        return [sign.getBBox().width > 0, fill.fill === text.color];
      }),
    );
    expect(drawn).toEqual(drawn.map(() => [true, true]));
    const signless = '.matrix td[data-state]:not(:has(.icon))';
    expect(await page.locator(signless).count()).toBe(0);
    await page.context().close();
  });

  test('copies the link for colleagues', async () => {
    const page = await openPlans('plan=service-premium');
    await page.locator('.more > summary').first().click();
    await page.getByRole('button', { name: 'Link kopieren' }).click();
    await expect
      .poll(() => page.locator('#shared-status').textContent())
      .toMatch(/^Der Link ist (kopiert|markiert)\./);
    await page.context().close();
  });

  test('keeps the names of the plans in sight while the page scrolls', async () => {
    const page = await openPlans('plan=service-premium');
    await page.locator('.group').last().locator('tr').first().scrollIntoViewIfNeeded();
    await page.mouse.wheel(0, 600);
    const top = () =>
      page
        .locator('.matrix thead th')
        .first()
        .evaluate((head) => Math.round(head.getBoundingClientRect().top));
    await expect.poll(top).toBe(0);
    await page.context().close();
  });

  test('folds a group by the keyboard and says what its signs mean', async () => {
    const page = await openPlans('plan=service-premium');
    const sales = page.locator('.group').first();
    const forecasts = sales.getByRole('row', { name: 'Produktbezogene Prognosen' });
    expect(await forecasts.getByRole('cell').allTextContents()).toEqual([
      'Enthalten',
      'Fällt weg',
      ...['Fällt weg', 'Fällt weg', 'Fällt weg', 'Fällt weg'],
    ]);
    await sales.getByRole('checkbox', { name: 'Sales' }).focus();
    await page.keyboard.press('Space');
    await forecasts.waitFor({ state: 'hidden' });
    expect(await sales.getByRole('row').count()).toBe(1);
    await page.context().close();
  });
});
