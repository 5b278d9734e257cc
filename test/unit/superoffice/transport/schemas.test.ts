import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  booleanOrFalse,
  calendarDate,
  lenientBoolean,
  lenientCount,
  lenientRows,
  lenientString,
  readableRows,
  readBody,
  rowIdOrZero,
  stringOrEmpty,
} from '../../../../src/superoffice/transport/schemas.ts';
import { expectRejection } from '../expect-rejection.ts';

describe('nullable response fields', () => {
  const rowSchema = z.object({ text: stringOrEmpty, number: rowIdOrZero, flag: booleanOrFalse });

  it.each([[{}], [{ text: null, number: null, flag: null }]])('reads %j as empty values', (row) => {
    expect(rowSchema.parse(row)).toEqual({ text: '', number: 0, flag: false });
  });

  it('keeps reported values', () => {
    expect(rowSchema.parse({ text: 'a', number: 3, flag: true, more: 1 })).toEqual({
      text: 'a',
      number: 3,
      flag: true,
    });
  });

  it.each([
    [{ text: 1 }],
    [{ number: '1' }],
    [{ flag: 'true' }],
    [{ number: 2 ** 31 }],
    [{ number: 1.5 }],
    [{ number: -1 }],
  ])('rejects a value of another type, and a number that is no id: %j', (row) => {
    expect(rowSchema.safeParse(row).success).toBe(false);
  });
});

describe('lenient response fields', () => {
  const rowSchema = z.object({ text: lenientString, count: lenientCount, flag: lenientBoolean });

  it.each([
    [{}],
    [{ text: null, count: null, flag: null }],
    [{ text: 1, count: '1', flag: 'true' }],
    [{ text: ['a'], count: -1, flag: 1 }],
    [{ text: {}, count: 1.5, flag: [] }],
  ])('reads %j as not reported', (row) => {
    expect(rowSchema.parse(row)).toEqual({ text: '', count: null, flag: false });
  });

  it.each([[{ text: 'a', count: 0, flag: true }], [{ text: ' ', count: 700, flag: false }]])(
    'keeps the reported values of %j',
    (row) => {
      expect(rowSchema.parse(row)).toEqual(row);
    },
  );
});

describe('list with unreadable rows', () => {
  const rowSchema = z.object({ id: z.number() });
  const a = { id: 1 };

  it.each([
    [[a, { id: 2 }], { rows: [a, { id: 2 }], lost: 0 }],
    [[{ id: 'x' }, a, null, 5], { rows: [a], lost: 3 }],
    [[], { rows: [], lost: 0 }],
  ])('returns the readable rows of %j and the number of unreadable ones', (list, read) => {
    expect(readableRows(rowSchema).parse(list)).toEqual(read);
    expect(lenientRows(rowSchema).parse(list)).toEqual(read);
  });

  it.each([[null], [undefined], [a], ['text']])('rejects %j as a list', (list) => {
    expect(readableRows(rowSchema).safeParse(list).success).toBe(false);
  });

  const listSchema = z.object({ list: lenientRows(rowSchema) });
  it.each([
    [{}, 0],
    [{ list: null }, 0],
    [{ list: a }, 1],
    [{ list: 'text' }, 1],
  ])('reads no rows from %j', (row, lost) => {
    expect(listSchema.parse(row)).toEqual({ list: { rows: [], lost } });
  });
});

describe('calendarDate', () => {
  it.each([
    ['2026-06-11T00:00:00', '2026-06-11'],
    ['2026-06-11T23:59:59.9999999+02:00', '2026-06-11'],
    ['2026-06-11', '2026-06-11'],
    ['0001-01-01T00:00:00', null],
    ['', null],
    ['11.06.2026', null],
    ['2026-02-30T00:00:00', null],
    ['2026-13-01', null],
    [20260611, null],
    [{}, null],
    [null, null],
    [undefined, null],
  ])('parses %j as the date %j', (sent, date) => {
    expect(calendarDate.parse(sent)).toBe(date);
  });
});

describe('readBody', () => {
  const bodySchema = z.object({ Rows: z.array(z.object({ Id: z.number() })) });

  it('returns the body parsed by the schema', () => {
    expect(readBody('op', bodySchema, { Rows: [{ Id: 1 }], More: 2 })).toEqual({ Rows: [{ Id: 1 }] });
  });

  it.each([
    [{ Rows: [{ Id: 1 }, { Id: 'Jane' }] }, 'Rows.1.Id'],
    [{}, 'Rows'],
    [null, 'body'],
  ])('names the invalid field of %j without its value', async (body, detail) => {
    const error = await expectRejection(Promise.resolve().then(() => readBody('op', bodySchema, body)));
    expect(error).toMatchObject({ code: 'unexpected-response', operation: 'op', detail });
    expect(error.message).not.toContain('Jane');
  });
});
