import type { Browser, FrameLocator, Page } from 'playwright-core';
import type { SignInWay } from '../../src/web/sign-in/sign-in-attempts.ts';
import { attemptsCookieName } from '../support/attempts-cookie.ts';
import { launchBrowser, pageBlockingThirdPartyCookies } from '../support/browser.ts';
import { install, type Planlens, startPlanlens, type TestUser, testUsers } from '../support/planlens.ts';

/** Sandbox users whose CRM is in German. */
export const germanUsers = {
  salesPremium: testUsers.salesPremium,
  servicePremium: testUsers.servicePremium,
  salesEssential: { tenantId: 'Cust20003', associateId: 302, userName: 'katharina.vogel@fjordkraft.example' },
} as const;

/** A user whose identity provider forbids framing. */
export const federated = {
  tenantId: 'Cust20001',
  associateId: 104,
  userName: 'oliver.grant@designteamet.example',
};

/** The app, installed in `Cust20001` and `Cust20003`, the sandbox CRM and a browser. */
export interface BrowserFixture {
  readonly planlens: Planlens;
  /** Opens a separate browser window, by default in German and blocking third-party cookies. */
  open(options?: WindowOptions): Promise<BrowserWindow>;
  /** Opens the panel of a user in a German window that is kept for them, signed in: half the work of a new one. */
  openPanel(person: TestUser): Promise<BrowserWindow>;
  close(): Promise<void>;
}

/** Options of a browser window. */
interface WindowOptions {
  readonly colorScheme?: 'light' | 'dark';
  /** Null when the test sets the language itself. */
  readonly locale?: string | null;
  readonly timezone?: string;
  readonly scripts?: boolean;
  /** How the panel signed its users in before in this browser, by default by its own frame. */
  readonly way?: SignInWay;
  /** Allows third-party cookies, as some browsers do by default. */
  readonly thirdPartyCookies?: boolean;
}

/** A browser window with a CRM page and its panel. */
export interface BrowserWindow {
  readonly page: Page;
  /** The frame of the panel. */
  readonly panel: FrameLocator;
  /** Console errors and warnings, including CSP violations, and uncaught script errors. */
  readonly consoleErrors: readonly string[];
  /** Makes the panel know the way to sign a user in, as after a sign-in before. */
  rememberWay(person: Pick<TestUser, 'tenantId' | 'associateId'>): Promise<void>;
  /** Signs a user in to their CRM and opens `path` there, by default the panel. */
  signIn(person: TestUser, path?: string): Promise<void>;
}

/** Starts app, sandbox and browser (with further arguments), and installs the app in two tenants. */
export async function openBrowserFixture(browserArgs: readonly string[] = []): Promise<BrowserFixture> {
  const planlens = await startPlanlens();
  await install(planlens);
  await install(planlens, testUsers.otherAdministrator);
  const browser = await launchBrowser(browserArgs);
  const keptWindows = new Map<string, BrowserWindow & { readonly consoleErrors: string[] }>();
  return {
    planlens,
    open: (options = {}) => openWindow(browser, planlens, options),
    async openPanel(person) {
      const window = keptWindows.get(person.userName) ?? (await openWindow(browser, planlens, {}));
      keptWindows.set(person.userName, window);
      window.consoleErrors.length = 0;
      await window.page.unrouteAll();
      await window.signIn(person);
      return window;
    },
    async close() {
      await browser.close();
      await planlens.close();
    },
  };
}

async function openWindow(
  browser: Browser,
  { sandbox, url: planlensUrl }: Planlens,
  options: WindowOptions,
): Promise<BrowserWindow & { readonly consoleErrors: string[] }> {
  const viewport = { width: 1280, height: 900 };
  const {
    locale = 'de-DE',
    colorScheme = 'light',
    timezone = 'UTC',
    scripts = true,
    way = 'frame',
  } = options;
  const context = await browser.newContext({
    viewport,
    colorScheme,
    timezoneId: timezone,
    javaScriptEnabled: scripts,
    ...(locale !== null && { locale }),
  });
  /** What the panel remembers of the sign-ins before. */
  const wayCookie = ({ tenantId, associateId }: Pick<TestUser, 'tenantId' | 'associateId'>) => ({
    name: attemptsCookieName(tenantId, associateId),
    value: `${tenantId}.${associateId}.0.0.${way}`,
    domain: new URL(planlensUrl).hostname,
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'None' as const,
    partitionKey: `http://${new URL(sandbox.url).hostname}`,
  });
  const rememberWay: BrowserWindow['rememberWay'] = async (person) => {
    if (way !== 'unknown') await context.addCookies([wayCookie(person)]);
  };
  const page = options.thirdPartyCookies
    ? await context.newPage()
    : await pageBlockingThirdPartyCookies(context);
  const consoleErrors: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => consoleErrors.push(error.message));
  return {
    page,
    panel: page.frameLocator('iframe[name="PlanlensMain"]'),
    consoleErrors,
    rememberWay,
    async signIn({ tenantId, associateId, userName }, path = '?panel=PlanlensMain') {
      await rememberWay({ tenantId, associateId });
      const next = encodeURIComponent(`/${tenantId}/${path}`);
      await page.goto(`${sandbox.url}/login/as/${userName}?next=${next}`);
    },
  };
}
