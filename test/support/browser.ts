import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';

/** A real Chromium that comes as a package, with its sites kept apart as in users' browsers. */
export async function launchBrowser(): Promise<Browser> {
  const { path, environment } = inject('browser');
  return chromium.launch({
    executablePath: path,
    env: { ...process.env, ...environment },
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
  });
}

/** Browsers let some third-party cookies through by lists and heuristics; here none. */
const allExceptionsOff = {
  enableThirdPartyCookieRestriction: true,
  disableThirdPartyCookieMetadata: true,
  disableThirdPartyCookieHeuristics: true,
};

/**
 * A page that drops third-party cookies as users' browsers do. Only this DevTools call does so: a plain
 * `SameSite=None` cookie is then lost in a frame of another site, a partitioned one survives.
 */
export async function pageBlockingThirdPartyCookies(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setCookieControls', allExceptionsOff);
  return page;
}
