import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, describe, expect, it } from 'vitest';
import { runQuery } from '../support/database.ts';
import { untilReconciled } from '../support/jobs.ts';
import { getVisibleText, install, startPlanlens, type TestUser, testUsers } from '../support/planlens.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const administrator: TestUser = {
  tenantId: 'Cust20500',
  associateId: 1_000,
  userName: 'astrid.berg@nordhavn.example',
};
const { tenantId } = administrator;
const path = '/admin/seats/reclaim';

describe('the seats that could be reclaimed, of a tenant of 5,000 users', async () => {
  const planlens = await startPlanlens();
  afterAll(() => planlens.close());
  await install(planlens, administrator);
  await untilReconciled(planlens.environment);
  const { services } = planlens;

  const get = (query = '', person = administrator, isAdministrator = true, at = path) => {
    const cookie = sessionCookie(planlens.environment, { ...person, isAdministrator });
    const headers = { accept: 'text/html', cookie };
    return fetch(`${planlens.url}${at}${query}`, { headers, redirect: 'manual' });
  };
  const html = async (query = '?lang=en') => (await get(query)).text();
  const text = async (query?: string) => getVisibleText(await html(query));
  const users = async (query: string) =>
    getVisibleText(await (await get(query, administrator, true, '/admin/users')).text());
  const idsOn = (page: string) => [...page.matchAll(/name="id" value="(\d+)"/g)].map(([, id]) => Number(id));
  const count = (page: string) =>
    Number(/([\d,]+) seats? could be reclaimed/.exec(page)?.[1]?.replace(',', ''));
  const query = (sql: string) => runQuery(String(planlens.environment.DATABASE_URL), sql);
  /** The first ticked users of a page and their form, as a browser would send it. */
  async function send(fields: Record<string, string>, ids: readonly number[], search = '?lang=en') {
    const page = await html(search);
    const body = new URLSearchParams({
      csrf: /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '',
      ...fields,
    });
    for (const id of ids) body.append('id', String(id));
    const cookie = sessionCookie(planlens.environment, { ...administrator, isAdministrator: true });
    return fetch(`${planlens.url}${path}${search}`, {
      method: 'POST',
      headers: { accept: 'text/html', cookie, origin: planlens.url },
      body,
      redirect: 'manual',
    });
  }

  it('are listed with their reason and counted by plan, and what is not known is said', async () => {
    const page = await text();
    expect(count(page)).toBeGreaterThan(300);
    expect(page).toMatch(/listed users since \d+ \w+ \d{4}\. Who joined shortly before that is not known/);
    expect(page).toMatch(/Field Service Light \d+ Marketing-Premium \d+/);
    expect(page).toContain('Enter the contract');
    const [{ count: expected } = {}] = await query(`
      select count(*)::integer as count from tenant_users where user_plan not in ('', '(No Selection)')
      and (retired or not waiting_for_approval and (not can_log_in or last_login_at is null
        or last_login_at <= now() - interval '90 days'))`);
    expect(count(page)).toBe(expected);
    const [latest] = await services.audit.latest(tenantId, 1);
    expect(latest?.event).toEqual({ event: 'reclaim-seen' });
  });

  it('say from which day they may be given back if the contract is known', async () => {
    await services.tenants.saveContract(tenantId, { start: '2026-01-31', period: 'yearly' });
    expect(await text()).toMatch(/A plan cancelled today stays until the contract renews on 31 January 2027/);
    const free = /([\d,]+) seats are free\./.exec(await text())?.[1];
    expect(free).toBeDefined();
    const message = /href="(\/admin\/contract\?lang=en&amp;[^"]+)#message"/.exec(await html())?.[1] ?? '';
    const form = await (await get('', administrator, true, message.replaceAll('&amp;', '&'))).text();
    for (const [, plan, seats] of message.matchAll(/&amp;(s\dv\dm\d)=(\d+)/g))
      expect([plan, form.includes(`value="${seats}"`)]).toEqual([plan, true]);
    const overview = await get('?lang=en', administrator, true, '/admin');
    expect(getVisibleText(await overview.text())).toContain(`${free} seats are free. A plan cancelled today`);
  });

  it('are filtered by days, reason and plan, ordered and paged, each on one page', async () => {
    const all = count(await text());
    expect(count(await text('?lang=en&days=300'))).toBeLessThan(all);
    const reasons = ['retired', 'cannot-log-in', 'never-logged-in', 'no-login'];
    const seen: number[] = [];
    for (const reason of reasons)
      for (let page = 1; ; page += 1) {
        const ids = idsOn(await html(`?lang=en&reason=${reason}&sort=last-login&order=desc&page=${page}`));
        if (ids.length === 0) break;
        expect(ids.length).toBeLessThanOrEqual(50);
        seen.push(...ids);
      }
    expect(new Set(seen).size).toBe(all);
    expect(seen).toHaveLength(all);
    expect(await text('?lang=en&reason=retired&plan=Service-Premium')).not.toMatch(/ Sales-Premium retired/);
  });

  it('are kept by an administrator, for several users at once, and no longer are', async () => {
    const before = count(await text());
    const ids = idsOn(await html()).slice(0, 3);
    const fields = { kind: 'on-leave', note: 'back in spring', until: '2099-03-01' };
    const response = await send({ ...fields, intent: 'mark' }, ids);
    expect([response.status, response.headers.get('location')]).toEqual([303, `${path}?lang=en&saved=3`]);
    const after = await text('?lang=en&saved=3');
    expect(after).toContain('3 seats are now kept.');
    expect(count(after)).toBe(before - 3);
    expect(idsOn(await html())).not.toEqual(expect.arrayContaining(ids));
    const events = (await services.audit.latest(tenantId, 20)).map(({ event }) => event);
    for (const user of ids) expect(events).toContainEqual({ event: 'user-marked', user });
    const kept = await text('?lang=en&show=kept');
    expect(kept).toMatch(/On leave until 1 Mar 2099 Astrid Berg, \d+ \w+ \d{4} back in spring/);
    expect(await html('?lang=en&show=kept')).toContain('href="/admin/users?lang=en&amp;flag=any"');
    const flagged = await users('?lang=en&flag=any');
    expect(flagged).toMatch(/Users: 3 /);
    expect(flagged).toContain('On leave');
    expect(await users('?lang=en&flag=keep')).toMatch(/Users: 0 /);
    expect(await (await send({ intent: 'unmark' }, ids, '?lang=en&show=kept')).status).toBe(303);
    expect(count(await text())).toBe(before);
  });

  it('lead to the message to SuperOffice with the numbers of the ticked users', async () => {
    const ids = idsOn(await html('?lang=en&plan=Sales-Premium')).slice(0, 10);
    const response = await send({ intent: 'message' }, ids);
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/admin/contract?lang=en&s2v0m0=2450#message',
    ]);
    expect((await send({ intent: 'message' }, [])).status).toBe(400);
  });

  it('are kept until the last day of the mark', async () => {
    const [id = 0] = idsOn(await html());
    const mark = { kind: 'keep', note: '', markedBy: administrator.associateId } as const;
    const today = new Date(planlens.now()).toISOString().slice(0, 10);
    await services.userMarks.save(tenantId, [id], { ...mark, until: today });
    expect(idsOn(await html())).not.toContain(id);
    await services.userMarks.save(tenantId, [id], { ...mark, until: '2026-01-01' });
    expect(idsOn(await html())).toContain(id);
    await services.userMarks.remove(tenantId, [id]);
  });

  it('show a refused form as it was sent', async () => {
    const [first = 0] = idsOn(await html());
    const elsewhere = idsOn(await html('?lang=en&page=2'))[0] ?? 0;
    const fields = { intent: 'mark', kind: 'keep', note: 'asked', until: '2020-01-01' };
    const response = await send(fields, [first, elsewhere]);
    expect(response.status).toBe(400);
    const page = await response.text();
    expect(getVisibleText(page)).toContain('“2020-01-01” has passed.');
    for (const id of [first, elsewhere]) expect(page).toContain(`name="id" value="${id}" checked`);
    expect(page).toContain('value="asked"');
    for (const [refused, message] of [
      [{ ...fields, until: 'soon' }, 'is not a valid date'],
      [{ ...fields, until: '', note: 'x'.repeat(201) }, 'at most 200 fit'],
    ] as const)
      expect(getVisibleText(await (await send(refused, [first])).text())).toContain(message);
    expect(getVisibleText(await (await send(fields, [])).text())).toContain('Tick at least one person');
    expect((await send({ ...fields, kind: 'nothing' }, [first])).status).toBe(400);
  });

  it('download as CSV and XLSX, with the same users and values', async () => {
    const csv: string[][] = parse(
      Buffer.from(await (await get('.csv?lang=en&reason=retired')).arrayBuffer()),
      {
        bom: true,
      },
    );
    const xlsx = await get('.xlsx?lang=en&reason=retired');
    const [sheet] = await readXlsxFile(Buffer.from(await xlsx.arrayBuffer()));
    const cells = sheet?.data.map((row) =>
      row.map((cell) => (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell ?? ''))),
    );
    expect(cells).toEqual(csv);
    expect(csv.slice(1).every((row) => row[3] === 'Retired')).toBe(true);
    expect(csv.slice(1, 51).map(([id]) => Number(id))).toEqual(idsOn(await html('?lang=en&reason=retired')));
    expect((await services.audit.latest(tenantId, 5)).map(({ event }) => event)).toContainEqual({
      event: 'reclaim-downloaded',
      format: 'xlsx',
    });
  });

  it('are refused to everyone but administrators', async () => {
    for (const file of ['', '.csv', '.xlsx'])
      expect((await get(file, testUsers.salesPremium, false)).status).toBe(403);
  });

  it('are kept and given up on the page of a user, which shows a refused form again', async () => {
    const [id = 0] = idsOn(await html());
    const at = `${planlens.url}/admin/users/${id}?lang=en`;
    const cookie = sessionCookie(planlens.environment, { ...administrator, isAdministrator: true });
    const headers = { accept: 'text/html', cookie, origin: planlens.url };
    const page = async () => (await fetch(at, { headers })).text();
    const csrf = /name="csrf" value="([^"]+)"/.exec(await page())?.[1] ?? '';
    const mark = (fields: Record<string, string>, to = at) =>
      fetch(to, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ csrf, intent: 'mark', kind: 'service-account', note: '', ...fields }),
        redirect: 'manual',
      });
    const refused = await mark({ note: 'Import', until: '2020-01-01' });
    expect(refused.status).toBe(400);
    const shown = await refused.text();
    expect(getVisibleText(shown)).toContain('“2020-01-01” has passed.');
    expect(shown).toMatch(/<option value="service-account" selected>.*name="note"\s+value="Import"/s);
    // The form is about the user of the page, whatever it says.
    const kept = await mark({ id: String(id + 1) });
    expect(kept.headers.get('location')).toBe(`/admin/users/${id}?lang=en#mark`);
    expect(getVisibleText(await page())).toMatch(/Keep the seat .* Service account Astrid Berg, /);
    expect(await services.userMarks.find(tenantId, id + 1)).toBeNull();
    expect((await mark({}, at.replace(String(id), '2147483647'))).status).toBe(404);
    await mark({ intent: 'unmark' });
    expect(await services.userMarks.find(tenantId, id)).toBeNull();
    expect((await services.audit.latest(tenantId, 4)).map(({ event }) => event)).toContainEqual({
      event: 'user-marked',
      user: id,
    });
  });
});
