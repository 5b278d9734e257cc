import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install } from '../support/planlens.ts';
import { type BrowserFixture, openBrowserFixture } from './browser-fixture.ts';
import { languages, states, suiteAdministrator } from './page-states.ts';

const folder = process.env.PLANLENS_SCREENSHOTS ?? '';
const language = languages.find((each) => each === process.env.PLANLENS_SCREENSHOTS_LANGUAGE) ?? 'de';

/** Screenshots for review, taken only if `PLANLENS_SCREENSHOTS` names a folder. */
describe.skipIf(folder === '')('page state screenshots', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    fixture = await openBrowserFixture();
    await install(fixture.planlens, suiteAdministrator);
  });

  afterAll(() => fixture.close());

  test.each(Object.entries(states))(
    'captures state %s at three widths in light and dark',
    async (name, { person, reach }) => {
      const { page, signIn } = await fixture.open({ locale: null });
      if (person !== null) await signIn(person, '');
      await reach({ fixture, page, language });
      for (const width of [320, 768, 1280]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 800 });
          const path = join(folder, `${name}-${width}-${colorScheme}.png`);
          expect((await page.screenshot({ path, fullPage: true })).length).toBeGreaterThan(0);
        }
      }
      await page.context().close();
    },
  );
});
