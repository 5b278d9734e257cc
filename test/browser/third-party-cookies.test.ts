import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, pageBlockingThirdPartyCookies } from '../support/browser.ts';

/** Verifies the precondition of all frame tests: blocking is effective, and partitioned cookies are exempt. */
describe('cookies in a cross-site frame', () => {
  let browser: Browser;
  let servers: Server[];
  let framed: string;
  let top: string;

  beforeAll(async () => {
    const inner = createServer(setAndShowCookies);
    framed = `http://localhost:${await listen(inner, 'localhost')}`;
    const outer = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end(`<iframe src="${framed}/set"></iframe>`);
    });
    top = `http://127.0.0.1:${await listen(outer, '127.0.0.1')}`;
    servers = [inner, outer];
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  test('a browser that blocks third-party cookies keeps only partitioned cookies', async () => {
    expect(await cookiesInFrame(pageBlockingThirdPartyCookies)).toEqual(['__Host-partitioned=1']);
  });

  test('a browser that allows third-party cookies keeps partitioned and unpartitioned cookies', async () => {
    const cookies = await cookiesInFrame((context) => context.newPage());
    expect(cookies).toEqual(['__Host-partitioned=1', 'plain=1']);
  });

  test('a browser that blocks third-party cookies keeps unpartitioned cookies of a top-level page', async () => {
    const context = await browser.newContext();
    const page = await pageBlockingThirdPartyCookies(context);
    await page.goto(`${framed}/set`);
    expect(await shownCookies(page.locator('body'))).toContain('plain=1');
    await context.close();
  });

  async function cookiesInFrame(newPage: (context: BrowserContext) => Promise<Page>): Promise<string[]> {
    const context = await browser.newContext();
    const page = await newPage(context);
    await page.goto(top);
    const cookies = await shownCookies(page.frameLocator('iframe').locator('body'));
    await context.close();
    return cookies;
  }
});

/** `/set` sets both cookies and redirects to a page that shows the received cookies. */
function setAndShowCookies(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/set') {
    const attributes = 'Path=/; Secure; HttpOnly; SameSite=None';
    response
      .setHeader('Set-Cookie', [`plain=1; ${attributes}`, `__Host-partitioned=1; ${attributes}; Partitioned`])
      .writeHead(302, { Location: '/show' })
      .end();
    return;
  }
  response.setHeader('Content-Type', 'text/html').end(`cookies: ${request.headers.cookie ?? ''}`);
}

async function shownCookies(body: { innerText(): Promise<string> }): Promise<string[]> {
  const [, shown = ''] = /^cookies: ?(.*)$/.exec(await body.innerText()) ?? [];
  return shown.split('; ').filter(Boolean).sort();
}

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
  });
}
