import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BrowserFixture, germanUsers, openBrowserFixture } from '../test/browser/browser-fixture.ts';
import { panelUrl } from '../test/support/planlens.ts';
import { describeMachine } from './machine.ts';

const rounds = 40;
const warmUpRounds = 5;
const goal = 1.4;
const results = new URL('results/', import.meta.url);

/** Timings of one page load in the CRM's frame, in ms after the request. */
interface Load {
  /** First byte of the response. */
  readonly responded: number;
  /** First contentful paint. */
  readonly content: number;
}

let fixture: BrowserFixture;
beforeAll(async () => {
  fixture = await openBrowserFixture(['--disable-gpu-vsync', '--disable-frame-rate-limit']);
});
afterAll(() => fixture.close());

test('measures the time to content in CRM for the panel and for the smallest page of the app', async () => {
  const machine = describeMachine();
  const { page, panel, signIn } = await fixture.open();
  await signIn(germanUsers.salesEssential);
  await panel.locator('.masthead h1').waitFor();
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

  const loads: { panel: Load; smallest: Load }[] = [];
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const pair = { panel: await load(addresses.panel), smallest: await load(addresses['smallest page']) };
    if (round >= 0) loads.push(pair);
  }
  const figures = [
    summarize(
      'panel',
      loads.map(({ panel }) => panel),
    ),
    summarize(
      'smallest page',
      loads.map(({ smallest }) => smallest),
    ),
  ];
  // The screen shows whole frames of 16.7 ms, so the ratio of a pair is coarse and their median is not.
  const ratio = round(median(loads.map(({ panel, smallest }) => panel.content / smallest.content)), 2);
  const mean = round(
    loads.reduce((sum, { panel }) => sum + panel.content, 0) /
      loads.reduce((sum, { smallest }) => sum + smallest.content, 0),
    2,
  );
  const text = JSON.stringify({ machine, rounds, goal, met: ratio <= goal, ratio, mean, figures }, null, 2);
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL('time-to-content.json', results), `${text}\n`);
  process.stdout.write(`${text}\n`);
  expect(figures[1]?.content).toBeGreaterThan(0);
});

function summarize(name: string, loads: readonly Load[]) {
  return {
    name,
    responded: round(median(loads.map(({ responded }) => responded)), 1),
    content: round(median(loads.map(({ content }) => content)), 1),
  };
}

function median(numbers: readonly number[]): number {
  const ordered = [...numbers].sort((a, b) => a - b);
  return ordered[Math.floor(ordered.length / 2)] ?? 0;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
