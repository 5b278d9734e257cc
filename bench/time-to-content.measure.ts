import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { germans, openBrowserFixture } from '../test/browser/browser-fixture.ts';
import { panelUrl } from '../test/support/planlens.ts';
import { describeMachine } from './machine.ts';

const rounds = 15;
const uncounted = 3;

/** What one load of a page in the CRM's frame took, in ms from its request on. */
interface Load {
  /** The first byte of its answer. */
  readonly answered: number;
  /** The first text or picture painted. */
  readonly content: number;
}

test('measures the time to content in CRM for the panel and for the smallest page of the app', async () => {
  const machine = describeMachine();
  const fixture = await openBrowserFixture();
  const { page, panel, signIn } = await fixture.open();
  await signIn(germans.salesEssential);
  await panel.locator('h1').waitFor();
  const addresses = {
    panel: panelUrl(fixture.planlens, germans.salesEssential, 'de'),
    'smallest page': `${fixture.planlens.url}/panel`,
  };

  async function load(address: string): Promise<Load> {
    const frame = page.locator('iframe');
    const arrived = page.waitForResponse((response) => response.url() === address);
    await frame.evaluate((iframe, src) => iframe.setAttribute('src', src), address);
    await arrived;
    await panel.locator('h1').waitFor();
    return panel.locator('html').evaluate(async (html) => {
      const { performance } = html.ownerDocument.defaultView;
      const painted = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
      while (painted() === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
      const [{ responseStart }] = performance.getEntriesByType('navigation');
      return { answered: responseStart, content: painted() };
    });
  }

  const loads: Record<string, Load[]> = { panel: [], 'smallest page': [] };
  for (let round = 0; round < uncounted + rounds; round += 1) {
    for (const [name, address] of Object.entries(addresses)) {
      const took = await load(address);
      if (round >= uncounted) loads[name]?.push(took);
    }
  }
  await fixture.close();

  const figures = Object.entries(loads).map(([name, all]) => ({
    name,
    answered: median(all.map(({ answered }) => answered)),
    content: median(all.map(({ content }) => content)),
  }));
  const [ours, smallest] = figures;
  expect(smallest?.content).toBeGreaterThan(0);
  const times = Number(((ours?.content ?? 0) / (smallest?.content ?? 1)).toFixed(2));
  const results = new URL('results/', import.meta.url);
  mkdirSync(results, { recursive: true });
  const text = JSON.stringify({ machine, rounds, figures, times }, null, 2);
  writeFileSync(new URL('time-to-content.json', results), `${text}\n`);
  process.stdout.write(`${text}\n`);
});

function median(numbers: readonly number[]): number {
  const ordered = [...numbers].sort((a, b) => a - b);
  return Math.round(ordered[Math.floor(ordered.length / 2)] ?? 0);
}
