import type { Browser, FrameLocator, Page } from 'playwright-core';
import { launchBrowser, pageBlockingThirdPartyCookies } from '../support/browser.ts';
import { install, type Person, type Planlens, people, startPlanlens } from '../support/planlens.ts';

/** The people whose CRM is in German. */
export const germans = {
  salesPremium: people.salesPremium,
  servicePremium: people.servicePremium,
  salesEssential: { tenantId: 'Cust20003', associateId: 302, userName: 'katharina.vogel@fjordkraft.example' },
} as const;

/** App, sandbox CRM and a browser: the app installed in two tenants, not in `Cust20002`. */
export interface BrowserFixture {
  readonly planlens: Planlens;
  /** A browser window of its own, in German, that blocks third-party cookies. */
  open(look?: Look): Promise<Window>;
  close(): Promise<void>;
}

export interface Look {
  readonly colorScheme?: 'light' | 'dark';
  /** Null where pages are asked for in a language of the test's own choice. */
  readonly locale?: string | null;
}

export interface Window {
  readonly page: Page;
  /** What is in the panel's frame. */
  readonly panel: FrameLocator;
  /** Errors of the console (refusals by a security policy are among them) and of scripts. */
  readonly troubles: readonly string[];
  /** Signs somebody in to their CRM, and opens the panel unless told where else to go. */
  signIn(person: Person, place?: string): Promise<void>;
}

export async function openBrowserFixture(): Promise<BrowserFixture> {
  const planlens = await startPlanlens();
  await install(planlens);
  await install(planlens, people.otherAdministrator);
  const browser = await launchBrowser();
  return {
    planlens,
    open: (look = {}) => openWindow(browser, planlens, look),
    async close() {
      await browser.close();
      await planlens.close();
    },
  };
}

async function openWindow(browser: Browser, { sandbox }: Planlens, look: Look): Promise<Window> {
  const viewport = { width: 1280, height: 900 };
  const { locale = 'de-DE', colorScheme = 'light' } = look;
  const context = await browser.newContext({ viewport, colorScheme, ...(locale !== null && { locale }) });
  const page = await pageBlockingThirdPartyCookies(context);
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  return {
    page,
    panel: page.frameLocator('iframe[name="PlanlensMain"]'),
    troubles,
    async signIn({ tenantId, userName }, place = '?panel=PlanlensMain') {
      const next = encodeURIComponent(`/${tenantId}/${place}`);
      await page.goto(`${sandbox.url}/login/as/${userName}?next=${next}`);
    },
  };
}
