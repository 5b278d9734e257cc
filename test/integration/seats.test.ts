import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import { describe, expect, it } from 'vitest';
import { getVisibleText, installedPlanlens, type TestUser, testUsers } from '../support/planlens.ts';
import { recordSeats } from '../support/seat-counts.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;

describe('the seats page', async () => {
  const planlens = await installedPlanlens();
  const { services } = planlens;

  const get = (path: string, person: TestUser = administrator, isAdministrator = true) => {
    const cookie = sessionCookie(planlens.environment, { ...person, isAdministrator });
    return fetch(`${planlens.url}${path}`, { headers: { accept: 'text/html', cookie }, redirect: 'manual' });
  };
  const text = async (path: string) => getVisibleText(await (await get(path)).text());
  async function readFile(path: string): Promise<readonly string[][]> {
    const csv: string[][] = parse(Buffer.from(await (await get(path)).arrayBuffer()), { bom: true });
    const xlsx = await get(path.replace('.csv', '.xlsx'));
    const [sheet] = await readXlsxFile(Buffer.from(await xlsx.arrayBuffer()));
    const cells = sheet?.data.map((row) =>
      row.map((cell) => (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell ?? ''))),
    );
    expect(cells).toEqual(csv);
    return csv;
  }

  it('shows the seats of each plan as a bar and as a table, and when the records began', async () => {
    await services.requestReconciliation(tenantId);
    const { describe: read } = services.seatCounts;
    await expect.poll(async () => (await read(tenantId, '')).modules).toHaveLength(4);
    const html = await (await get('/admin/seats?lang=en')).text();
    expect(html).toContain(
      '<svg class="seat-bar" role="img" aria-label="Marketing-Premium: 3 of 7 in use, 4 free">',
    );
    expect(getVisibleText(html)).toMatch(/All plans 49 of 63 in use, 14 free .*recorded these numbers since/);
    expect(html).not.toContain('class="trend" role="img"');
  });

  it('draws the seats over time, of all plans and of one, for each period', async () => {
    await recordSeats(planlens.environment, tenantId, planlens.now());
    const html = await (await get('/admin/seats?lang=en')).text();
    expect(html).toMatch(/class="trend" role="img" aria-label="Purchased and in use \(All plans\) from .*?"/);
    expect(getVisibleText(html)).toContain('On 14 days no number could be read.');
    expect(html).not.toMatch(/style=|NaN|undefined/);
    const one = await text('/admin/seats?lang=en&plan=ten-marketing&period=800');
    expect(one).toMatch(/recorded these numbers since .* Day Purchased In use \d+ \w+ \d{4} 7 3 /);
    expect(await text('/admin/seats?lang=en&plan=ten-marketing&period=30')).not.toContain('no number');
    expect(await text('/admin/seats?lang=en&plan=nothing&period=9')).toContain('Over time');
  });

  it('downloads the seats and their trend as CSV and XLSX, with the same values', async () => {
    const seats = await readFile('/admin/seats.csv?lang=en');
    expect(seats[0]).toEqual(['Plan', 'Purchased', 'In use', 'Free']);
    expect(seats[1]).toEqual(['Marketing-Premium', '7', '3', '4']);
    const trend = await readFile('/admin/seats/trend.csv?lang=en&period=30');
    expect(trend[0]).toEqual(['Day', 'Plan', 'Purchased', 'In use']);
    expect(trend).toHaveLength(1 + 30 * 4);
    const today = new Date(planlens.now()).toISOString().slice(0, 10);
    expect(trend.slice(-4).map((row) => row.slice(0, 2))).toEqual(
      seats.slice(1).map(([plan]) => [today, plan]),
    );
    const one = await readFile('/admin/seats/trend.csv?plan=ten-marketing&period=800');
    expect(one).toHaveLength(1 + 800 - 14);
    const events = (await services.audit.latest(tenantId, 2)).map(({ event }) => event);
    expect(events).toEqual([
      { event: 'seats-downloaded', format: 'xlsx' },
      { event: 'seats-downloaded', format: 'csv' },
    ]);
  });

  it('refuses everyone but administrators', async () => {
    for (const path of ['/admin/seats', '/admin/seats.csv', '/admin/seats/trend.xlsx'])
      expect([path, (await get(path, salesPremium, false)).status]).toEqual([path, 403]);
  });
});
