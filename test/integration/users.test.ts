import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { reconcileNow } from '../support/jobs.ts';
import { getVisibleText, install, installedPlanlens, type TestUser, testUsers } from '../support/planlens.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const { administrator, salesPremium, servicePremium, otherAdministrator } = testUsers;
const { tenantId } = administrator;
const day = 24 * 60 * 60_000;

describe('the users page', async () => {
  const planlens = await installedPlanlens();
  const { services } = planlens;
  const { control } = planlens.sandbox;
  let passed = 0;
  const now = () => Date.now() + passed;

  const get = (path: string, person: TestUser = administrator, isAdministrator = true) => {
    const cookie = sessionCookie(planlens.environment, { ...person, isAdministrator }, now);
    return fetch(`${planlens.url}${path}`, { headers: { accept: 'text/html', cookie }, redirect: 'manual' });
  };
  const text = async (path: string) => getVisibleText(await (await get(path)).text());
  const reconcile = () => reconcileNow(planlens, tenantId);
  async function pass(days: number): Promise<void> {
    planlens.passTime(days * day);
    passed += days * day;
    await reconcile();
  }
  const user = (associateId: number) => `/admin/users/${associateId}?lang=en`;
  const today = () => new Date(now()).toISOString().slice(0, 10);

  it('lists users with plan, state, last login and open access requests', async () => {
    await reconcile();
    await services.accessRequests.submit(tenantId, {
      associateId: salesPremium.associateId,
      requestedBy: 'Markus Brandt',
      subject: 'feature:knowledge-base',
      reason: '',
    });
    const listed = await text('/admin/users?lang=en');
    expect(listed).toMatch(/Users: 12 /);
    expect(listed).toMatch(/Markus Brandt Sales-Premium Premium can log in \d+ \w+ \d{4} before .*? 1 /);
    expect(listed).toMatch(/Emil Strand no plan cannot log in/);
    expect(await text('/admin/users?lang=en&requests=open')).toMatch(/Users: 1 /);
    expect(await text('/admin/users?lang=en&search=nobody')).toContain('No user matches');
  });

  it('counts the features that the plan of each user lacks, and orders by their number', async () => {
    expect(await text('/admin/users?lang=en&search=brandt')).toMatch(/before \d+ \w+ \d{4} 1 \d+/);
    const rows = async (order: string) => {
      const response = await get(`/admin/users.csv?lang=en&sort=missing&order=${order}`);
      const lines: Record<string, string>[] = parse(await response.text(), { bom: true, columns: true });
      return lines;
    };
    const [most, fewest] = await Promise.all([rows('desc'), rows('asc')]);
    const counts = fewest.map((row) => Number(row['Features missing']));
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    expect(new Set(counts).size).toBeGreaterThan(2);
    expect(most[0]?.Name).toBe('Emil Strand');
    for (const row of most)
      expect(row['Names of missing features']?.split('; ').filter(Boolean)).toHaveLength(
        Number(row['Features missing']),
      );
  });

  it('shows the panel of a user with reasons and without forms, and records who looked', async () => {
    const response = await get(user(salesPremium.associateId));
    const html = await response.text();
    expect(getVisibleText(html)).toMatch(/Markus Brandt .*41 of 62 features enabled/);
    expect(html).toContain('href="/admin/what-if?lang=en&amp;user=101#pins"');
    expect(html).toMatch(/<details><summary class="line">.*Knowledge base.*?<div class="why"><p>/s);
    expect(html).not.toMatch(/method="post" action="\/panel/);
    const [latest] = await services.audit.latest(tenantId, 1);
    expect(latest).toMatchObject({
      associateId: administrator.associateId,
      event: { event: 'user-panel-seen', user: salesPremium.associateId },
    });
    expect(await text('/setup')).toContain(`looked at the panel of user ${salesPremium.associateId}`);
  });

  it('has a text for support without names and secrets', async () => {
    const html = await (await get(user(salesPremium.associateId))).text();
    const [, support = ''] = /<textarea[^>]*>(.*?)<\/textarea>/s.exec(html) ?? [];
    expect(support).toMatch(/Planlens: Cust20001, user 101.*knowledge-base: upgrade, .*ten-sales/s);
    expect(support).not.toMatch(/Markus|Brandt|@|Designteamet/);
  });

  it('shows the plan of an earlier day, says what is of today, and lists what has changed since', async () => {
    const before = today();
    await pass(3);
    control.setPlan({ tenant: tenantId, associateId: servicePremium.associateId, plan: 'ten-marketing' });
    await reconcile();
    const current = await text(user(servicePremium.associateId));
    expect(current).toMatch(/Plan Marketing Premium|Plan Marketing-Premium/);
    expect(current).toMatch(/Plans of this user .* Marketing-Premium .* today Service-Premium/);
    const earlier = await text(`${user(servicePremium.associateId)}&on=${before}`);
    expect(earlier).toMatch(/Plan Service-Premium/);
    expect(earlier).toMatch(/The plan is the one of .* are those of today/);
    expect(earlier).toMatch(/\d+ of 62 features enabled/);
    expect(earlier).toMatch(/What has changed since .* Lena Hoffmann: Service-Premium → Marketing-Premium/);
    for (const on of ['2020-01-01', 'yesterday', '2026-02-30', '2099-01-01'])
      expect(await text(`${user(servicePremium.associateId)}&on=${on}`)).toContain('no data of that day');
    expect(await text('/admin/users?lang=en&search=lena')).not.toContain('before');
  });

  it('shows a retired user who holds a plan, without a panel', async () => {
    control.setRetired({ tenant: tenantId, associateId: 111, retired: true });
    await reconcile();
    expect(await text('/admin/users?lang=en&state=retired')).toMatch(/Users: 1 .*Lena Hoffmann/);
    control.clearRequests();
    const retired = await text(user(111));
    expect(retired).toContain('The plan still takes a seat.');
    expect(retired).not.toContain('Pin the plan');
    expect(control.requests().filter(({ operation }) => operation === 'License.GetUserLicenses')).toEqual([]);
    control.setRetired({ tenant: tenantId, associateId: 111, retired: false });
    await reconcile();
  });

  it('says so when SuperOffice does not report logins, and when it reports no licences', async () => {
    control.fail({ operation: 'Archive.dynamic', with: 403 });
    await reconcile();
    expect(await text('/admin/users?lang=en')).toContain('not reported by SuperOffice');
    control.fail({ operation: 'License.*', with: 403 });
    expect(await text(user(102))).toContain('SuperOffice did not report this user’s licences');
    control.fail({ operation: 'License.*', with: 'timeout' });
    expect((await get(user(103))).status).toBe(200);
  });

  it('names the plans of CRM Suite, whose users share one plan without tiers', async () => {
    const suite = { tenantId: 'Cust20002', associateId: 201, userName: 'ingrid.dahl@suitecore.example' };
    await install(planlens, suite);
    const isListed = async () => getVisibleText(await (await get('/admin/users?lang=en', suite)).text());
    await expect.poll(isListed).toMatch(/Users: 3 .*Anna Richter CRM Suite Core can log in/);
    const html = await (await get(user(202), suite)).text();
    expect(html).not.toContain('Pin the plan');
    expect(getVisibleText(html)).toMatch(/Anna Richter .*Plan CRM Suite Core .*\d+ of 62 features enabled/);
  });

  it('responds with 404 for a user who is not listed or of another tenant, and refuses everyone else', async () => {
    expect((await get(user(999))).status).toBe(404);
    expect((await get('/admin/users/abc')).status).toBe(404);
    expect((await get(user(salesPremium.associateId), otherAdministrator)).status).toBe(404);
    for (const path of [user(101), '/admin/users', '/admin/users.csv', '/admin/users.xlsx'])
      expect([path, (await get(path, salesPremium, false)).status]).toEqual([path, 403]);
  });

  it('leads through a sign-in back to the same view', async () => {
    const response = await fetch(`${planlens.url}/admin/users?lang=en&plan=Sales-Premium&page=2`, {
      headers: { accept: 'text/html' },
      redirect: 'manual',
    });
    expect([response.status, response.headers.get('location')]).toEqual([
      expect.any(Number),
      expect.stringContaining('authorize'),
    ]);
  });
});
