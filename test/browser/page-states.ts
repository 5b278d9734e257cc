import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { licenseCachePolicy } from '../../src/snapshots/license-snapshots.ts';
import { createApiKey } from '../support/api-keys.ts';
import { runQuery } from '../support/database.ts';
import { approve, install, signInToCrm, type TestUser, testUsers } from '../support/planlens.ts';
import { recordSeats } from '../support/seat-counts.ts';
import { sessionCookie } from '../support/session-cookie.ts';
import { type BrowserFixture, federated, germanUsers } from './browser-fixture.ts';

/** The languages of the panel. */
export const languages = ['en', 'de', 'no', 'sv', 'da', 'nl'] as const;

/** The page and the language for which a state is reached. */
interface StateContext {
  readonly fixture: BrowserFixture;
  readonly page: Page;
  readonly language: (typeof languages)[number];
}

/** A page state, the user to sign in to CRM, and a function that brings the page into the state. */
interface PageState {
  readonly person: TestUser | null;
  reach(context: StateContext): Promise<unknown>;
}

const hiddenByRole = {
  tenantId: 'Cust20001',
  associateId: 103,
  userName: 'pieter.devries@designteamet.example',
};
const viewOnly = { tenantId: 'Cust20001', associateId: 121, userName: 'jonas.keller@designteamet.example' };
const withoutPlan = { tenantId: 'Cust20001', associateId: 141, userName: 'emil.strand@designteamet.example' };
/** A user of no other state, so that no license data of theirs is cached. */
const unknown = { tenantId: 'Cust20001', associateId: 102, userName: 'emily.carter@designteamet.example' };
const onSuite = { tenantId: 'Cust20002', associateId: 202, userName: 'anna.richter@suitecore.example' };
const { salesEssential, salesPremium, servicePremium } = germanUsers;
const requestedSubject = 'feature:knowledge-base';

/** The administrator of the Suite tenant, in which the states require an installation. */
export const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};

/** All page states by name. */
export const states: Readonly<Record<string, PageState>> = {
  panel: { person: salesPremium, reach: (context) => openPanel(context, salesPremium) },
  'panel-much-missing': { person: salesEssential, reach: (context) => openPanel(context, salesEssential) },
  'panel-opened': withOpenFeatures(salesEssential, [
    'quote-management',
    'saint',
    'companies-and-contacts',
    'dashboards-default-tiles',
  ]),
  'panel-hidden-by-role': withOpenFeatures(hiddenByRole, ['project-management']),
  'panel-view-only': withOpenFeatures(viewOnly, ['quote-management', 'mailings']),
  'panel-no-plan': withOpenFeatures(withoutPlan, ['mailings']),
  'panel-plan-unknown': {
    person: unknown,
    async reach(context) {
      const { control } = context.fixture.planlens.sandbox;
      for (const operation of ['User.*', 'License.*']) control.fail({ operation, with: 403 });
      await openPanel(context, unknown);
      control.clearFaults();
    },
  },
  'panel-found': {
    person: salesPremium,
    async reach(context) {
      await openPanel(context, salesPremium);
      await gotoPanel(context, salesPremium, '/panel', { search: 'email' });
    },
  },
  'panel-nothing-found': {
    person: salesPremium,
    async reach(context) {
      await openPanel(context, salesPremium);
      await gotoPanel(context, salesPremium, '/panel', { search: 'nothing like this' });
    },
  },
  'panel-stale': {
    person: salesPremium,
    async reach(context) {
      const { planlens } = context.fixture;
      // A new session, which must outlast the time that passes here.
      await context.page.context().clearCookies({ name: '__Host-planlens-session' });
      await openPanel(context, salesPremium);
      planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
      planlens.sandbox.control.fail({ operation: '*', with: 500 });
      await gotoPanel(context, salesPremium, '/panel');
      await context.page.locator('.stale').waitFor();
      planlens.sandbox.control.clearFaults();
      planlens.passTime(licenseCachePolicy.retryAfterMs + 1);
    },
  },
  'panel-of-suite': withOpenFeatures(onSuite, ['quote-management', 'request-management', 'mailings']),
  'feature-requested': {
    person: servicePremium,
    async reach(context) {
      await openPanel(context, servicePremium);
      await gotoPanel(context, servicePremium, '/panel/feature', { feature: 'mailings' });
      const reason = context.page.locator('textarea');
      if ((await reason.count()) > 0) await reason.locator('..').locator('..').locator('button').click();
      await context.page.locator('[value=withdraw]').waitFor();
    },
  },
  'feature-with-conflict': {
    person: salesPremium,
    async reach(context) {
      await openPanel(context, salesPremium);
      await gotoPanel(context, salesPremium, '/panel/feature', { feature: 'knowledge-base' });
    },
  },
  'newer-features': {
    person: onSuite,
    async reach(context) {
      await openPanel(context, onSuite);
      await gotoPanel(context, onSuite, '/panel/newer-features', {});
    },
  },
  plans: {
    person: salesEssential,
    async reach(context) {
      await openPanel(context, salesEssential);
      await gotoPanel(context, salesEssential, '/panel/plans', { plan: 'sales-premium+marketing-essential' });
    },
  },
  'plans-without-service': {
    person: testUsers.administrator,
    async reach(context) {
      await openPanel(context, testUsers.administrator);
      await gotoPanel(context, testUsers.administrator, '/panel/plans', { plan: 'sales-premium' });
    },
  },
  'plans-differences': {
    person: salesPremium,
    async reach(context) {
      await openPanel(context, salesPremium);
      await gotoPanel(context, salesPremium, '/panel/plans', { plan: 'service-premium', differences: 'on' });
    },
  },
  'plans-of-suite': {
    person: onSuite,
    async reach(context) {
      await openPanel(context, onSuite);
      await gotoPanel(context, onSuite, '/panel/plans', { plan: 'starter' });
    },
  },
  'signing-in': { person: federated, reach: signingInPage },
  'sign-in': { person: federated, reach: signInPage },
  'sign-in-stopped': {
    person: federated,
    async reach(context) {
      await signInPage(context);
      await context.page.locator('.sign-in').evaluate((card) => {
        card.dataset.tries = '2';
      });
      const [popUp] = await Promise.all([
        context.page.waitForEvent('popup'),
        context.page.locator('[data-pop-up]').click(),
      ]);
      await popUp.close();
      await context.page.locator('[data-pop-up]').click();
      await context.page.locator('.stopped').waitFor();
    },
  },
  'session-handoff': {
    person: salesPremium,
    reach: (context) => gotoPanel(context, salesPremium, '/panel/sign-in', { challenge: 'c'.repeat(43) }),
  },
  admin: {
    person: testUsers.administrator,
    async reach(context) {
      await submitAccessRequests(context);
      await gotoPage(context, '/admin');
    },
  },
  'admin-access-requests': {
    person: testUsers.administrator,
    async reach(context) {
      await submitAccessRequests(context);
      await gotoPage(context, '/admin/access-requests');
    },
  },
  'admin-users': {
    person: testUsers.administrator,
    reach: (context) => gotoPage(context, '/admin/users'),
  },
  'admin-user': {
    person: testUsers.administrator,
    async reach(context) {
      await gotoPage(context, `/admin/users/${salesPremium.associateId}`);
      await context.page.locator('[data-state="upgrade"] > details > summary').first().click();
    },
  },
  'admin-saved-answers': {
    person: testUsers.administrator,
    async reach(context) {
      const { savedAnswers } = context.fixture.planlens.services;
      const answer = { name: 'Budget', text: 'Not this year. Ask again in March.' };
      await savedAnswers.save(testUsers.administrator.tenantId, answer, null);
      await gotoPage(context, '/admin/saved-answers');
      await context.page.locator('button[value=save]').last().click();
      await context.page.locator('.field-error').waitFor();
    },
  },
  'admin-api-keys': {
    person: testUsers.administrator,
    async reach(context) {
      const { page } = context;
      const { apiKeys } = context.fixture.planlens.services;
      const { tenantId } = testUsers.administrator;
      const known = await apiKeys.list(tenantId);
      if (known.length === 0) {
        const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60_000);
        const offers = await createApiKey(apiKeys, { name: 'Offer app', expiresAt: inDays(80) });
        const publishable = { kind: 'publishable', scopes: ['evaluate'] } as const;
        await createApiKey(apiKeys, { name: 'Sign-off', ...publishable, expiresAt: inDays(5) });
        const old = await createApiKey(apiKeys, { name: 'Old app' });
        const used = await apiKeys.findByKey(offers);
        for (let count = 0; count < 1_234; count += 1) apiKeys.countUse(used?.id ?? '');
        const revoked = await apiKeys.findByKey(old);
        await apiKeys.revoke({ tenantId, associateId: null }, revoked?.id ?? '');
      }
      await gotoPage(context, '/admin/api-keys');
      await page.locator('[name="name"]').fill('Plan check');
      await page.locator('button[value="create"]').click();
      await page.locator('#new-key').waitFor();
    },
  },
  'admin-api-keys-invalid': {
    person: testUsers.administrator,
    async reach(context) {
      await gotoPage(context, '/admin/api-keys');
      await context.page.locator('[name="name"]').fill('Plan check');
      await context.page.locator('[name="origins"]').fill('example');
      await context.page.locator('[name="kind"][value="publishable"]').check();
      await context.page.locator('button[value="create"]').click();
      await context.page.locator('#field-error').waitFor();
    },
  },
  'admin-contract': {
    person: testUsers.administrator,
    async reach(context) {
      const { tenants, planPrices } = context.fixture.planlens.services;
      const { tenantId } = testUsers.administrator;
      await tenants.saveContract(tenantId, { start: '2026-03-27', period: 'yearly' });
      const price = { amount: 12_499_900n, period: 'month' } as const;
      const byPlan = new Map([
        ['sales-premium', price],
        ['sales-premium+service-premium+marketing-premium', price],
      ]);
      await planPrices.save(tenantId, { currency: 'NOK', byPlan });
      await gotoPage(context, '/admin/contract?s2v0m0=30#message');
      await context.page.locator('form:has([name="reason"]) > button').click();
      await context.page.locator('#message-text').waitFor();
    },
  },
  'admin-contract-invalid': {
    person: testUsers.administrator,
    async reach(context) {
      await gotoPage(context, '/admin/contract');
      const form = context.page.locator('form:has([value="prices"])');
      await form.locator('[name="amount"]').first().fill('-5');
      await form.locator('button').click();
      await context.page.locator('#price-error').waitFor();
    },
  },
  'admin-what-if': {
    person: testUsers.administrator,
    async reach(context) {
      await submitAccessRequests(context);
      await gotoPage(context, '/admin/what-if');
      await context.page.locator('input[name=s2v0m0]').fill('1');
      await context.page.locator('select[name=add]').selectOption('sales-essential');
      await context.page.locator('button[value=assign]').click();
      await context.page.locator('#answer').waitFor();
    },
  },
  'admin-what-if-of-suite': {
    person: suiteAdministrator,
    reach: (context) => gotoPage(context, '/admin/what-if?suite=starter'),
  },
  'admin-pin-invalid': {
    person: testUsers.administrator,
    async reach(context) {
      await gotoPage(context, '/admin/what-if');
      await context.page.locator('input[name=associateId]').fill('99999');
      await context.page.locator('input[name=reason]').fill('On parental leave');
      await context.page.locator('button[value=pin]').click();
      await context.page.locator('.field-error').waitFor();
    },
  },
  'admin-user-data': {
    person: testUsers.administrator,
    reach: (context) => gotoPage(context, '/admin/user-data'),
  },
  'admin-resolution-invalid': {
    person: testUsers.administrator,
    async reach(context) {
      await submitAccessRequests(context);
      await gotoPage(context, '/admin/access-requests');
      await context.page.locator('button[value=declined]').first().click();
      await context.page.locator('.field-error').waitFor();
    },
  },
  'admin-of-suite': { person: suiteAdministrator, reach: (context) => gotoPage(context, '/admin') },
  'admin-seats-of-suite': {
    person: suiteAdministrator,
    reach: (context) => gotoPage(context, '/admin/seats'),
  },
  'admin-seats-overused': {
    person: testUsers.administrator,
    async reach(context) {
      const { sandbox, services } = context.fixture.planlens;
      const { tenantId } = testUsers.administrator;
      const purchase = async (licenses: number) => {
        sandbox.control.setPurchased({ tenant: tenantId, module: 'ten-sales', licenses });
        await services.requestReconciliation(tenantId);
        const isRead = async () =>
          (await services.history.latest(tenantId, 1)).some(
            ({ change }) => change.kind === 'purchased' && change.to === licenses,
          );
        await expect.poll(isRead).toBe(true);
      };
      await purchase(18);
      await gotoPage(context, '/admin/seats');
      await context.page.locator('.overused + details > summary').click();
      await purchase(21);
    },
  },
  'admin-seats-over-time': {
    person: testUsers.administrator,
    async reach(context) {
      const { environment, now } = context.fixture.planlens;
      await recordSeats(environment, testUsers.administrator.tenantId, now());
      await gotoPage(context, '/admin/seats');
      await context.page.locator('#trend ~ details > summary').click();
    },
  },
  'admin-reclaim': {
    person: testUsers.administrator,
    async reach(context) {
      await leaveSeatsUnused(context);
      await gotoPage(context, '/admin/seats/reclaim');
    },
  },
  'admin-reclaim-kept': {
    person: testUsers.administrator,
    async reach(context) {
      const { services } = context.fixture.planlens;
      const { tenantId, associateId } = testUsers.administrator;
      const mark = { kind: 'on-leave', note: 'Back in spring.', until: '2099-03-01' } as const;
      await services.userMarks.save(tenantId, [101, 103], { ...mark, markedBy: associateId });
      await gotoPage(context, '/admin/seats/reclaim?show=kept');
      await services.userMarks.remove(tenantId, [101, 103]);
    },
  },
  'admin-reclaim-of-suite': {
    person: suiteAdministrator,
    reach: (context) => gotoPage(context, '/admin/seats/reclaim'),
  },
  'admin-history': {
    person: testUsers.administrator,
    async reach(context) {
      const { sandbox, services } = context.fixture.planlens;
      const { tenantId } = testUsers.administrator;
      const before = await services.history.latest(tenantId, 1);
      sandbox.control.setPurchased({ tenant: tenantId, module: 'visible-for', licenses: 77 + before.length });
      sandbox.control.setPlan({ tenant: tenantId, associateId: 112, plan: null });
      await services.requestReconciliation(tenantId);
      await expect.poll(() => services.history.latest(tenantId, 2)).toHaveLength(2);
      sandbox.control.setPlan({ tenant: tenantId, associateId: 112, plan: 'ten-service' });
      await gotoPage(context, '/admin/history');
    },
  },
  setup: { person: testUsers.administrator, reach: (context) => gotoPage(context, '/setup') },
  'setup-incomplete': {
    person: testUsers.administrator,
    async reach(context) {
      const { planlens } = context.fixture;
      planlens.sandbox.control.fail({ operation: 'List.*', with: 403 });
      await install(planlens);
      planlens.sandbox.control.clearFaults();
      await gotoPage(context, '/setup');
      await context.page.locator('.features [data-state=upgrade]').first().waitFor();
      await install(planlens);
    },
  },
  'setup-log': {
    person: testUsers.administrator,
    async reach(context) {
      await gotoPage(context, '/setup');
      await context.page.locator('main > .card').first().locator('details > summary').click();
    },
  },
  'setup-under-way': {
    person: testUsers.administrator,
    async reach(context) {
      const { planlens } = context.fixture;
      // Held until the next test clears the faults or the app times out.
      const { id } = planlens.sandbox.control.hold({ operation: 'List.GetWebPanelByProgId', nth: 2 });
      await approve(await signInToCrm(planlens, testUsers.administrator), planlens);
      await planlens.sandbox.control.whenHeld({ id });
      await gotoPage(context, '/setup');
    },
  },
  removal: { person: testUsers.administrator, reach: (context) => gotoPage(context, '/uninstall') },
  'signed-out': {
    person: testUsers.administrator,
    async reach(context) {
      await gotoPage(context, '/admin');
      await context.page.locator('form[action^="/sign-out"] button').click();
      await context.page.getByRole('status').waitFor();
    },
  },
  'uninstall-incomplete': {
    person: suiteAdministrator,
    async reach(context) {
      const { control } = context.fixture.planlens.sandbox;
      await gotoPage(context, '/uninstall');
      control.fail({ operation: 'List.*', with: 503 });
      await context.page.locator('form[action^="/uninstall"] button').click();
      await context.page.locator('.evidence').waitFor();
      control.clearFaults();
    },
  },
  landing: { person: null, reach: (context) => gotoPage(context, '/') },
  'not-installed': {
    person: null,
    async reach(context) {
      const stranger = { tenantId: 'Cust29999', associateId: 1 };
      const { environment, url } = context.fixture.planlens;
      // Other states advance the clock of the app, and a session that is too old does not count.
      const session = { ...stranger, signedInAt: Date.now() + 60 * 60_000 };
      const [name = '', value = ''] = sessionCookie(environment, session).split('=', 2);
      await context.page.context().addCookies([{ name, value, url: url.replace('http:', 'https:') }]);
      await gotoPanel(context, stranger, '/panel');
    },
  },
  'panel-url-invalid': { person: null, reach: (context) => gotoPage(context, '/panel') },
};

type PanelRequest = Pick<TestUser, 'tenantId' | 'associateId'>;

/** Lets some users of the tenant have left, or not have logged in for long. */
async function leaveSeatsUnused({ fixture }: StateContext): Promise<void> {
  await runQuery(
    fixture.planlens.environment.DATABASE_URL ?? '',
    `update tenant_users set login_reported = true,
      last_login_at = case associate_id when 102 then null else now() - interval '200 days' end
    where associate_id in (102, 103, 112, 121)`,
  );
}

/** Opens a page of the app in the language of the context. */
async function gotoPage({ fixture, page, language }: StateContext, path: string): Promise<void> {
  await page.setExtraHTTPHeaders({ 'accept-language': language });
  await page.goto(new URL(path, fixture.planlens.url).href);
}

function gotoPanel(
  context: StateContext,
  panelUser: PanelRequest,
  path: string,
  more: Record<string, string> = {},
): Promise<void> {
  const query = {
    uctx: panelUser.tenantId,
    usid: String(panelUser.associateId),
    lang: context.language,
    ...more,
  };
  return gotoPage(context, `${path}?${new URLSearchParams(query)}`);
}

async function openPanel(context: StateContext, panelUser: PanelRequest): Promise<void> {
  await gotoPanel(context, panelUser, '/panel');
  await context.page.locator('.masthead').waitFor();
}

function withOpenFeatures(person: TestUser, features: readonly string[]): PageState {
  return {
    person,
    async reach(context) {
      await openPanel(context, person);
      await context.page.locator('.fold, .all-features').evaluateAll((folds) => {
        for (const fold of folds) fold.open = true;
      });
      for (const feature of features) {
        const row = context.page.locator(`li[data-row]:has(> details > .why > [value="${feature}"])`).first();
        const handle = await row.elementHandle();
        await row.locator('summary').first().click();
        await handle?.waitForSelector('.main-reason');
        await (await handle?.$('.why > details:last-of-type > summary'))?.click();
      }
    },
  };
}

/** The page that the panel shows in its frame while it signs in, when it offers the pop-up. */
async function signingInPage(context: StateContext): Promise<void> {
  const { page } = context;
  const asFrame = { 'sec-fetch-dest': 'iframe' };
  await page.route('**/panel?*', async (route) => {
    const headers = { ...route.request().headers(), ...asFrame };
    await route.fulfill({ response: await route.fetch({ headers }) });
  });
  // Without a count of earlier attempts.
  await page.context().clearCookies();
  await page.route('**/oauth/authorize*', (route) => route.abort('aborted'));
  await gotoPanel(context, federated, '/panel');
  await page.locator('.offer').waitFor();
  await page.unrouteAll();
}

async function signInPage(context: StateContext): Promise<void> {
  await gotoPanel(context, federated, '/panel');
  context.fixture.planlens.passTime(3_000);
  await gotoPanel(context, federated, '/panel');
  await context.page.locator('[data-pop-up]').waitFor();
}

async function submitAccessRequests({ fixture }: StateContext): Promise<void> {
  const { accessRequests, tenants, licenses } = fixture.planlens.services;
  const tenant = await tenants.find(salesPremium.tenantId);
  if (tenant === null) throw new Error('the tenant is not installed');
  const requester = { associateId: salesPremium.associateId, requestedBy: 'Markus Brandt' };
  const colleague = { associateId: servicePremium.associateId, requestedBy: 'Lena Hoffmann' };
  for (const { associateId } of [requester, colleague]) await licenses.getUserLicenses(tenant, associateId);
  await accessRequests.submit(salesPremium.tenantId, { ...colleague, subject: requestedSubject, reason: '' });
  await accessRequests.submit(salesPremium.tenantId, {
    ...requester,
    subject: requestedSubject,
    reason: 'Our customers ask the same again.',
  });
  await accessRequests.submit(salesPremium.tenantId, {
    ...requester,
    subject: 'plan:sales-premium+service-premium',
    reason: '',
  });
}
