import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { VisitedPage } from '../../sandbox/cookie-client.ts';
import { createApiKey } from '../support/api-keys.ts';
import { getVisibleText, installedPlanlens, signInToCrm, submit, testUsers } from '../support/planlens.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;
const colleague = { tenantId, associateId: 133, userName: 'sarah.whitfield@designteamet.example' };
const minute = 60_000;
const day = 24 * 60 * minute;
const userPath = `/admin/users/${salesPremium.associateId}`;

interface FormCase {
  readonly view: string;
  /** The path of the page, which is also that of the form. */
  readonly path: string;
  readonly query?: string;
  /** Text in the form, if the page has several. */
  readonly having?: string;
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /** What the page shows of it. */
  readonly shown: readonly RegExp[];
}

/** Every form of the pages for administrators, as it is sent. */
const forms: readonly FormCase[] = [
  {
    view: 'admin-access-requests',
    path: '/admin/access-requests',
    fields: { state: 'declined', comment: 'Not <b>now</b>', answer: 'Budget', saveAs: 'Later' },
    shown: [
      /\nNot &lt;b&gt;now&lt;\/b&gt;<\/textarea>/,
      /<option value="Budget" selected>/,
      /name="saveAs"\s+value="Later"/,
    ],
  },
  {
    view: 'admin-api-keys',
    path: '/admin/api-keys',
    having: 'value="create"',
    fields: {
      intent: 'create',
      name: 'Offer app',
      kind: 'publishable',
      scope: 'explain',
      origins: 'https://offers.example',
      lifetime: '180',
    },
    shown: [
      /name="name"\s+value="Offer app"/,
      /value="publishable"[^>]* checked/,
      /value="explain"[^>]* checked/,
      /\nhttps:\/\/offers\.example<\/textarea>/,
      /<option value="180" selected>/,
    ],
  },
  {
    view: 'admin-api-keys',
    path: '/admin/api-keys',
    having: 'value="revoke"',
    fields: { intent: 'revoke' },
    shown: [/name="intent" value="revoke"/],
  },
  {
    view: 'admin-contract',
    path: '/admin/contract',
    having: 'name="start"',
    fields: { start: '2026-03-01', period: 'quarterly' },
    shown: [/name="start"\s+value="2026-03-01"/, /<option value="quarterly" selected>/],
  },
  {
    view: 'admin-contract',
    path: '/admin/contract',
    having: 'value="prices"',
    fields: {
      currency: 'NOK',
      plan: ['sales-premium', 'sales-essential'],
      amount: ['49.50', '8oo'],
      period: ['year', 'month'],
    },
    shown: [
      /name="currency"[^>]*\svalue="NOK"/,
      /value="sales-premium">.*?name="amount"\s+value="49\.50".*?<option value="year" selected>/s,
      /<option value="sales-essential" selected>.*?name="amount"\s+value="8oo"/s,
    ],
  },
  {
    view: 'admin-contract',
    path: '/admin/contract',
    having: 'value="message"',
    fields: {
      plan: ['sales-premium', ''],
      seats: ['27', ''],
      reason: 'Office in Bergen',
      requests: 'yes',
      names: 'yes',
    },
    shown: [
      /name="seats"\s+value="27"/,
      /Office in Bergen<\/textarea>/,
      /name="requests"[^>]* checked/,
      /name="names"[^>]* checked/,
    ],
  },
  {
    view: 'admin-reclaim',
    path: '/admin/seats/reclaim',
    query: '&days=30',
    fields: { intent: 'mark', id: '102', kind: 'on-leave', note: 'Back in May', until: '2031-05-01' },
    shown: [
      /name="id"\s+value="102" checked/,
      /<option value="on-leave" selected>/,
      /name="note"\s+value="Back in May"/,
      /name="until" value="2031-05-01"/,
      /name="days"\s+value="30"/,
    ],
  },
  {
    view: 'admin-user',
    path: userPath,
    fields: { intent: 'mark', kind: 'service-account', note: 'Import', until: '2031-05-01' },
    shown: [
      /<option value="service-account" selected>/,
      /name="note"\s+value="Import"/,
      /name="until" value="2031-05-01"/,
    ],
  },
  {
    view: 'admin-saved-answers',
    path: '/admin/saved-answers',
    having: 'name="replaced" value=""',
    fields: { intent: 'save', name: 'Autumn', text: 'We buy in autumn.' },
    shown: [/name="name"\s+value="Autumn"/, /We buy in autumn\.<\/textarea>/],
  },
  {
    view: 'admin-user-data',
    path: '/admin/user-data',
    fields: { associateId: '4711', intent: 'erase', sure: 'yes' },
    shown: [/name="associateId"[^>]*\svalue="4711"/],
  },
  {
    view: 'admin-what-if',
    path: '/admin/what-if',
    query: '&ask=assign&s2v0m0=7&s1v0m0=9',
    having: 'value="pin"',
    fields: {
      intent: 'pin',
      associateId: '121',
      kind: 'exactly',
      plan: 'service-premium',
      reason: 'Runs the desk',
    },
    shown: [
      /name="associateId"[^>]*\svalue="121"/,
      /<option value="exactly" selected>/,
      /<option value="service-premium" selected>/,
      /name="reason"\s+value="Runs the desk"/,
      /name="s2v0m0"\s+value="7"/,
      /name="s1v0m0"\s+value="9"/,
    ],
  },
  {
    view: 'admin-what-if',
    path: '/admin/what-if',
    query: '&s2v0m0=8',
    having: 'value="unpin"',
    fields: { intent: 'unpin' },
    shown: [/name="s2v0m0"\s+value="8"/],
  },
];

describe('a form of an administrator whose session is lost', async () => {
  const planlens = await installedPlanlens();
  const { services } = planlens;

  beforeAll(async () => {
    await vi.waitFor(
      async () => expect(await services.users.lastReadAt(tenantId)).toBeGreaterThan(0),
      60_000,
    );
    // The seat of a user who has left could be freed.
    planlens.sandbox.control.setRetired({ tenant: tenantId, associateId: 111, retired: true });
    planlens.passTime(40 * day);
    await services.requestReconciliation(tenantId);
    await vi.waitFor(
      async () =>
        expect(await services.userDirectory.find(tenantId, 111)).toMatchObject({ state: 'retired' }),
      60_000,
    );
    await services.savedAnswers.save(tenantId, { name: 'Budget', text: 'No budget.' }, null);
    await services.accessRequests.submit(tenantId, {
      associateId: salesPremium.associateId,
      requestedBy: 'Markus Brandt',
      subject: 'feature:mailings',
      reason: '',
    });
    await createApiKey(services.apiKeys);
    await services.userPins.save(tenantId, {
      associateId: 102,
      kind: 'at-least',
      plan: 'sales-premium',
      reason: 'Quotes',
      pinnedBy: 131,
    });
  });

  const open = async ({ path, query = '' }: Pick<FormCase, 'path' | 'query'>) => {
    const cookieClient = await signInToCrm(planlens, administrator);
    return { cookieClient, page: await cookieClient.get(`${planlens.url}${path}?lang=en${query}`) };
  };
  const nextLink = ({ html, url }: VisitedPage) => {
    const [, href = ''] = /<a class="button" href="([^"]*)"/.exec(html) ?? [];
    return new URL(href.replaceAll('&amp;', '&'), url).href;
  };
  /** Sends a form after a time. @returns the page, after the sign-in that the response asks for */
  async function sendLate(form: FormCase, lateMs: number): Promise<VisitedPage> {
    const { cookieClient, page } = await open(form);
    planlens.passTime(lateMs);
    const sent = await submit(cookieClient, page, form.path, form.fields, form.having);
    if (sent.status === 200) return sent;
    expect(sent.status).toBeOneOf([401, 403]);
    expect(getVisibleText(sent.html)).toContain('What you typed is kept for ten minutes');
    return cookieClient.get(nextLink(sent));
  }

  it('is any of these', () => {
    const inViews = readdirSync('views')
      .filter((name) => name.startsWith('admin-'))
      .flatMap((name) => {
        const found = readFileSync(`views/${name}`, 'utf8').match(/<form\s[^>]*method="post"/g) ?? [];
        return found.map(() => name.replace('.ejs', ''));
      });
    expect(inViews.toSorted()).toEqual(forms.map(({ view }) => view).toSorted());
  });

  describe.each([
    ['too old for a form', 10 * minute],
    ['gone', 61 * minute],
    ['gone for days, with the token of the form', 3 * day],
  ])('because it is %s', (_what, lateMs) => {
    it.each(forms)('shows on $path what was typed, and has changed nothing: $having', async (form) => {
      const latest = async () => (await services.audit.latest(tenantId, 1))[0]?.event.event;
      const page = await sendLate(form, lateMs);
      expect([page.status, new URL(page.url).pathname]).toEqual([200, form.path]);
      expect(form.shown.filter((part) => !part.test(page.html))).toEqual([]);
      if (form.fields.intent !== 'unpin')
        expect(getVisibleText(page.html)).toContain('so this was not sent. Check it, then send it again.');
      expect(await latest()).not.toMatch(/saved|deleted|marked|pinned|resolved|exported|erased/);
    });
  });

  it('is shown to the user who typed it only', async () => {
    const [form] = forms.filter(({ view }) => view === 'admin-user');
    if (form === undefined) throw new Error('no form');
    const { cookieClient, page } = await open(form);
    planlens.passTime(61 * minute);
    const refused = await submit(cookieClient, page, form.path, form.fields);
    await cookieClient.get(
      `${planlens.sandbox.url}/login/as/${colleague.userName}?next=/${colleague.tenantId}/`,
    );
    const seen = await cookieClient.get(nextLink(refused));
    expect([seen.status, new URL(seen.url).pathname]).toEqual([200, form.path]);
    expect(seen.html).not.toContain('value="Import"');
  });

  it('is not kept if it is too long, which the page says, with the text to copy', async () => {
    const { cookieClient, page } = await open({ path: '/admin/access-requests' });
    const comment = 'x'.repeat(4_000);
    const form = { state: 'declined', comment };
    for (const lateMs of [10 * minute, 61 * minute]) {
      planlens.passTime(lateMs);
      const refused = await submit(cookieClient, page, '/admin/access-requests', form);
      expect(refused.status).toBe(401);
      expect(getVisibleText(refused.html)).toContain('too long to be kept');
      expect(refused.html).toContain(`${comment}</textarea>`);
    }
  });
});
