import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createCookieClient } from '../../sandbox/cookie-client.ts';
import {
  getVisibleText,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';

const { salesPremium, servicePremium, otherAdministrator } = testUsers;

describe('plan matrix', async () => {
  const planlens = await installedPlanlens();
  const plansUrl = ({ tenantId, associateId }: TestUser, query: string) =>
    `${planlens.url}/panel/plans?uctx=${tenantId}&usid=${associateId}&lang=en${query}`;
  const sharedUrl = (query: string) => `${planlens.url}/panel/plans?uctx=Cust20001&${query}`;

  async function openPlans(query: string, person = salesPremium) {
    const cookieClient = await signInToCrm(planlens, person);
    await cookieClient.get(panelUrl(planlens, person));
    return cookieClient.get(plansUrl(person, query));
  }

  it('shows the combination of the plans that a form without script ticks', async () => {
    const page = await openPlans('&plan=sales-premium&plan=service-premium&differences=on');
    expect(page.status).toBe(200);
    expect(getVisibleText(page.html)).toContain('Sales-Premium + Service-Premium');
    expect(page.html.match(/name="plan"[^>]* checked/g)).toHaveLength(2);
    expect(page.html).toMatch(/name="differences"[^>]* checked/);
  });

  it('says which ticked plan another one contains', async () => {
    const { html } = await openPlans('&plan=sales-essential&plan=sales-premium&plan=service-essential');
    expect(getVisibleText(html)).toContain('Sales-Premium includes Sales-Essentials.');
  });

  it('keeps several plans through the sign-in', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    const page = await cookieClient.get(plansUrl(salesPremium, '&plan=sales-premium&plan=service-premium'));
    expect(page.hops.length).toBeGreaterThan(1);
    expect(page.html.match(/name="plan"[^>]* checked/g)).toHaveLength(2);
  });

  it('is small and free of inline script and style', async () => {
    const { html } = await openPlans('&plan=service-premium');
    expect(html).not.toMatch(/ style=|<style| on\w+=|<script(?![^>]* src=)/);
    expect(html.length).toBeLessThan(90_000);
    expect(gzipSync(html).length).toBeLessThan(9_000);
  });

  it.each(['&plan=plus', '&plan=sales-premium&plan=nothing', '&plan='])(
    'rejects the plans %s',
    async (query) => {
      const { status, html } = await openPlans(query);
      expect([status, html.includes('plan-unknown')]).toEqual([404, true]);
    },
  );

  it('leads a colleague from a link to the same comparison with their own plan', async () => {
    const { html } = await openPlans('&plan=sales-premium&plan=service-premium&differences=on');
    const [, link = ''] = /<textarea id="shared"[^>]*>([^<]+)</.exec(html) ?? [];
    const colleague = await signInToCrm(planlens, servicePremium);
    for (const visit of ['with a sign-in', 'with the session']) {
      const page = await colleague.get(link.replaceAll('&amp;', '&'));
      expect([visit, page.status]).toEqual([visit, 200]);
      expect(getVisibleText(page.html)).toContain('Your plan: Service-Premium');
      expect(page.html.match(/name="plan"[^>]* checked/g)).toHaveLength(2);
      expect(page.html).toContain(`name="usid" value="${servicePremium.associateId}"`);
    }
  });

  it('refuses a link of another tenant and a link without plans', async () => {
    const stranger = await signInToCrm(planlens, otherAdministrator);
    const page = await stranger.get(sharedUrl('plan=sales-premium'));
    expect(page.html).not.toContain('class="matrix"');
    expect((await createCookieClient().get(sharedUrl('lang=en'))).status).toBe(400);
  });
});
