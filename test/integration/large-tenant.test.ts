import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, describe, expect, it } from 'vitest';
import { callsPerSecond } from '../../src/coordination/rate-limiter.ts';
import { runQuery } from '../support/database.ts';
import { untilReconciled } from '../support/jobs.ts';
import { isLongForm } from '../support/long-form.ts';
import { install, startPlanlens, type TestUser } from '../support/planlens.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const administrator: TestUser = {
  tenantId: 'Cust20500',
  associateId: 1_000,
  userName: 'astrid.berg@nordhavn.example',
};

describe('a tenant of 5,000 users', async () => {
  const planlens = await startPlanlens();
  afterAll(() => planlens.close());
  const { control } = planlens.sandbox;
  await install(planlens, administrator);
  await untilReconciled(planlens.environment);
  const reconciliation = control.requests();
  const cookie = sessionCookie(planlens.environment, { ...administrator, isAdministrator: true });
  const get = (path: string) => fetch(`${planlens.url}${path}`, { headers: { accept: 'text/html', cookie } });
  const page = async (query = '') => (await get(`/admin/users?lang=en${query}`)).text();
  const query = (sql: string) => runQuery(String(planlens.environment.DATABASE_URL), sql);

  /** The users on a page, by number. */
  const idsOn = (html: string) =>
    [...html.matchAll(/href="\/admin\/users\/(\d+)\?/g)].map(([, id]) => Number(id));
  const shown = (html: string) => Number(/Users: ([\d,]+)</.exec(html)?.[1]?.replace(',', ''));
  /** The value of each link of a filter: its text and its number. */
  const filterLinks = (html: string, name: string) => {
    const [, list = ''] = new RegExp(`id="filter-${name}".*?<ul[^>]*>(.*?)</ul>`, 's').exec(html) ?? [];
    return [...list.matchAll(/href="([^"]+)"[^>]*>(.*?) <strong>([\d,]+)</g)].map(
      ([, href = '', text = '', count = '']) => ({
        href: href.replaceAll('&amp;', '&'),
        text,
        count: Number(count.replace(',', '')),
      }),
    );
  };

  it('is read in 22 calls, which the limit of calls lets pass in three seconds', () => {
    const archive = reconciliation.filter(({ operation }) => operation.startsWith('Archive.'));
    const count = (operation: string) => archive.filter((each) => each.operation === operation).length;
    expect([count('Archive.InternalUsers'), count('Archive.dynamic')]).toEqual([11, 11]);
    expect(archive.length).toBeLessThanOrEqual(3 * callsPerSecond);
  });

  it('keeps what the lists report, and the seats of the day', async () => {
    expect(
      await query(`
        select count(*)::integer as users, count(last_login_at) > 4500 as logins,
          count(*) filter (where retired) > 50 as retired, count(*) filter (where waiting_for_approval) > 20 as waiting
        from tenant_users`),
    ).toEqual([{ users: 5_000, logins: true, retired: true, waiting: true }]);
    expect(await query(`select count(*)::integer as periods from user_plan_periods`)).toEqual([
      { periods: 5_000 },
    ]);
    expect(await query(`select count(*)::integer as plans from seat_counts where in_use > 0`)).toEqual([
      { plans: 7 },
    ]);
  });

  it('lists 50 users on a page, each on one page', async () => {
    const numbers = isLongForm
      ? Array.from({ length: 100 }, (_page, index) => index + 1)
      : [1, 2, 50, 99, 100];
    const pages = [];
    for (const number of numbers) pages.push(idsOn(await page(`&page=${number}`)));
    expect(new Set(pages.map((ids) => ids.length))).toEqual(new Set([50]));
    expect(new Set(pages.flat()).size).toBe(50 * numbers.length);
    expect(await page('&page=100')).toContain('Page 100 of 100');
    expect(await page('&page=101')).toContain('No user matches');
  });

  it('finds names whatever their accents, and counts what each filter shows', async () => {
    const html = await page('&search=mueller');
    expect(html).toMatch(/Müller/);
    expect(shown(html)).toBeGreaterThan(5);
    for (const name of ['plan', 'solution', 'state']) {
      const links = filterLinks(html, name);
      expect(links.length).toBeGreaterThan(2);
      for (const { href, text, count } of links)
        expect([text, shown(await (await get(href)).text())]).toEqual([text, count]);
    }
    const plans = filterLinks(await page(), 'plan');
    expect(plans.map(({ text }) => text)).toEqual([
      'All',
      'Field Service Light',
      'Marketing-Premium',
      'Sales-Premium',
      'Sales-Premium + Marketing-Premium',
      'Sales-Premium + Service-Premium',
      'Sales-Premium + Service-Premium + Marketing-Premium',
      'Service-Premium',
      'no plan',
      'Unknown plan',
    ]);
    const [all, ...others] = plans.slice(0, -1);
    expect(others.reduce((sum, { count }) => sum + count, 0)).toBe(all?.count);
  });

  it('downloads the filtered list as CSV and XLSX, with the same users and values', async () => {
    const filter = '&state=waiting&sort=plan';
    const csv = Buffer.from(await (await get(`/admin/users.csv?lang=en${filter}`)).arrayBuffer());
    const rows: string[][] = parse(csv, { bom: true });
    const xlsx = await get(`/admin/users.xlsx?lang=en${filter}`);
    expect(xlsx.headers.get('content-disposition')).toMatch(
      /filename=planlens-Cust20500-users-\d{4}-\d\d-\d\d\.xlsx$/,
    );
    const [sheet] = await readXlsxFile(Buffer.from(await xlsx.arrayBuffer()));
    const texts = sheet?.data.map((row) =>
      row.map((cell) => (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell ?? ''))),
    );
    expect(texts).toEqual(rows);
    expect(rows.slice(1).map(([id]) => Number(id))).toEqual(idsOn(await page(filter)));
    expect(rows).toHaveLength(shown(await page(filter)) + 1);
    const events = (await planlens.services.audit.latest(administrator.tenantId, 2)).map(
      ({ event }) => event,
    );
    expect(events).toEqual([
      { event: 'users-downloaded', format: 'xlsx' },
      { event: 'users-downloaded', format: 'csv' },
    ]);
  });

  it('downloads all 5,000 users', async () => {
    const csv = await (await get('/admin/users.csv')).text();
    expect(csv.split('\r\n')).toHaveLength(5_002);
  });

  it('answers who would have to change with fewer seats, as a page and as files with the same people', async () => {
    const form = await (await get('/admin/what-if?lang=en')).text();
    const held = Number(/id="plan-s2v0m0".*?<td.*?<td[^>]*>([\d,]+)</s.exec(form)?.[1]?.replace(',', ''));
    const asked = `?lang=en&ask=assign&s2v0m0=${held - 100}`;
    const html = await (await get(`/admin/what-if${asked}`)).text();
    expect(html).toContain('100 people would change plan.');
    const file = Buffer.from(await (await get(`/admin/what-if.csv${asked}`)).arrayBuffer());
    const csv: string[][] = parse(file, { bom: true });
    const xlsx = await get(`/admin/what-if.xlsx${asked}`);
    const [sheet] = await readXlsxFile(Buffer.from(await xlsx.arrayBuffer()));
    expect(csv).toHaveLength(101);
    expect(sheet?.data.map((row) => row.map((cell) => String(cell ?? '')))).toEqual(csv);
    expect(new Set(csv.slice(1).map(([, , from]) => from))).toEqual(new Set(['Sales-Premium']));
    expect(html).toMatch(/\d+ people have left and still hold a plan/);
    expect(html).not.toContain('reports other numbers in use');
  });
});
