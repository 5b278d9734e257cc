import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Spreadsheet,
  type SpreadsheetFormat,
  sendSpreadsheet,
} from '../../../../src/web/rendering/spreadsheet.ts';
import { createApp, listening } from '../harness.ts';

interface Row {
  readonly text: string;
  readonly count: number | null;
  readonly day: Date | null;
}

const texts = [
  'Åsa Öberg',
  'a "quoted", text; with separators',
  'two\nlines',
  '<b>&amp;',
  '٣ العربية 日本語 🙂',
  ' spaces ',
  '',
  '1.5',
  '0012',
  'true',
  '2026-11-26',
];
/** What a program would read as a formula. */
const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '=HYPERLINK("http://evil.example")', '＝1+1'];

describe('sendSpreadsheet', () => {
  let rows: readonly Row[] = [];
  let failing = false;
  const errors: unknown[] = [];
  afterEach(() => {
    failing = false;
  });

  const sheet = (): Spreadsheet<Row> => ({
    fileName: 'planlens-Cust1-users-2026-11-26',
    sheetName: 'Users',
    columns: [
      { header: 'Text', width: 20, value: ({ text }) => text },
      { header: 'Count', width: 10, value: ({ count }) => count },
      { header: 'Day', width: 12, value: ({ day }) => day },
    ],
    rows: (async function* () {
      for (const row of rows) yield row;
      if (failing) throw new Error('database');
    })(),
  });
  const server = listening(
    createApp((request, response, next) => {
      const format = String(request.query.format) as SpreadsheetFormat;
      sendSpreadsheet(response, format, sheet()).catch((error: unknown) => {
        errors.push(error);
        next(error);
      });
    }),
  );
  const download = async (format: SpreadsheetFormat) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return fetch(`http://127.0.0.1:${address.port}/?format=${format}`);
  };
  const readCsv = async (): Promise<string[][]> =>
    parse(Buffer.from(await (await download('csv')).arrayBuffer()), { bom: true });
  const readXlsx = async () => {
    const [read] = await readXlsxFile(Buffer.from(await (await download('xlsx')).arrayBuffer()), {
      trim: false,
    });
    return read?.data ?? [];
  };
  const all = [...texts, ...formulas].map((text, index) => ({
    text,
    count: index === 0 ? null : index - 3,
    day: index === 1 ? null : new Date(Date.UTC(2026, index, 28)),
  }));

  it('writes CSV that reads back equal, with formulas made harmless', async () => {
    rows = all;
    expect(await readCsv()).toEqual([
      ['Text', 'Count', 'Day'],
      ...all.map(({ text, count, day }) => [
        formulas.includes(text) ? `'${text}` : text,
        String(count ?? ''),
        day === null ? '' : day.toISOString().slice(0, 10),
      ]),
    ]);
  });

  it('writes XLSX that reads back equal, in which texts are never formulas', async () => {
    rows = all;
    const [header, ...read] = await readXlsx();
    expect(header).toEqual(['Text', 'Count', 'Day']);
    expect(read).toEqual(all.map(({ text, count, day }) => [text === '' ? null : text, count, day]));
  });

  it('begins CSV with a byte order mark and names the file', async () => {
    rows = [];
    const response = await download('csv');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename=planlens-Cust1-users-2026-11-26.csv',
    );
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect([...Buffer.from(await response.arrayBuffer()).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect((await download('xlsx')).headers.get('content-type')).toContain('spreadsheetml');
  });

  it('breaks off a CSV whose rows cannot be read to the end', async () => {
    rows = Array.from({ length: 5_000 }, () => ({ text: 'x'.repeat(100), count: 1, day: null }));
    failing = true;
    await expect(download('csv').then((response) => response.text())).rejects.toThrow();
    expect(errors).toEqual([expect.objectContaining({ message: 'database' })]);
  });
});
