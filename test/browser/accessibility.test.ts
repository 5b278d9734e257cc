import { AxeBuilder } from '@axe-core/playwright';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { panelUrl, people } from '../support/planlens.ts';
import { germans, openStage, type Stage, type Window } from './stage.ts';

describe('every page', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterAll(() => stage.close());

  /** Where each page is, and how to get there. */
  const pages: Readonly<Record<string, (window: Window) => Promise<unknown>>> = {
    panel: async (window) => {
      await window.signIn(germans.salesEssential);
      await window.panel.locator('h1').waitFor();
    },
    landing: ({ page }) => page.goto(stage.planlens.url),
    setup: async ({ page, signIn }) => {
      await signIn(people.administrator, '');
      await page.goto(`${stage.planlens.url}/install`);
    },
    admin: async ({ page, signIn }) => {
      await signIn(people.administrator, '');
      await page.goto(`${stage.planlens.url}/admin?uctx=${people.administrator.ctx}`);
    },
    feature: async (window) => {
      await pages.panel?.(window);
      const { ctx, associateId } = germans.salesEssential;
      const query = `uctx=${ctx}&usid=${associateId}&lang=de&feature=quote-management`;
      await window.page.goto(`${stage.planlens.url}/panel?uctx=${ctx}&usid=${associateId}&lang=de`);
      await window.page.goto(`${stage.planlens.url}/panel/feature?${query}`);
    },
    plan: async (window) => {
      await pages.panel?.(window);
      const { ctx, associateId } = germans.salesEssential;
      const query = `uctx=${ctx}&usid=${associateId}&lang=de&plan=sales-premium`;
      await window.page.goto(`${stage.planlens.url}/panel?uctx=${ctx}&usid=${associateId}&lang=de`);
      await window.page.goto(`${stage.planlens.url}/panel/plan?${query}`);
    },
    problem: ({ page }) =>
      page.goto(panelUrl(stage.planlens, { ...people.salesPremium, ctx: 'Cust20002' }, 'de')),
  };
  const names = Object.keys(pages);
  const schemes = ['light', 'dark'] as const;

  test.each(names.flatMap((name) => schemes.map((scheme) => [name, scheme] as const)))(
    'of kind %s has nothing that axe objects to, in %s',
    async (name, colorScheme) => {
      const window = await stage.open({ colorScheme });
      await pages[name]?.(window);

      const axe = new AxeBuilder({ page: window.page });
      const { violations, passes } = await (name === 'panel' ? axe.include([frame, 'html']) : axe).analyze();

      expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
      expect(passes.map(({ id }) => id)).toContain('color-contrast');
    },
  );

  test.each(names)('of kind %s loads without a complaint of the browser', async (name) => {
    const window = await stage.open();
    await pages[name]?.(window);
    // A page that says what is wrong has the status to go with it, and Chromium notes that.
    const noted = name === 'problem' ? [expect.stringContaining('status of 404')] : [];
    expect(window.troubles).toEqual(noted);
  });

  test.each(names)('of kind %s fits into a frame 300 pixels wide', async (name) => {
    const window = await stage.open();
    await pages[name]?.(window);
    const { page } = window;
    if (name === 'panel')
      await page.locator(frame).evaluate((iframe) => iframe.setAttribute('style', 'width: 300px'));
    else await page.setViewportSize({ width: 300, height: 900 });

    const html = name === 'panel' ? window.panel.locator('html') : page.locator('html');
    expect(await html.evaluate((root) => root.clientWidth)).toBeLessThanOrEqual(300);
    expect(await stickingOut(html)).toEqual([]);
  });

  test.each(['landing', 'setup'])('of kind %s shows where the keyboard is', async (name) => {
    const window = await stage.open();
    await pages[name]?.(window);

    await window.page.keyboard.press('Tab');

    const focused = window.page.locator(':focus');
    expect(await focused.getAttribute('href')).toBe('/install');
    expect(await outlineOf(focused)).toEqual({ style: 'solid', width: '3px' });
  });

  test('of the panel can be walked by keyboard, and a feature opened, read and asked for', async () => {
    const window = await stage.open();
    await pages.panel?.(window);
    const { page, panel } = window;
    await page.locator('details.user > summary').focus();

    const focused = panel.locator(':focus');
    const walked: string[] = [];
    for (let stop = 0; stop < 8; stop += 1) {
      await page.keyboard.press('Tab');
      walked.push(
        await focused.evaluate((element) => (element.matches('input') ? element.name : element.localName)),
      );
      const shown = await outlineOf(
        (await focused.getAttribute('type')) === null ? focused : focused.locator('..'),
      );
      if (walked.at(-1) !== 'show') expect(shown.style).toBe('solid');
    }
    expect(walked).toEqual(['button', 'a', 'a', 'a', 'a', 'search', 'show', 'summary']);

    const row = panel.locator('[data-row="SaP9"]');
    await row.locator('summary').focus();
    await page.keyboard.press('Enter');
    await row.getByText('Ihre Firma hat diese Lizenz nicht').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await focused.evaluate((element) => element.localName)).toBe('a');
    await row.locator('textarea').focus();
    await page.keyboard.type('Für Angebote');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await row.getByText('Sie haben noch nicht geantwortet').waitFor();
    await expect.poll(() => focused.getAttribute('role')).toBe('status');
  });

  test('of the panel tells a screen reader the name and the state of each feature', async () => {
    const window = await stage.open();
    await pages.panel?.(window);
    const names = await window.panel
      .locator('summary.line')
      .evaluateAll((all) => all.map((summary) => summary.textContent.replace(/\s+/g, ' ').trim()));
    expect(names).toHaveLength(70);
    const states =
      /(Aktiviert|Nur Ansicht|Durch Ihre Rolle ausgeblendet|Upgrade nötig|Unbekannt)( · angefragt)?$/;
    expect(names.filter((name) => !states.test(name))).toEqual([]);
  });
});

const frame = 'iframe[name="PlanlensMain"]';

function outlineOf(focused: Locator): Promise<{ style: string; width: string }> {
  return focused.evaluate((element) => {
    const { outlineStyle, outlineWidth } = element.ownerDocument.defaultView.getComputedStyle(element);
    return { style: outlineStyle, width: outlineWidth };
  });
}

/** The texts that reach beyond the page or the box they belong in (inline boxes have no width of their own). */
function stickingOut(html: Locator): Promise<string[]> {
  return html.evaluate((root) => {
    const { right } = root.getBoundingClientRect();
    return [...root.querySelectorAll('body, body :not(svg, svg *, .unseen)')]
      .filter((each) => {
        const tooFar = each.getBoundingClientRect().right > right;
        return tooFar || (each.clientWidth > 0 && each.scrollWidth > each.clientWidth);
      })
      .map((each) => `${each.tagName}: ${each.textContent}`);
  });
}
