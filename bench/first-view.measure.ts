import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { germanUsers, openBrowserFixture } from '../test/browser/browser-fixture.ts';
import { panelUrl } from '../test/support/planlens.ts';
import { sessionCookie } from '../test/support/session-cookie.ts';
import { describeMachine } from './machine.ts';

const rounds = 40;
const warmUpRounds = 5;
const goal = 1.4;
const user = germanUsers.salesEssential;
/** Without the limit of 60 frames a second, which would round each time up to 17 ms. */
const withoutFrameLimit = ['--disable-gpu-vsync', '--disable-frame-rate-limit'];

/** Timings of one page load in the CRM's frame, in ms after the request. */
interface Load {
  /** First byte of the response. */
  readonly responded: number;
  /** First contentful paint. */
  readonly content: number;
}

/** A panel, and the smallest page right after it. */
interface Pair {
  readonly panel: Load;
  readonly smallest: Load;
}

test('measures the time to content in CRM for the panel and the smallest page, and the size of a first view', async () => {
  const machine = describeMachine();
  const fixture = await openBrowserFixture(withoutFrameLimit);
  const { page, panel, signIn } = await fixture.open();
  await signIn(user);
  await panel.locator('.masthead h1').waitFor();
  const url = panelUrl(fixture.planlens, user, 'de');

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

  const pairs: Pair[] = [];
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const pair = { panel: await load(url), smallest: await load(`${fixture.planlens.url}/panel`) };
    if (round >= 0) pairs.push(pair);
  }
  const sizes = await measureSizes(url, sessionCookie(fixture.planlens.environment, user));
  await fixture.close();

  const ratio = median(pairs.map(({ panel, smallest }) => panel.content / smallest.content));
  const met = ratio <= goal;
  const figures = [
    { name: 'panel', ...summarize(pairs.map(({ panel }) => panel)) },
    { name: 'smallest page', ...summarize(pairs.map(({ smallest }) => smallest)) },
  ];
  const results = new URL('results/', import.meta.url);
  mkdirSync(results, { recursive: true });
  const text = JSON.stringify(
    { machine, rounds, goal, met, ratio: round(ratio, 2), figures, sizes },
    null,
    2,
  );
  writeFileSync(new URL('first-view.json', results), `${text}\n`);
  process.stdout.write(`${text}\n`);
  expect(figures[1]?.content).toBeGreaterThan(0);
});

/** Bytes of the page, the style sheet and the scripts in each encoding, without headers. */
async function measureSizes(url: string, cookie: string) {
  const html = await (await fetch(url, { headers: { cookie } })).text();
  const assets = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
  const parts = {
    page: [url],
    'style sheet': assets.filter((path) => path.endsWith('.css')),
    scripts: assets.filter((path) => path.endsWith('.js')),
  };
  const sizes = [];
  for (const [name, paths] of Object.entries(parts)) {
    const bytes: Record<string, number> = {};
    for (const [label, encoding] of Object.entries({ unpacked: 'identity', gzip: 'gzip', brotli: 'br' })) {
      bytes[label] = 0;
      for (const path of paths) {
        const headers = { cookie, 'accept-encoding': encoding };
        const response = await fetch(new URL(path, url), { headers });
        await response.arrayBuffer();
        bytes[label] += Number(response.headers.get('content-length'));
      }
    }
    sizes.push({ name, files: paths.length, ...bytes });
  }
  return sizes;
}

function summarize(loads: readonly Load[]) {
  return {
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
