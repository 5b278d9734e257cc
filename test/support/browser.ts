import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';

/** Launches Chromium with site isolation, as in users' browsers, and with further arguments. */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  const { path, environment } = inject('browser');
  return chromium.launch({
    executablePath: path,
    env: { ...process.env, ...environment },
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      ...args,
    ],
  });
}

/** Disables the lists and heuristics by which browsers allow some third-party cookies. */
const allExceptionsOff = {
  enableThirdPartyCookieRestriction: true,
  disableThirdPartyCookieMetadata: true,
  disableThirdPartyCookieHeuristics: true,
};

/**
 * Opens a page that blocks third-party cookies as users' browsers do. Only this DevTools call has that effect: in a
 * cross-site frame it blocks an unpartitioned `SameSite=None` cookie and allows a partitioned one.
 */
export async function pageBlockingThirdPartyCookies(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setCookieControls', allExceptionsOff);
  return page;
}
