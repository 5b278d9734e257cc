import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isLongForm } from '../support/long-form.ts';
import { panelUrl } from '../support/planlens.ts';
import {
  type BrowserFixture,
  type BrowserWindow,
  germanUsers,
  openBrowserFixture,
} from './browser-fixture.ts';
import { expectedPanel, type PanelRow } from './expected-panel.ts';

describe('panel in CRM with third-party cookies blocked', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
  });

  afterAll(() => fixture.close());

  test.each(Object.entries(germanUsers).filter(([name]) => isLongForm || name === 'salesEssential'))(
    'shows %s the German panel with the expected plan, summary and 76 rows',
    async (name, person) => {
      const { page, panel, consoleErrors } = await fixture.openPanel(person);

      const expected = expectedPanel(person);
      expect(await panel.locator('.masthead h1').textContent()).toBe(expected.plan);
      expect(await panel.locator('.masthead .summary').textContent()).toBe(expected.summary);
      expect(await panel.locator('html').getAttribute('lang')).toBe('de');
      expect(expected.rows).toHaveLength(76);
      expect(await readRows(panel)).toEqual(expected.rows.toSorted(byRow));
      expect(consoleErrors).toEqual([]);
      await saveScreenshot(name, { page, panel });
    },
  );

  // certifies R42
  test('opens from its navigator button on the start page', async () => {
    const { page, panel, consoleErrors, signIn } = await fixture.open();
    await signIn(germanUsers.salesPremium, '');
    expect(await page.locator('iframe').count()).toBe(0);

    await page.getByRole('link', { name: 'Planlens' }).click();

    expect(await panel.locator('.masthead h1').textContent()).toBe('Sales-Premium');
    expect(consoleErrors).toEqual([]);
  });

  test('finds features by words of users, with marks, and filters by state without a request', async () => {
    const { page, panel } = await fixture.openPanel(germanUsers.salesPremium);
    await panel.locator('.solution').last().waitFor();
    const requestedUrls: string[] = [];
    page.on('request', (request) => requestedUrls.push(request.url()));
    const shown = () => panel.locator('li[data-row]:visible:has(> details) .label').allTextContents();

    const found = panel.locator('.found');
    await panel.getByRole('searchbox').fill('waehrung');
    await expect.poll(() => found.textContent()).toBe('Angezeigte Funktionen: 1');
    expect(await shown()).toEqual(['Unterstützung mehrerer Währungen Sales']);
    expect(await panel.locator('mark').allTextContents()).toEqual(['Währung']);
    expect(await panel.locator('.solution:visible h2').allTextContents()).toEqual(['Suchergebnisse']);
    await panel.getByRole('link', { name: 'Upgrade nötig' }).click();
    await expect.poll(() => found.textContent()).toContain('Keine Funktion gefunden.');
    expect(await shown()).toEqual([]);
    await panel.getByRole('searchbox').fill('');
    await expect.poll(() => found.textContent()).toMatch(/\d\d$/);
    requestedUrls.length = 0;
    await panel.getByRole('link', { name: /^Alle \d/ }).click();
    await panel.getByRole('link', { name: 'Upgrade nötig' }).click();
    expect(await panel.locator('mark').count()).toBe(0);
    const missing = await panel
      .locator('li[data-row]:visible:has(> details)')
      .evaluateAll((rows) => rows.map((row) => row.dataset.state));
    expect(missing.length).toBeGreaterThan(10);
    expect(new Set(missing)).toEqual(new Set(['upgrade']));
    await panel.getByRole('link', { name: 'Alle Funktionen zeigen' }).click();
    expect(await panel.locator('.found').textContent()).toBe('');
    expect(requestedUrls).toEqual([]);
  });

  test('re-reads licenses on request and updates the displayed read time', async () => {
    const { panel, consoleErrors } = await fixture.openPanel(germanUsers.servicePremium);
    const time = panel.locator('[data-focus] time');
    const before = await time.getAttribute('datetime');
    fixture.planlens.passTime(60_000);
    await panel.getByRole('button', { name: 'Lizenzdaten aktualisieren' }).click();
    await expect.poll(() => time.getAttribute('datetime')).not.toBe(before);
    await expect.poll(() => panel.locator('[data-focus]:focus').count()).toBe(1);
    expect(consoleErrors).toEqual([]);
  });

  test('keeps filter, expanded features and typed text when a license refresh succeeds or fails', async () => {
    const { page, panel } = await fixture.openPanel(germanUsers.salesEssential);
    const row = panel.locator('[data-row="SaP9"]');
    await row.locator('summary').click();
    await row.locator('textarea').fill('Für unsere Angebote');
    await panel.getByRole('searchbox').fill('quote');
    const refresh = panel.getByRole('button', { name: 'Lizenzdaten aktualisieren' });
    const shown = async () => [
      await panel.getByRole('searchbox').inputValue(),
      await panel.locator('.found').textContent(),
      await row.locator('textarea').inputValue(),
    ];
    await expect.poll(() => panel.locator('.found').textContent()).toBe('Angezeigte Funktionen: 1');
    const before = await shown();
    expect(before).toEqual(['quote', 'Angezeigte Funktionen: 1', 'Für unsere Angebote']);

    const time = panel.locator('[data-focus] time');
    const readAt = await time.getAttribute('datetime');
    fixture.planlens.passTime(60_000);
    await refresh.click();
    await expect.poll(() => time.getAttribute('datetime')).not.toBe(readAt);
    await row.locator('textarea').waitFor();
    await expect.poll(shown).toEqual(before);

    await page.route('**/panel/refresh?*', (route) => route.abort());
    await refresh.click();
    await panel.locator('main > [role=alert]').waitFor();
    expect(await shown()).toEqual(before);
  });

  test('keeps the user signed in after a page reload', async () => {
    const { control } = fixture.planlens.sandbox;
    const signIns = () =>
      control.requests().filter(({ operation }) => operation === 'Login.Authorize').length;
    const { page, panel, signIn } = await fixture.open();
    control.clearRequests();
    await signIn(germanUsers.salesPremium);
    await panel.locator('.masthead h1').waitFor();
    expect(signIns()).toBe(1);

    await page.reload();

    expect(await panel.locator('.masthead h1').textContent()).toBe('Sales-Premium');
    expect(signIns()).toBe(1);
  });

  test("shows each user their own plan, never the previous user's, when the CRM user changes", async () => {
    const { page, panel, rememberWay, signIn } = await fixture.open();
    const shown: Promise<string>[] = [];
    await rememberWay(germanUsers.servicePremium);
    page.on('response', (response) => {
      if (isPanel(response)) shown.push(readShownPlan(response));
    });
    await signIn(germanUsers.salesPremium);
    await panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();

    await switchUser(page, 'Lena Hoffmann');
    await panel.getByRole('heading', { name: 'Service-Premium' }).waitFor();
    await switchUser(page, 'Markus Brandt');
    await panel.getByRole('heading', { name: 'Sales-Premium' }).waitFor();

    expect(await Promise.all(shown)).toEqual([
      '101 Sales-Premium',
      '111 Service-Premium',
      '101 Sales-Premium',
    ]);
  });

  test('shows the tenant-not-installed page after the sign-in to a tenant without the app', async () => {
    const { page, signIn } = await fixture.open();
    const otherUser = { tenantId: 'Cust20002', associateId: 202, userName: 'anna.richter@suitecore.example' };
    await signIn(otherUser, '');
    // Without it, SuperOffice refuses the sign-in with a page of its own.
    fixture.planlens.sandbox.control.approve({ tenant: otherUser.tenantId });

    await page.locator('main').evaluate(
      (main, src) => {
        main.innerHTML = `<iframe src="${src}"></iframe>`;
      },
      panelUrl(fixture.planlens, otherUser, 'de').replaceAll('&', '&amp;'),
    );

    const problem = page.frameLocator('iframe');
    await problem.getByRole('heading', { name: 'Planlens ist hier nicht installiert' }).waitFor();
    expect(await problem.locator('code').first().textContent()).toBe('tenant-not-installed (Cust20002)');
  });
});

const byRow = (one: PanelRow, other: PanelRow) => (one.row < other.row ? -1 : 1);

/** Reads every row with its explanation, requested as the panel requests it. */
async function readRows(panel: FrameLocator): Promise<PanelRow[]> {
  await panel.locator('.solution').first().waitFor();
  return panel.locator('section[aria-labelledby^="solution-"] li[data-row]').evaluateAll(async (items) => {
    const { document, DOMParser, FormData } = items[0].ownerDocument.defaultView;
    const explanations = new Map();
    async function fetchExplanation(feature: string) {
      const query = new URLSearchParams(new FormData(document.querySelector('#why')));
      query.set('feature', feature);
      const page = await (await fetch(`/panel/feature?${query}`)).text();
      return new DOMParser().parseFromString(page, 'text/html').querySelector('#explanation');
    }
    const rows = [];
    for (const item of items) {
      const line = item.querySelector(':scope > .line, :scope > details > .line');
      const text = (from: typeof item, selector: string) =>
        (from?.querySelector(selector)?.textContent ?? '').replace(/\s+/g, ' ').trim();
      const { row, state } = item.dataset;
      const feature = item.querySelector(':scope > details > .why > button')?.value;
      if (feature !== undefined && !explanations.has(feature)) {
        explanations.set(feature, await fetchExplanation(feature));
      }
      const explanation = explanations.get(feature);
      const plans = [...(explanation?.querySelector('.upgrades')?.children ?? [])];
      rows.push({
        row,
        state,
        // Without the note of where a feature is counted.
        label: line.querySelector('.label').firstChild.textContent.trim(),
        stateText: text(line, '.state'),
        reason: text(explanation, '.main-reason'),
        advice: plans.map((plan: typeof item) => plan.textContent.replace(/\s+/g, ' ').trim()).join(' | '),
      });
    }
    return rows.toSorted((one, other) => (one.row < other.row ? -1 : 1));
  });
}

async function switchUser(page: BrowserWindow['page'], name: string): Promise<void> {
  await page.locator('details.user > summary').click();
  await page.getByRole('link', { name }).click();
}

/** Whether a response is the panel, not the page that it shows while it signs in. */
function isPanel(response: Response): boolean {
  const isFound = new URL(response.url()).pathname === '/panel' && response.status() === 200;
  return isFound && response.headers()['cache-control'] === 'private, no-cache';
}

async function readShownPlan(response: Response): Promise<string> {
  const [, plan] = /<h1[^>]*>([^<]+)</.exec(await response.text()) ?? [];
  return `${new URL(response.url()).searchParams.get('usid')} ${plan}`;
}

/** Saves a screenshot of the whole panel in `PLANLENS_SCREENSHOTS`, if that is set. */
async function saveScreenshot(
  name: string,
  { page, panel }: Pick<BrowserWindow, 'page' | 'panel'>,
): Promise<void> {
  const folder = process.env.PLANLENS_SCREENSHOTS;
  if (folder === undefined) return;
  const height = await panel.locator('html').evaluate((html) => html.scrollHeight);
  await page.setViewportSize({ width: 1280, height: height + 80 });
  await page.waitForTimeout(500); // the frame paints what came into view
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
