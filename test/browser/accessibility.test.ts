import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { isLongForm } from '../support/long-form.ts';
import { install, type TestUser } from '../support/planlens.ts';
import {
  type BrowserFixture,
  type BrowserWindow,
  germanUsers,
  openBrowserFixture,
} from './browser-fixture.ts';
import { languages, states, suiteAdministrator } from './page-states.ts';

describe('page accessibility', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
    await install(fixture.planlens, suiteAdministrator);
  });

  afterAll(() => fixture.close());

  /** One state of each page, which the short form examines; the long form examines all. */
  const onePerPage = [
    ...[
      'panel-opened',
      'panel-of-suite',
      'feature-requested',
      'newer-features',
      'plans',
      'signing-in',
      'sign-in',
    ],
    ...['admin', 'admin-seats-overused', 'admin-contract', 'admin-history', 'admin-users', 'admin-user'],
    ...['admin-seats-over-time', 'admin-reclaim', 'admin-what-if', 'admin-saved-answers'],
    ...['admin-api-keys', 'admin-api-keys-invalid'],
    ...['admin-user-data', 'setup', 'removal', 'signed-out', 'landing', 'not-installed'],
  ];
  /** The states whose narrow form the short form examines: lists, forms, errors and a calculation. */
  const narrowStates = ['admin', 'admin-users', 'admin-reclaim', 'admin-what-if', 'admin-api-keys-invalid'];
  /** The states examined for console messages: none has a form with an error, which causes one. */
  const withoutErrors = ['panel-opened', 'plans', 'admin', 'setup', 'landing'];
  /** The states whose first control after the languages is a button. */
  const withButton = ['landing', 'setup'];
  const names = isLongForm ? Object.keys(states) : onePerPage;
  const otherLanguages = languages.filter((language) => language !== 'de');

  /** The windows of signed-in users, by user name: a new one costs as much as an examination. */
  const windows = new Map<string, BrowserWindow>();

  async function openWindowOf(person: TestUser | null): Promise<BrowserWindow> {
    const opened = windows.get(person?.userName ?? '');
    if (opened !== undefined) return opened;
    const window = await fixture.open({ locale: null });
    if (person === null) return window;
    await window.signIn(person, '');
    windows.set(person.userName, window);
    return window;
  }

  /** Opens the window for a page state, with a function that brings the page into that state. */
  async function openWindowFor(name: string) {
    const state = states[name];
    if (state === undefined) throw new Error(`no state ${name}`);
    const window = await openWindowOf(state.person);
    await window.page.setViewportSize({ width: 1280, height: 900 });
    const { length: earlier } = window.consoleErrors;
    const reach = (language: (typeof languages)[number]) =>
      state.reach({ fixture, page: window.page, language });
    return { ...window, reach, newErrors: () => window.consoleErrors.slice(earlier) };
  }

  describe.each(names)('state %s', (name) => {
    let window: Awaited<ReturnType<typeof openWindowFor>>;

    beforeAll(async () => {
      window = await openWindowFor(name);
    });

    test('has no axe violations in any language and color scheme', async () => {
      const { page, reach } = window;
      const [colorScheme, otherScheme] = schemesFor(name);
      // All languages share one layout: only text-dependent rules run in each language.
      for (const language of isLongForm ? otherLanguages : []) {
        await reach(language);
        expect(await page.locator('html').getAttribute('lang')).toBe(language === 'en' ? 'en-GB' : language);
        await expectNoViolations(axe(page).withRules(textRules), language);
      }
      await page.emulateMedia({ colorScheme });
      await reach('de');
      expect(await page.locator('html').getAttribute('lang')).toBe('de');
      await expectNoViolations(axe(page), colorScheme);
      if (!isLongForm) return;
      // Color contrast is the slowest rule and independent of the language.
      await page.emulateMedia({ colorScheme: otherScheme });
      await expectNoViolations(axe(page).withRules('color-contrast'), otherScheme);
    });

    test.runIf(withoutErrors.includes(name))('loads without console errors or warnings', () => {
      expect(window.newErrors()).toEqual([]);
    });

    test.runIf(withButton.includes(name))('shows a visible outline on the focused button', async () => {
      const { page } = window;
      await page.locator('a[lang="nl"]').focus();
      await page.keyboard.press('Tab');

      const focused = page.locator(':focus');
      expect(await focused.evaluate((element) => element.className)).toBe('button');
      expect(await readOutline(focused)).toEqual({ style: 'solid', width: '3px' });
    });

    test('fits a 300-pixel viewport and tolerates doubled text size', async () => {
      const { page } = window;
      await page.setViewportSize({ width: 300, height: 900 });
      const html = page.locator('html');
      // In German, the last language of the test before: its words are the longest.
      expect(await html.getAttribute('lang')).toBe('de');
      expect(await html.evaluate((root) => root.clientWidth)).toBeLessThanOrEqual(300);
      expect(await findOverflowing(html)).toEqual([]);

      await page.setViewportSize({ width: 640, height: 900 });
      await html.evaluate((root) => {
        root.style.fontSize = '200%';
      });
      expect(await findOverflowing(html)).toEqual([]);
    });

    test.runIf(name.startsWith('admin') && (isLongForm || narrowStates.includes(name)))(
      'has no axe violations at 320 pixels, and every control is reached by keyboard',
      async () => {
        const { page } = window;
        const html = page.locator('html');
        await html.evaluate((root) => root.style.removeProperty('font-size'));
        await page.setViewportSize({ width: 320, height: 568 });
        await page.locator('.menu > summary').click();
        await page.locator('.menu .languages').waitFor();
        expect(await html.evaluate((root) => root.scrollWidth)).toBe(320);
        // Contrast was examined above: the colors are those of every width.
        await expectNoViolations(axe(page).disableRules('color-contrast'), '320 pixels');
        expect(await findUnreached(page)).toEqual([]);
      },
    );
  });

  /** The color schemes, of which the short form examines the first: they alternate. */
  function schemesFor(name: string): readonly ['light', 'dark'] | readonly ['dark', 'light'] {
    return names.indexOf(name) % 2 === 0 ? ['light', 'dark'] : ['dark', 'light'];
  }

  /** Expects that the rules of a builder applied and that no element violates them. `context` names the page in a failure. */
  async function expectNoViolations(builder: AxeBuilder, context: string): Promise<void> {
    const { violations, passes } = await builder.analyze();
    expect([context, ...describeViolations(violations)]).toEqual([context]);
    expect(passes).not.toEqual([]);
  }

  const describeViolations = (violations: readonly { id: string; nodes: readonly { html: string }[] }[]) =>
    violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);

  test('animates nothing under reduced motion and only one element otherwise', async () => {
    const { page, reach } = await openWindowFor('panel');
    await reach('de');
    const moving = () =>
      page.locator('body').evaluate((body) => {
        const { getComputedStyle } = body.ownerDocument.defaultView;
        body.setAttribute('aria-busy', 'true');
        const all = [body, ...body.querySelectorAll('*')];
        return all.filter((each) => {
          const { transitionDuration, animationName } = getComputedStyle(each);
          return transitionDuration !== '0s' || animationName !== 'none';
        }).length;
      });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moving()).toBe(0);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await moving()).toBe(1);
  });

  describe('panel frame in CRM', () => {
    async function openEssentialPanel(): Promise<BrowserWindow> {
      const window = await fixture.openPanel(germanUsers.salesEssential);
      await window.panel.locator('.masthead h1').waitFor();
      return window;
    }

    // certifies R44
    test('has no axe violations with an expanded feature', async () => {
      const { page, panel } = await openEssentialPanel();
      await panel.locator('[data-row="SaP9"] summary').click();
      await panel.locator('[data-row="SaP9"] .why details > summary').last().click();
      // axe skips a frame that does not load its script within a second.
      const { violations } = await vi.waitFor(
        async () => {
          const results = await new AxeBuilder({ page }).include([frame, 'html']).analyze();
          expect(results.passes.map(({ id }) => id)).toContain('color-contrast');
          return results;
        },
        { timeout: 60_000 },
      );
      expect(describeViolations(violations)).toEqual([]);
    });

    // certifies R43
    test('lets a keyboard user expand a feature, request access and withdraw the request', async () => {
      const { page, panel } = await openEssentialPanel();
      await page.locator('details.user > summary').focus();

      const focused = panel.locator(':focus');
      const focusedElements: string[] = [];
      const counts = await panel.locator('.counts a').count();
      for (let stop = 0; stop < counts + 8; stop += 1) {
        await page.keyboard.press('Tab');
        focusedElements.push(
          await focused.evaluate((element) => (element.matches('input') ? element.name : element.localName)),
        );
        const shown = await readOutline(
          (await focused.getAttribute('type')) === null ? focused : focused.locator('..'),
        );
        expect(shown.style).toBe('solid');
      }
      expect(focusedElements).toEqual([
        'a',
        ...Array(counts).fill('a'),
        ...['button', 'a', 'search', 'a', 'a', 'a', 'summary'],
      ]);

      const row = panel.locator('[data-row="SaP9"]');
      await row.locator('summary').focus();
      await page.keyboard.press('Enter');
      await row.locator('.main-reason').waitFor();
      await page.keyboard.press('Tab');
      expect(await focused.evaluate((element) => element.localName)).toBe('a');
      await row.locator('textarea').focus();
      await page.keyboard.type('Für Angebote');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await row.getByText('Eine Antwort steht noch aus').waitFor();
      await expect.poll(() => focused.getAttribute('role')).toBe('status');
      await page.keyboard.press('Tab');
      expect(await focused.textContent()).toBe('Wunsch zurückziehen');
      await page.keyboard.press('Enter');
      await expect.poll(() => focused.getAttribute('name')).toBe('reason');
    });

    test('exposes the name and the state of each feature to screen readers', async () => {
      const { panel } = await openEssentialPanel();
      const labels = await panel
        .locator('summary.line')
        .evaluateAll((all) => all.map((summary) => summary.textContent.replace(/\s+/g, ' ').trim()));
      expect(labels).toHaveLength(70);
      const labelPattern =
        /(Aktiviert|Nur ansehen|Durch Ihre Rolle ausgeblendet|Upgrade nötig|Unbekannt)( · gewünscht)?$/;
      expect(labels.filter((name) => !labelPattern.test(name))).toEqual([]);
    });

    test('fits a frame 300 pixels wide', async () => {
      const { page, panel } = await openEssentialPanel();
      await page.locator(frame).evaluate((iframe) => iframe.setAttribute('style', 'width: 300px'));
      expect(await findOverflowing(panel.locator('html'))).toEqual([]);
    });
  });

  test('an error page sends a matching HTTP status and causes no other console message', async () => {
    const { reach, newErrors } = await openWindowFor('not-installed');
    await reach('de');
    expect(newErrors()).toEqual([expect.stringContaining('status of 404')]);
  });
});

/** Reports only violations in detail and ignores frames, which would take most of the time. */
function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode(true);
}

const textRules = [
  ...['aria-command-name', 'aria-input-field-name', 'button-name', 'document-title', 'empty-heading'],
  ...['empty-table-header', 'html-has-lang', 'html-lang-valid', 'image-alt', 'input-button-name', 'label'],
  ...['label-title-only', 'landmark-unique', 'link-name', 'select-name', 'summary-name', 'valid-lang'],
];

const frame = 'iframe[name="PlanlensMain"]';

function readOutline(focused: Locator): Promise<{ style: string; width: string }> {
  return focused.evaluate((element) => {
    const { outlineStyle, outlineWidth } = element.ownerDocument.defaultView.getComputedStyle(element);
    return { style: outlineStyle, width: outlineWidth };
  });
}

/** The controls of a page that Tab does not reach, or that show no outline then. */
async function findUnreached(page: Page): Promise<string[]> {
  const body = page.locator('body');
  const stops = await body.evaluate((root) => {
    const { getComputedStyle } = root.ownerDocument.defaultView;
    const isOutlined = (each: typeof root) => getComputedStyle(each).outlineStyle !== 'none';
    root.addEventListener('focusin', ({ target }: { target: typeof root }) => {
      target.dataset.reached = [target, target.parentElement].some(isOutlined) ? 'outlined' : 'plain';
    });
    const controls = [...root.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(
      (each) =>
        each.tabIndex >= 0 &&
        each.type !== 'hidden' &&
        // Tab reaches the chosen one of a group, arrow keys the others.
        (each.type !== 'radio' || each.checked) &&
        each.checkVisibility(),
    );
    for (const each of controls) each.dataset.reached = 'no';
    // A date has a stop for each of its parts and for its calendar.
    return controls.length + 3 * controls.filter(({ type }) => type === 'date').length;
  });
  await page.keyboard.press('Escape');
  for (let stop = 0; stop <= stops; stop += 1) await page.keyboard.press('Tab');
  return body
    .locator('[data-reached]:not([data-reached="outlined"])')
    .evaluateAll((all) => all.map((each) => each.outerHTML));
}

/** The texts that overflow the page or their box; inline boxes have no width. */
function findOverflowing(html: Locator): Promise<string[]> {
  return html.evaluate((root) => {
    const { right } = root.getBoundingClientRect();
    return [...root.querySelectorAll('body, body :not(svg, svg *, .visually-hidden, select, option)')]
      .filter((each) => {
        const tooFar = each.getBoundingClientRect().right > right;
        return tooFar || (each.clientWidth > 0 && each.scrollWidth > each.clientWidth);
      })
      .map((each) => `${each.tagName}: ${each.textContent}`);
  });
}
