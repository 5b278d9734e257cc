import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { germanUsers, openBrowserFixture } from '../test/browser/browser-fixture.ts';
import { panelUrl } from '../test/support/planlens.ts';
import { describeMachine } from './machine.ts';

const rounds = 15;
const warmUpRounds = 3;

/** Timings of one page load in the CRM's frame, in ms after the request. */
interface Load {
  /** First byte of the response. */
  readonly responded: number;
  /** First contentful paint. */
  readonly content: number;
}

test('measures the time to content in CRM for the panel and for the smallest page of the app', async () => {
  const machine = describeMachine();
  const fixture = await openBrowserFixture();
  const { page, panel, signIn } = await fixture.open();
  await signIn(germanUsers.salesEssential);
  await panel.locator('h1').waitFor();
  const addresses = {
    panel: panelUrl(fixture.planlens, germanUsers.salesEssential, 'de'),
    'smallest page': `${fixture.planlens.url}/panel`,
  };

  async function load(address: string): Promise<Load> {
    const frame = page.locator('iframe');
    const response = page.waitForResponse((candidate) => candidate.url() === address);
    await frame.evaluate((iframe, src) => iframe.setAttribute('src', src), address);
    await response;
    await panel.locator('h1').waitFor();
    return panel.locator('html').evaluate(async (html) => {
      const { performance } = html.ownerDocument.defaultView;
      const painted = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
      while (painted() === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
      const [{ responseStart }] = performance.getEntriesByType('navigation');
      return { responded: responseStart, content: painted() };
    });
  }

  const loads: Record<string, Load[]> = { panel: [], 'smallest page': [] };
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    for (const [name, address] of Object.entries(addresses)) {
      const timings = await load(address);
      if (round >= warmUpRounds) loads[name]?.push(timings);
    }
  }
  await fixture.close();

  const figures = Object.entries(loads).map(([name, all]) => ({
    name,
    responded: median(all.map(({ responded }) => responded)),
    content: median(all.map(({ content }) => content)),
  }));
  const [panelFigures, smallest] = figures;
  expect(smallest?.content).toBeGreaterThan(0);
  const ratio = Number(((panelFigures?.content ?? 0) / (smallest?.content ?? 1)).toFixed(2));
  const results = new URL('results/', import.meta.url);
  mkdirSync(results, { recursive: true });
  const text = JSON.stringify({ machine, rounds, figures, ratio }, null, 2);
  writeFileSync(new URL('time-to-content.json', results), `${text}\n`);
  process.stdout.write(`${text}\n`);
});

function median(numbers: readonly number[]): number {
  const ordered = [...numbers].sort((a, b) => a - b);
  return Math.round(ordered[Math.floor(ordered.length / 2)] ?? 0);
}
