import { Readable } from 'node:stream';
import type { Response } from 'express';
import type { SheetData } from 'write-excel-file/node';
import { sendDownload } from './download.ts';
import { toUtcDay } from './timestamps.ts';

/** A value in a table; a date is a calendar day at midnight UTC. */
type SpreadsheetValue = string | number | Date | null;

/** A table to download. */
export interface Spreadsheet<Row> {
  /** The name of the file without its extension. */
  readonly fileName: string;
  /** The name of the sheet, at most 31 characters without `\ / ? * [ ] :`. */
  readonly sheetName: string;
  readonly columns: readonly {
    readonly header: string;
    /** In characters. */
    readonly width: number;
    readonly value: (row: Row) => SpreadsheetValue;
  }[];
  readonly rows: Iterable<Row> | AsyncIterable<Row>;
}

/** The calendar day of a time in UTC, as a table shows it. */
export function toSheetDay(at: Date): Date {
  return new Date(`${toUtcDay(at.getTime())}T00:00:00Z`);
}

export type SpreadsheetFormat = 'csv' | 'xlsx';

/**
 * Sends a table as a file. CSV is UTF-8 with a byte order mark, as Excel needs it, and is written while rows are read; a
 * text that a program would read as a formula begins with an apostrophe. XLSX is made of all rows at once, as its library
 * has no other way; its texts are never formulas.
 */
export async function sendSpreadsheet<Row>(
  response: Response,
  format: SpreadsheetFormat,
  spreadsheet: Spreadsheet<Row>,
): Promise<void> {
  const fileName = `${spreadsheet.fileName}.${format}`;
  if (format === 'xlsx') return sendDownload(response, fileName, [await toXlsx(spreadsheet)]);
  // The libraries are loaded with the first download, so that the start of a process does not wait for them.
  const { stringify } = await import('csv-stringify');
  const csv = stringify({ bom: true, escape_formulas: true, record_delimiter: 'windows' });
  return sendDownload(response, fileName, [Readable.from(toRecords(spreadsheet)), csv]);
}

async function* toRecords<Row>({
  columns,
  rows,
}: Spreadsheet<Row>): AsyncGenerator<readonly (string | number)[]> {
  yield columns.map(({ header }) => header);
  for await (const row of rows) yield columns.map(({ value }) => toCsvValue(value(row)));
}

/** A number stays one: a minus is no formula there. */
function toCsvValue(value: SpreadsheetValue): string | number {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return value ?? '';
}

async function toXlsx<Row>({ sheetName, columns, rows }: Spreadsheet<Row>): Promise<Readable> {
  const data: SheetData = [columns.map(({ header }) => ({ value: header, fontWeight: 'bold' }))];
  for await (const row of rows) data.push(columns.map(({ value }) => toCell(value(row))));
  const { default: writeXlsxFile } = await import('write-excel-file/node');
  const file = writeXlsxFile(data, {
    sheet: sheetName,
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: 1,
    dateFormat: 'yyyy-mm-dd',
  });
  return Readable.from(await file.toBuffer());
}

function toCell(value: SpreadsheetValue): SheetData[number][number] {
  return value === '' ? null : value;
}
