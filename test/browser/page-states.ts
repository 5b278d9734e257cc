import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { licenseCachePolicy } from '../../src/snapshots/license-snapshots.ts';
import { approve, type Person, people, signedInToCrm } from '../support/planlens.ts';
import { type BrowserFixture, germans } from './browser-fixture.ts';

/** The languages of the panel. */
export const languages = ['en', 'de', 'no', 'sv', 'da', 'nl'] as const;

export interface Visited {
  readonly fixture: BrowserFixture;
  readonly page: Page;
  readonly language: (typeof languages)[number];
}

/** A state of a page that users meet, and how to bring a window to it that is signed in to their CRM. */
interface PageState {
  readonly person: Person | null;
  reach(visited: Visited): Promise<unknown>;
}

const federated = { tenantId: 'Cust20001', associateId: 104, userName: 'oliver.grant@designteamet.example' };
const hiddenByRole = {
  tenantId: 'Cust20001',
  associateId: 103,
  userName: 'pieter.devries@designteamet.example',
};
const viewOnly = { tenantId: 'Cust20001', associateId: 121, userName: 'jonas.keller@designteamet.example' };
const withoutPlan = { tenantId: 'Cust20001', associateId: 141, userName: 'emil.strand@designteamet.example' };
/** Nobody else of the stage opens their panel: what SuperOffice told once is kept. */
const unknown = { tenantId: 'Cust20001', associateId: 102, userName: 'emily.carter@designteamet.example' };
const onSuite = { tenantId: 'Cust20002', associateId: 202, userName: 'anna.richter@suitecore.example' };
const { salesEssential, salesPremium, servicePremium } = germans;
const requestedFeatures = 'feature:knowledge-base';

/** Whom the app has to be installed for beside the stage's own tenants. */
export const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};

/** Every state a page can be in, by a name that tells. */
export const states: Readonly<Record<string, PageState>> = {
  panel: { person: salesPremium, reach: (at) => openPanel(at, salesPremium) },
  'panel-much-missing': { person: salesEssential, reach: (at) => openPanel(at, salesEssential) },
  'panel-opened': opened(salesEssential, [
    'quote-management',
    'saint',
    'companies-and-contacts',
    'dashboards-default-tiles',
  ]),
  'panel-hidden-by-role': opened(hiddenByRole, ['project-management']),
  'panel-view-only': opened(viewOnly, ['quote-management', 'mailings']),
  'panel-no-plan': opened(withoutPlan, ['mailings']),
  'panel-plan-unknown': {
    person: unknown,
    async reach(at) {
      const { control } = at.fixture.planlens.sandbox;
      for (const operation of ['User.*', 'License.*']) control.fail({ operation, with: 403 });
      await openPanel(at, unknown);
      control.clearFaults();
    },
  },
  'panel-nothing-found': {
    person: salesPremium,
    async reach(at) {
      await openPanel(at, salesPremium);
      await go(at, salesPremium, '/panel', { search: 'nothing like this' });
    },
  },
  'panel-stale': {
    person: salesPremium,
    async reach(at) {
      const { planlens } = at.fixture;
      // A session of its own, which must outlast the time that passes here.
      await at.page.context().clearCookies({ name: '__Host-planlens-session' });
      await openPanel(at, salesPremium);
      planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
      planlens.sandbox.control.fail({ operation: '*', with: 500 });
      await go(at, salesPremium, '/panel');
      await at.page.locator('.stale').waitFor();
      planlens.sandbox.control.clearFaults();
      planlens.passTime(licenseCachePolicy.retryAfterMs + 1);
    },
  },
  'panel-of-suite': opened(onSuite, ['quote-management', 'request-management', 'mailings']),
  'feature-asked-for': {
    person: servicePremium,
    async reach(at) {
      await openPanel(at, servicePremium);
      await go(at, servicePremium, '/panel/feature', { feature: 'mailings' });
      const reason = at.page.locator('textarea');
      if ((await reason.count()) > 0) await reason.locator('..').locator('..').locator('button').click();
      await at.page.locator('[value=withdraw]').waitFor();
    },
  },
  plans: {
    person: salesEssential,
    async reach(at) {
      await openPanel(at, salesEssential);
      await go(at, salesEssential, '/panel/plan', { plan: 'sales-premium+marketing-essential' });
    },
  },
  'plans-of-suite': {
    person: onSuite,
    async reach(at) {
      await openPanel(at, onSuite);
      await go(at, onSuite, '/panel/plan', { plan: 'starter' });
    },
  },
  'sign-in': { person: federated, reach: signInPage },
  'sign-in-stopped': {
    person: federated,
    async reach(at) {
      await signInPage(at);
      await at.page.locator('.sign-in').evaluate((card) => {
        card.dataset.tries = '2';
      });
      const [popUp] = await Promise.all([
        at.page.waitForEvent('popup'),
        at.page.locator('[data-pop-up]').click(),
      ]);
      await popUp.close();
      await at.page.locator('.stopped').waitFor();
    },
  },
  'session-handoff': {
    person: salesPremium,
    reach: (at) => go(at, salesPremium, '/panel/sign-in', { challenge: 'c'.repeat(43) }),
  },
  admin: {
    person: people.administrator,
    async reach(at) {
      await withAccessRequests(at);
      await goAs(at, '/admin');
    },
  },
  'admin-answer-refused': {
    person: people.administrator,
    async reach(at) {
      await withAccessRequests(at);
      await goAs(at, '/admin');
      await at.page.locator('button[value=declined]').first().click();
      await at.page.locator('.field-error').waitFor();
    },
  },
  'admin-of-suite': { person: suiteAdministrator, reach: (at) => goAs(at, '/admin') },
  'admin-changes': {
    person: people.administrator,
    async reach(at) {
      const { sandbox, services } = at.fixture.planlens;
      const { tenantId } = people.administrator;
      const before = await services.history.latest(tenantId, 1);
      sandbox.control.setPurchased({ tenant: tenantId, module: 'visible-for', licenses: 77 + before.length });
      sandbox.control.setPlan({ tenant: tenantId, associateId: 112, plan: null });
      await services.tenants.requestReconcile(tenantId);
      await expect.poll(() => services.history.latest(tenantId, 2), { timeout: 10_000 }).toHaveLength(2);
      sandbox.control.setPlan({ tenant: tenantId, associateId: 112, plan: 'ten-service' });
      await goAs(at, '/admin');
      await at.page.locator('#seats ~ details > summary').last().click();
    },
  },
  setup: { person: people.administrator, reach: (at) => goAs(at, '/setup') },
  'setup-log': {
    person: people.administrator,
    async reach(at) {
      await goAs(at, '/setup');
      await at.page.locator('main > .card').first().locator('details > summary').click();
    },
  },
  'setup-under-way': {
    person: people.administrator,
    async reach(at) {
      const { planlens } = at.fixture;
      // Held until the next page's tests calm the sandbox, or the app has waited long enough.
      const { id } = planlens.sandbox.control.hold({ operation: 'List.GetWebPanelByProgId', nth: 2 });
      await approve(await signedInToCrm(planlens, people.administrator), planlens);
      await planlens.sandbox.control.whenHeld({ id });
      await goAs(at, '/setup');
    },
  },
  'uninstall-incomplete': {
    person: suiteAdministrator,
    async reach(at) {
      const { control } = at.fixture.planlens.sandbox;
      await goAs(at, '/setup');
      control.fail({ operation: 'List.*', with: 503 });
      await at.page.locator('#uninstall ~ details > summary').click();
      await at.page.locator('form[action^="/uninstall"] button').click();
      await at.page.locator('.evidence').waitFor();
      control.clearFaults();
    },
  },
  landing: { person: null, reach: (at) => goAs(at, '/') },
  'not-installed': {
    person: null,
    reach: (at) => go(at, { tenantId: 'Cust29999', associateId: 1 }, '/panel'),
  },
  'address-wrong': { person: null, reach: (at) => goAs(at, '/panel') },
};

type PanelRequest = Pick<Person, 'tenantId' | 'associateId'>;

/** Opens a page of ours in a window of its own, in a language. */
async function goAs({ fixture, page, language }: Visited, path: string): Promise<void> {
  await page.setExtraHTTPHeaders({ 'accept-language': language });
  await page.goto(new URL(path, fixture.planlens.url).href);
}

function go(
  at: Visited,
  reader: PanelRequest,
  path: string,
  more: Record<string, string> = {},
): Promise<void> {
  const query = { uctx: reader.tenantId, usid: String(reader.associateId), lang: at.language, ...more };
  return goAs(at, `${path}?${new URLSearchParams(query)}`);
}

async function openPanel(at: Visited, reader: PanelRequest): Promise<void> {
  await go(at, reader, '/panel');
  await at.page.locator('.masthead').waitFor();
}

function opened(person: Person, features: readonly string[]): PageState {
  return {
    person,
    async reach(at) {
      await openPanel(at, person);
      for (const feature of features) {
        const row = at.page.locator(`li[data-row]:has(> details > .why > [value="${feature}"])`).first();
        const handle = await row.elementHandle();
        await row.locator('summary').first().click();
        await handle?.waitForSelector('.evidence');
      }
    },
  };
}

async function signInPage(at: Visited): Promise<void> {
  await go(at, federated, '/panel');
  at.fixture.planlens.passTime(3_000);
  await go(at, federated, '/panel');
  await at.page.locator('[data-pop-up]').waitFor();
}

async function withAccessRequests({ fixture }: Visited): Promise<void> {
  const { accessRequests } = fixture.planlens.services;
  const asker = { associateId: salesPremium.associateId, requestedBy: 'Markus Brandt' };
  await accessRequests.submit(salesPremium.tenantId, {
    ...asker,
    subject: requestedFeatures,
    reason: 'Our customers ask the same again.',
  });
  await accessRequests.submit(salesPremium.tenantId, {
    ...asker,
    subject: 'plan:sales-premium+service-premium',
    reason: '',
  });
}
