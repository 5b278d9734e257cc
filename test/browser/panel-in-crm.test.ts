import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { panelUrl } from '../support/planlens.ts';
import { expectedPanel, type PanelRow } from './expected-panel.ts';
import { germans, openStage, type Stage, type Window } from './stage.ts';

describe('the panel in CRM, third-party cookies blocked', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterAll(() => stage.close());

  test.each(Object.entries(germans))('tells %s in German what their plan holds', async (name, person) => {
    const { page, panel, troubles, signIn } = await stage.open();
    await signIn(person);

    const expected = expectedPanel(person);
    expect(await panel.locator('h1').textContent()).toBe(expected.plan);
    expect(await panel.locator('.masthead strong').textContent()).toBe(expected.summary);
    expect(await panel.locator('html').getAttribute('lang')).toBe('de');
    expect(expected.rows).toHaveLength(76);
    expect(await rowsIn(panel)).toEqual(expected.rows);
    expect(troubles).toEqual([]);
    await keepPicture(name, { page, panel });
  });

  test('opens by its button on the start page', async () => {
    const { page, panel, troubles, signIn } = await stage.open();
    await signIn(germans.salesPremium, '');
    expect(await page.locator('iframe').count()).toBe(0);

    await page.getByRole('link', { name: 'Planlens' }).click();

    expect(await panel.locator('h1').textContent()).toBe('Sales-Premium');
    expect(troubles).toEqual([]);
  });

  test('keeps its user signed in when the page is loaded again', async () => {
    const { control } = stage.planlens.sandbox;
    const signIns = () =>
      control.requests().filter(({ operation }) => operation === 'Login.Authorize').length;
    const { page, panel, signIn } = await stage.open();
    control.clearRequests();
    await signIn(germans.salesPremium);
    await panel.locator('h1').waitFor();
    expect(signIns()).toBe(1);

    await page.reload();

    expect(await panel.locator('h1').textContent()).toBe('Sales-Premium');
    expect(signIns()).toBe(1);
  });

  test('shows each user their own plan when the CRM user changes, never the former one', async () => {
    const { page, panel, signIn } = await stage.open();
    const shown: Promise<string>[] = [];
    page.on('response', (response) => {
      if (isPanel(response)) shown.push(planShownTo(response));
    });
    await signIn(germans.salesPremium);
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

  test('tells a tenant without the app that it is not installed', async () => {
    const { page, signIn } = await stage.open();
    const stranger = { ctx: 'Cust20002', associateId: 202, userName: 'anna.richter@suitecore.example' };
    await signIn(stranger, '');

    await page.locator('main').evaluate(
      (main, src) => {
        main.innerHTML = `<iframe src="${src}"></iframe>`;
      },
      panelUrl(stage.planlens, stranger, 'de').replaceAll('&', '&amp;'),
    );

    const problem = page.frameLocator('iframe');
    expect(await problem.locator('h1').textContent()).toBe('Planlens ist hier nicht installiert');
    expect(await problem.locator('code').first().textContent()).toBe('tenant-not-installed (Cust20002)');
  });
});

async function rowsIn(panel: FrameLocator): Promise<PanelRow[]> {
  await panel.locator('.solution').first().waitFor();
  return panel.locator('section[aria-labelledby^="solution-"] li[data-row]').evaluateAll((items) =>
    items.map((item) => {
      const line = item.querySelector(':scope > .line');
      const text = (selector: string) => (line.querySelector(selector)?.textContent ?? '').trim();
      const advice = text('.advice');
      const reason = text('.reason').replace(advice, '').trim();
      const { row, state } = item.dataset;
      return { row, state, label: text('.label'), stateText: text('.state'), reason, advice };
    }),
  );
}

async function switchUser(page: Window['page'], name: string): Promise<void> {
  await page.locator('details.user > summary').click();
  await page.getByRole('link', { name }).click();
}

function isPanel(response: Response): boolean {
  return new URL(response.url()).pathname === '/panel' && response.status() === 200;
}

async function planShownTo(response: Response): Promise<string> {
  const [, plan] = /<h1[^>]*>([^<]+)</.exec(await response.text()) ?? [];
  return `${new URL(response.url()).searchParams.get('usid')} ${plan}`;
}

/** A picture of the whole panel in its CRM, where `PLANLENS_SCREENSHOTS` names a folder. */
async function keepPicture(name: string, { page, panel }: Pick<Window, 'page' | 'panel'>): Promise<void> {
  const folder = process.env.PLANLENS_SCREENSHOTS;
  if (folder === undefined) return;
  const height = await panel.locator('html').evaluate((html) => html.scrollHeight);
  await page.setViewportSize({ width: 1280, height: height + 80 });
  await page.waitForTimeout(500); // the frame paints what came into view
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
