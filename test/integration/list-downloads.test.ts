import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';
import { saveLicenseChanges } from '../../src/snapshots/license-history.ts';
import { listAccessRequests } from '../support/access-requests.ts';
import { installedPlanlens, type TestUser, testUsers } from '../support/planlens.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const { administrator, otherAdministrator, salesPremium } = testUsers;
const { tenantId } = administrator;

describe('files of lists', async () => {
  const planlens = await installedPlanlens();
  const { accessRequests, audit } = planlens.services;
  const db = await openDatabase(planlens.environment.DATABASE_URL ?? '', () => {});
  afterAll(() => db.destroy());

  const get = (path: string, person: TestUser = administrator, isAdministrator = true) => {
    const cookie = sessionCookie(planlens.environment, { ...person, isAdministrator }, planlens.now);
    return fetch(`${planlens.url}${path}`, { headers: { cookie }, redirect: 'manual' });
  };
  const readCsv = async (path: string): Promise<string[][]> =>
    parse(Buffer.from(await (await get(path)).arrayBuffer()), { bom: true });
  async function readXlsx(path: string) {
    const [sheet] = await readXlsxFile(Buffer.from(await (await get(path)).arrayBuffer()));
    return sheet?.data.map((row) =>
      row.map((cell) => (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell ?? ''))),
    );
  }
  const today = () => new Date(planlens.now()).toISOString().slice(0, 10);

  it('have all that users asked for, with the answers, safe against formulas', async () => {
    const reason = '=HYPERLINK("https://x.example")\nund "mehr"; \u202E𝟜🙂';
    const request = { associateId: 101, requestedBy: '+Anna', subject: 'feature:mailings', reason };
    await accessRequests.submit(tenantId, request);
    const [asked] = await listAccessRequests(accessRequests, tenantId);
    const resolvedBy = { associateId: 131, name: 'Kari' };
    await accessRequests.resolve(tenantId, [asked?.id ?? ''], {
      state: 'declined',
      comment: '@No',
      resolvedBy,
    });
    planlens.passTime(1_000);
    await accessRequests.submit(tenantId, { ...request, requestedBy: 'Bert', subject: 'plan:sales-premium' });
    const xlsx = await readXlsx('/admin/access-requests.xlsx?lang=en');
    const open = ['Plan: Sales-Premium', 'Bert', today(), reason, 'Waiting for an answer', '', '', ''];
    expect(xlsx).toEqual([
      ['Asked for', 'Person', 'Asked on', 'Reason', 'State', 'Answered on', 'Answered by', 'Answer'],
      open,
      [
        'Feature: Mailings (personalized mass email)',
        '+Anna',
        today(),
        reason,
        'Declined',
        today(),
        'Kari',
        '@No',
      ],
    ]);
    const csv = await readCsv('/admin/access-requests.csv?lang=en');
    const quoted = (cell: string) => (/^[=+@]/.test(cell) ? `'${cell}` : cell);
    expect(csv).toEqual(xlsx?.map((row) => row.map(quoted)));
  });

  it('have all license changes, however many there are', async () => {
    const place = { tenantId, associateId: null, detectedAt: planlens.now() };
    const module = { name: 'quote', description: '=1+1', owner: 'SuperOffice' };
    for (let part = 0; part < 3; part += 1)
      await saveLicenseChanges(
        db,
        place,
        Array.from({ length: 900 }, () => ({ kind: 'added', module, purchased: 7 }) as const),
      );
    const csv = await readCsv('/admin/history.csv?lang=en');
    expect(csv[0]).toEqual(['Day', 'Change']);
    expect(csv.filter(([, change]) => change === "'=1+1: new, 7 purchased")).toHaveLength(2_700);
    expect((await readXlsx('/admin/history.xlsx?lang=de'))?.[0]).toEqual(['Tag', 'Änderung']);
  });

  it('are in the log, and for administrators of the tenant only', async () => {
    const events = (await audit.latest(tenantId, 4)).map(({ event }) => event);
    expect(events).toEqual([
      { event: 'history-downloaded', format: 'xlsx' },
      { event: 'history-downloaded', format: 'csv' },
      { event: 'requests-downloaded', format: 'csv' },
      { event: 'requests-downloaded', format: 'xlsx' },
    ]);
    for (const path of ['/admin/access-requests.csv', '/admin/history.xlsx']) {
      expect((await get(path, salesPremium, false)).status).toBe(403);
      expect((await get(path, otherAdministrator)).status).toBe(404);
      expect((await fetch(`${planlens.url}${path}`, { redirect: 'manual' })).status).toBe(302);
    }
  });

  it('count together, whatever they list', async () => {
    const paths = planlens.routes.map(({ path }) => path);
    const files = paths.filter((path) => /^\/admin\/.+\.(?:csv|xlsx)$/.test(path));
    expect(files).toHaveLength(14);
    const statusOf = async (path: string) => {
      const response = await get(`${path}?lang=en`);
      await response.arrayBuffer();
      return response.status;
    };
    planlens.passTime(60 * 60_000);
    for (let each = 0; each < 20; each += 1) expect(await statusOf(files[each % 14] ?? '')).toBe(200);
    // One more is allowed every 30 seconds.
    for (const file of files) expect([await statusOf(file), await statusOf(file)]).toContain(429);
  });
});
