import { describe, expect, it } from 'vitest';
import type { CookieClient } from '../../sandbox/cookie-client.ts';
import { listAccessRequests } from '../support/access-requests.ts';
import {
  featureUrl,
  getVisibleText,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  submit,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';

const { administrator, otherAdministrator, salesPremium } = testUsers;

describe('access requests', async () => {
  const planlens = await installedPlanlens();
  await install(planlens, otherAdministrator);

  const inPanel = async (person: TestUser = salesPremium): Promise<CookieClient> => {
    const cookieClient = await signInToCrm(planlens, person);
    await cookieClient.get(panelUrl(planlens, person));
    return cookieClient;
  };
  const inAdmin = async (person: TestUser = administrator) => {
    const cookieClient = await signInToCrm(planlens, person);
    return { cookieClient, page: await cookieClient.get(`${planlens.url}/admin/access-requests`) };
  };
  const requestAccess = async (feature: string, reason: string) => {
    const cookieClient = await inPanel();
    const page = await cookieClient.get(featureUrl(planlens, salesPremium, feature));
    return {
      cookieClient,
      page,
      submitted: await submit(cookieClient, page, '/panel/access-requests', { reason }),
    };
  };

  it('shows a new request to the requester, and once with its reason to administrators', async () => {
    const { submitted, page, cookieClient } = await requestAccess(
      'knowledge-base',
      'For <b>our</b> customers',
    );
    expect(submitted.status).toBe(200);
    expect(getVisibleText(submitted.html)).toContain('They have not answered yet.');
    expect(submitted.html).not.toContain('name="reason"');
    expect((await cookieClient.get(panelUrl(planlens, salesPremium))).html).toContain('asked for');

    const again = await submit(cookieClient, page, '/panel/access-requests', { reason: 'again' });
    expect(again.status).toBe(200);

    const { page: queue } = await inAdmin();
    const words = getVisibleText(queue.html);
    expect(words).toContain('Feature: Knowledge base (FAQs) 1 person asks for it. Markus Brandt');
    expect(words).toContain('For &lt;b&gt;our&lt;/b&gt; customers');
    expect(words.split('Knowledge base').length).toBe(2);
  });

  it('shows the resolution to the requester and allows another request', async () => {
    await requestAccess('request-categorization', '');
    const { cookieClient, page } = await inAdmin();
    const submitted = await listAccessRequests(planlens.services.accessRequests, 'Cust20001');
    const id = submitted.find(({ subject }) => subject === 'feature:request-categorization')?.id;
    expect(page.html).toContain(`name="id" value="${id}"`);
    const fields = { state: 'declined', comment: 'Next year.' };
    const having = 'value="feature:request-categorization"';
    const resolved = await submit(cookieClient, page, '/admin/access-requests', fields, having);
    expect(getVisibleText(resolved.html)).toContain('1 answer sent.');
    const seen = await (await inPanel()).get(featureUrl(planlens, salesPremium, 'request-categorization'));
    expect(getVisibleText(seen.html)).toContain('Your administrators declined on');
    expect(getVisibleText(seen.html)).toContain('Next year.');
    expect(seen.html).toContain('name="reason"');

    const again = { state: 'fulfilled' };
    const twice = await submit(cookieClient, page, '/admin/access-requests', again, having);
    expect([twice.status, twice.html.includes('access-request-resolved')]).toEqual([409, true]);
  });

  it('lets the requester withdraw a request and submit it again', async () => {
    const { cookieClient, submitted } = await requestAccess('image-library', 'For our brand');
    const withdrawn = await submit(cookieClient, submitted, '/panel/access-requests', { intent: 'withdraw' });
    expect(withdrawn.status).toBe(200);
    expect(withdrawn.html).toContain('name="reason"');
    expect(getVisibleText(withdrawn.html)).not.toContain('They have not answered yet.');
    expect(getVisibleText((await inAdmin()).page.html)).not.toContain('Image library');

    // A second withdrawal, from a page still open, has no effect and is not an error.
    expect(
      (await submit(cookieClient, submitted, '/panel/access-requests', { intent: 'withdraw' })).status,
    ).toBe(200);
    const again = await submit(cookieClient, withdrawn, '/panel/access-requests', { reason: '' });
    expect(getVisibleText(again.html)).toContain('They have not answered yet.');
  });

  it('accepts a request for a plan', async () => {
    const cookieClient = await inPanel();
    const query = 'uctx=Cust20001&usid=101&lang=en&plan=sales-premium%2Bservice-premium';
    const page = await cookieClient.get(`${planlens.url}/panel/plans?${query}`);
    const submitted = await submit(cookieClient, page, '/panel/access-requests', {});
    expect(getVisibleText(submitted.html)).toContain('They have not answered yet.');
    expect(getVisibleText((await inAdmin()).page.html)).toContain('Plan: Sales-Premium + Service-Premium');
  });

  it.each([
    ['an unknown feature', { subject: 'feature:nothing' }, 404, 'feature-unknown'],
    ['a feature and more', { subject: 'feature:mailings:1' }, 404, 'feature-unknown'],
    ['a plan of another model', { subject: 'plan:plus' }, 404, 'plan-unknown'],
    ['a plan and more', { subject: 'plan:sales-premium:x' }, 404, 'plan-unknown'],
    ['the own plan', { subject: 'plan:sales-premium' }, 409, 'plan-not-requestable'],
    ['a plan that takes something away', { subject: 'plan:service-premium' }, 409, 'plan-not-requestable'],
    ['an unknown intent', { intent: 'delete' }, 400, 'form-malformed'],
    ['no subject', { subject: '' }, 400, 'form-malformed'],
    ['a reason without end', { reason: 'x'.repeat(501) }, 400, 'form-malformed'],
    ['a form without a CSRF token', { csrf: '' }, 403, 'csrf-token-invalid'],
    ['a form of another session', { csrf: 'x'.repeat(43) }, 403, 'csrf-token-invalid'],
  ])('rejects %s and stores nothing', async (_case, fields, status, code) => {
    const before = (await listAccessRequests(planlens.services.accessRequests, 'Cust20001')).length;
    const cookieClient = await inPanel();
    const page = await cookieClient.get(featureUrl(planlens, salesPremium, 'forms'));
    const own = page.html.includes('name="reason"')
      ? page
      : await cookieClient.get(featureUrl(planlens, salesPremium, 'mailings'));
    const refused = await submit(cookieClient, own, '/panel/access-requests', fields);
    expect([refused.status, refused.html.includes(code)]).toEqual([status, true]);
    expect(await listAccessRequests(planlens.services.accessRequests, 'Cust20001')).toHaveLength(before);
  });

  it('accepts a reason of maximum length with line breaks and strips a NUL character', async () => {
    const cookieClient = await inPanel();
    const reasons = ['bounce-management', 'spam-complaints-management'] as const;
    const sent = [`${'x'.repeat(250)}\r\n${'y'.repeat(249)}`, 'a\0b'];
    for (const [index, feature] of reasons.entries()) {
      const page = await cookieClient.get(featureUrl(planlens, salesPremium, feature));
      const submitted = await submit(cookieClient, page, '/panel/access-requests', {
        reason: sent[index] ?? '',
      });
      expect([
        submitted.status,
        getVisibleText(submitted.html).includes('They have not answered yet.'),
      ]).toEqual([200, true]);
    }
    const stored = await listAccessRequests(planlens.services.accessRequests, 'Cust20001');
    const reasonFor = (feature: string) =>
      stored.find((accessRequest) => accessRequest.subject === `feature:${feature}`)?.reason;
    expect(reasons.map(reasonFor)).toEqual([`${'x'.repeat(250)}\n${'y'.repeat(249)}`, 'ab']);
  });

  it('hides the requests of a tenant from its users and from administrators of another tenant', async () => {
    await requestAccess('mailings', 'secret reason');
    const { cookieClient, page } = await inAdmin(otherAdministrator);
    expect(page.status).toBe(200);
    expect(getVisibleText(page.html)).toContain('Nothing is waiting for an answer.');
    expect(page.html).not.toContain('secret reason');

    const [accessRequest] = await listAccessRequests(planlens.services.accessRequests, 'Cust20001');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const { id = '', subject = '' } = accessRequest ?? {};
    const fields = { csrf, subject, id, state: 'fulfilled', comment: '' };
    const foreign = await cookieClient.post(`${planlens.url}/admin/access-requests`, fields);
    expect([foreign.status, foreign.html.includes('access-request-resolved')]).toEqual([409, true]);

    const user = await inPanel();
    const refused = await user.get(`${planlens.url}/admin`);
    expect([refused.status, refused.html.includes('administrator-required')]).toEqual([403, true]);
  });

  it.each([
    ['another state', { state: 'open' }, 'state'],
    ['an invalid id', { id: 'x', state: 'fulfilled' }, 'id'],
  ])('rejects %s in a resolution by an administrator', async (_case, fields, field) => {
    const { cookieClient, page } = await inAdmin();
    const refused = await submit(cookieClient, page, '/admin/access-requests', fields);
    expect([refused.status, refused.html.includes(`form-malformed (${field})`)]).toEqual([400, true]);
  });

  it('shows the next renewal after an administrator saves the contract', async () => {
    const { cookieClient } = await inAdmin();
    const page = await cookieClient.get(`${planlens.url}/admin/contract`);
    const saved = await submit(cookieClient, page, '/admin/contract', {
      start: '2026-03-01',
      period: 'yearly',
    });
    expect(getVisibleText(saved.html)).toMatch(/Renews on 1 March 20\d\d, in \d+ days?\./);
    const seen = await (await inPanel()).get(featureUrl(planlens, salesPremium, 'request-management'));
    expect(getVisibleText(seen.html)).toMatch(/contract renews on 1 March 20\d\d\./);
    const deleted = await submit(cookieClient, saved, '/admin/contract', { start: '', period: 'monthly' });
    expect(getVisibleText(deleted.html)).not.toContain('Renews on');
  });

  it('re-reads licenses when a user requests a refresh, but not twice in quick succession', async () => {
    const cookieClient = await inPanel();
    const page = await cookieClient.get(panelUrl(planlens, salesPremium));
    planlens.passTime(30_000);
    planlens.sandbox.control.clearRequests();
    const reads = () =>
      planlens.sandbox.control.requests().filter(({ operation }) => operation.startsWith('License')).length;
    const fresh = await submit(cookieClient, page, '/panel/refresh');
    expect([new URL(fresh.url).pathname, fresh.status]).toEqual(['/panel', 200]);
    const once = reads();
    expect(once).toBeGreaterThan(0);
    await submit(cookieClient, fresh, '/panel/refresh');
    expect(reads()).toBe(once);
  });
});
