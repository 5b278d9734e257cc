import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type BrowserFixture, germanUsers, openBrowserFixture } from './browser-fixture.ts';

const withoutPlan = { tenantId: 'Cust20001', associateId: 141, userName: 'emil.strand@designteamet.example' };
const white = 'rgb(255, 255, 255)';

describe('panel in use', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
  });

  afterAll(() => fixture.close());

  const style = (element: Locator, name: 'backgroundColor' | 'color' | 'borderColor') =>
    element.evaluate(
      (each, property) => each.ownerDocument.defaultView.getComputedStyle(each)[property],
      name,
    );

  test('the panel is light in the CRM although the system prefers dark, and our own pages are dark', async () => {
    const { page, panel, signIn } = await fixture.open({ colorScheme: 'dark' });
    await signIn(germanUsers.salesPremium);
    expect(await style(panel.locator('.card').first(), 'backgroundColor')).toBe(white);
    expect(
      await panel
        .locator('html')
        .evaluate((html) => html.ownerDocument.defaultView.getComputedStyle(html).colorScheme),
    ).toBe('light');

    await page.goto(fixture.planlens.url);
    expect(await style(page.locator('.card').first(), 'backgroundColor')).not.toBe(white);
  });

  test('an opened feature shows the plans and the request, then the reason, then what it is based on, folded', async () => {
    const { panel } = await fixture.openPanel(germanUsers.salesEssential);
    const why = panel.locator('[data-row="SaP9"] .why');
    await panel.locator('[data-row="SaP9"] summary').click();
    await why.locator('.main-reason').waitFor();
    const parts = ['.upgrades', '.access-request', '.main-reason', '.more'];
    const order = await why
      .locator(parts.join())
      .evaluateAll(
        (all, names) => all.map((each) => names.find((name: string) => each.matches(name))),
        parts,
      );
    expect([...new Set(order)]).toEqual(parts);
    expect(await why.locator('.seat').first().getAttribute('data-seat')).toMatch(/^(assign|by-use|buy|ask)$/);
    expect(await why.locator('.evidence').isVisible()).toBe(false);

    await why.locator('.more > summary').last().click();
    expect(await why.locator('.evidence').isVisible()).toBe(true);
  });

  test('the button that asks is filled and a link into SuperOffice is outlined', async () => {
    const { panel } = await fixture.openPanel(germanUsers.salesEssential);
    await panel.locator('[data-row="SaP9"] summary').click();
    const ask = panel.locator('[data-row="SaP9"] button.button');
    await ask.waitFor();
    expect([await style(ask, 'color'), await style(ask, 'backgroundColor')]).toEqual([
      white,
      'rgb(10, 94, 88)',
    ]);

    await panel.locator('.fold > summary').first().click();
    await panel.locator('.fold [data-row="SaE1"] summary').click();
    const open = panel.locator('[data-row="SaE1"] a.button');
    expect([await style(open, 'color'), await style(open, 'backgroundColor')]).toEqual([
      'rgb(10, 94, 88)',
      white,
    ]);
  });

  test('enabled features are folded until a count, a search or a click shows them', async () => {
    const { panel } = await fixture.openPanel(germanUsers.salesPremium);
    const visible = () =>
      panel
        .locator('.solutions li[data-row]:visible:has(> details)')
        .evaluateAll((rows) => [...new Set(rows.map((row) => row.dataset.state))].sort());
    expect(await visible()).toEqual(['unknown', 'upgrade', 'view-only']);

    const enabled = panel.locator('.counts').getByRole('link', { name: 'Aktiviert' });
    await enabled.click();
    expect(await visible()).toEqual(['enabled']);
    expect(await enabled.getAttribute('aria-current')).toBe('true');
    expect(await panel.locator('.found:focus').count()).toBe(1);

    await panel.getByRole('link', { name: 'Alle Funktionen zeigen' }).click();
    expect(await visible()).toEqual(['unknown', 'upgrade', 'view-only']);
  });

  test('the parts of the bar are as long as the counts say', async () => {
    const { panel } = await fixture.openPanel(germanUsers.salesPremium);
    const counts = await panel
      .locator('.counts a strong')
      .evaluateAll((all) => all.map((each) => Number(each.textContent)));
    const [total = 0, ...parts] = counts;
    const widths = await panel
      .locator('.meter rect')
      .evaluateAll((all) => all.map((each) => Number.parseFloat(each.getAttribute('width'))));
    expect(widths).toEqual(parts.map((count) => Math.round((1000 * count) / total) / 10));
    expect(parts.reduce((sum, count) => sum + count, 0)).toBe(total);
  });

  test('a user without a plan sees one message with one action above a folded list', async () => {
    const { panel } = await fixture.openPanel(withoutPlan);
    const message = panel.getByRole('region', { name: 'Først trenger du en brukerplan' });
    expect(await message.locator('a, button').allTextContents()).toEqual(['Velg en plan og be om den']);
    expect(await panel.locator('.solutions').last().isVisible()).toBe(false);

    await panel.locator('.counts').getByRole('link').last().click();
    expect(await panel.locator('.solutions').last().isVisible()).toBe(true);
  });

  test('a refresh tells what came of it, and when the next one reads again', async () => {
    const { panel } = await fixture.openPanel(germanUsers.servicePremium);
    const { sandbox, passTime } = fixture.planlens;
    const refresh = panel.getByRole('button', { name: 'Lizenzdaten aktualisieren' });
    const status = panel.locator('[data-focus] strong');
    passTime(60_000);
    await refresh.click();
    await expect.poll(() => status.textContent()).toBe('Nichts hat sich geändert.');
    await refresh.click();
    await expect
      .poll(() => status.textContent())
      .toMatch(/^Gerade erst aktualisiert\. Erneut möglich in \d+\u00a0s\.$/);

    passTime(60_000);
    onTestFinished(() => sandbox.control.clearFaults());
    sandbox.control.fail({ operation: '*', with: 500 });
    await refresh.click();
    await expect.poll(() => status.textContent()).toMatch(/^SuperOffice hat nicht geantwortet\./);
  });

  test('the card of access requests shows three, with the comment of the administrator, and the others on demand', async () => {
    const { tenantId, associateId } = germanUsers.servicePremium;
    const { accessRequests } = fixture.planlens.services;
    const features = ['saint', 'mailings', 'quote-management', 'project-management', 'sales-guide'];
    for (const feature of features) {
      const subject = `feature:${feature}`;
      await accessRequests.submit(tenantId, {
        associateId,
        requestedBy: 'Lena Hoffmann',
        subject,
        reason: '',
      });
    }
    const newest = (await accessRequests.latestByUser(tenantId, associateId)).find(
      ({ subject }) => subject === 'feature:sales-guide',
    );
    await accessRequests.resolve(tenantId, [newest?.id ?? ''], {
      state: 'declined',
      comment: 'Not this year.',
      resolvedBy: { associateId: 131, name: 'Kari Nygård' },
    });
    const { panel } = await fixture.openPanel(germanUsers.servicePremium);
    const card = panel.locator('section[aria-labelledby="own-requests"]');
    expect(await card.locator('li:visible').count()).toBe(3);
    expect(await card.locator('li').first().locator('q').textContent()).toBe('Not this year.');

    await card.locator('summary').click();
    expect(await card.locator('summary').textContent()).toBe('Alle 5 zeigen');
    expect(await card.locator('li:visible').count()).toBe(5);
  });

  test('the search comes before the plans at every width, and a filter leads from it to the list', async () => {
    const { page, panel } = await fixture.openPanel(germanUsers.salesEssential);
    const search = panel.getByRole('searchbox');
    const plans = panel.locator('.suggested-upgrades');
    const list = panel.locator('.solutions').last();
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const tops = await Promise.all(
        [search, plans, list].map(async (each) => (await each.boundingBox())?.y ?? 0),
      );
      expect([width, ...tops]).toEqual([width, ...tops.toSorted((a, b) => a - b)]);
    }
    await search.focus();
    await page.keyboard.press('Tab');
    expect(
      await panel.locator('html').evaluate((html) => html.ownerDocument.activeElement?.outerHTML),
    ).toMatch(/^<a href="\/panel\/plans/);

    await panel.locator('.counts [data-show="view-only"]').click();
    await plans.waitFor({ state: 'hidden' });
    await panel.getByRole('link', { name: 'Alle Funktionen zeigen' }).click();
    await plans.waitFor();
  });

  test('the first stop of the keyboard skips to the search', async () => {
    const { page, panel } = await fixture.openPanel(germanUsers.salesPremium);
    const skip = panel.getByRole('link', { name: 'Zu Suche und Funktionen springen' });
    expect(await skip.evaluate((link) => link.getBoundingClientRect().width > 1)).toBe(true);
    await skip.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await panel.locator('[name="search"]:focus').count()).toBe(1);
  });

  test('what was asked for is listed at once', async () => {
    const { panel } = await fixture.openPanel(germanUsers.salesEssential);
    const card = panel.getByRole('region', { name: 'Ihre Wünsche' });
    const row = panel.locator('[data-row="SaP6"]');
    expect(await card.count()).toBe(0);
    await row.locator('summary').first().click();
    await row.locator('form button').click();
    await card.getByRole('link', { name: 'SAINT' }).waitFor();
    expect(await row.locator('[role=status]:focus').count()).toBe(1);
    await row.locator('[value=withdraw]').click();
    await card.waitFor({ state: 'detached' });
  });

  test('the solutions add up to the sum of the page, and so does a filter', async () => {
    const { panel } = await fixture.openPanel(germanUsers.servicePremium);
    const enabled = panel.locator('.counts [data-show="enabled"]');
    const count = Number(await enabled.locator('strong').textContent());
    const tallies = await panel.locator('.tally').allTextContents();
    expect(tallies.reduce((sum, tally) => sum + Number.parseInt(tally, 10), 0)).toBe(count);
    await enabled.click();
    await expect.poll(() => panel.locator('.found').textContent()).toBe(`Angezeigte Funktionen: ${count}`);
  });

  test('back and a new sign-in lead to the same filter, opened feature and typed text', async () => {
    const { panel } = await fixture.openPanel(germanUsers.salesEssential);
    const row = panel.locator('[data-row="SaP9"]');
    await panel.getByRole('searchbox').fill('quote');
    await row.locator('summary').first().click();
    await row.locator('textarea').fill('Für unsere Angebote');
    const place = async () => [
      await panel.getByRole('searchbox').inputValue(),
      await panel.locator('.found').textContent(),
      await row.locator('textarea').inputValue(),
    ];
    const before = ['quote', 'Angezeigte Funktionen: 1', 'Für unsere Angebote'];
    await expect.poll(place).toEqual(before);

    await row.locator('.upgrades a').first().click();
    await panel.getByRole('heading', { name: 'Sales-Premium' }).first().waitFor();
    await panel.locator('html').evaluate((html) => html.ownerDocument.defaultView.history.back());
    await row.locator('textarea').waitFor();
    await expect.poll(place).toEqual(before);

    fixture.planlens.passTime(61 * 60_000);
    await row.locator('form button').click();
    await row.getByRole('link', { name: 'Erneut anmelden' }).click();
    await expect.poll(() => row.getByRole('alert').count()).toBe(0);
    await row.locator('textarea').waitFor();
    await expect.poll(place).toEqual(before);

    await row.locator('form button').click();
    await row.locator('[value=withdraw]').click();
    await expect.poll(() => row.locator('textarea').inputValue()).toBe('');
  });

  test('a link to a feature leads there through the sign-in, and back to the list', async () => {
    const { page, signIn } = await fixture.open();
    await signIn(germanUsers.salesPremium, '');
    const { tenantId, associateId } = germanUsers.salesPremium;
    const query = `uctx=${tenantId}&usid=${associateId}&lang=de`;
    await page.goto(`${fixture.planlens.url}/panel/feature?${query}&feature=mailings`);
    expect(await page.locator('h1').textContent()).toContain('Mailings');

    await page.goto(`${fixture.planlens.url}/panel?${query}&show=upgrade`);
    await page.getByRole('link', { name: 'Pläne vergleichen' }).click();
    await page.getByRole('link', { name: 'Zurück zu allen Funktionen' }).click();
    await page.locator('.counts [aria-current="true"][data-show="upgrade"]').waitFor();
  });
});
