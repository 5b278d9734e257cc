import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { calendarDate, flag, list, readBody, text, whole } from '../../../src/superoffice/wire.ts';
import { refusal } from './outcomes.ts';

describe('fields that may be null or absent', () => {
  const Row = z.object({ text, whole, flag, list: list(z.number()) });

  it.each([[{}], [{ text: null, whole: null, flag: null, list: null }]])(
    'are read as nothing in %j',
    (row) => {
      expect(Row.parse(row)).toEqual({ text: '', whole: 0, flag: false, list: [] });
    },
  );

  it('are kept where they are told', () => {
    expect(Row.parse({ text: 'a', whole: 3, flag: true, list: [1], more: 1 })).toEqual({
      text: 'a',
      whole: 3,
      flag: true,
      list: [1],
    });
  });

  it.each([[{ text: 1 }], [{ whole: '1' }], [{ flag: 'true' }], [{ list: {} }]])(
    'are not made of another kind: %j',
    (row) => {
      expect(Row.safeParse(row).success).toBe(false);
    },
  );
});

describe('calendarDate', () => {
  it.each([
    ['2026-06-11T00:00:00', '2026-06-11'],
    ['2026-06-11T23:59:59.9999999+02:00', '2026-06-11'],
    ['2026-06-11', '2026-06-11'],
    ['0001-01-01T00:00:00', null],
    ['', null],
    ['11.06.2026', null],
    [null, null],
    [undefined, null],
  ])('reads %j as %j', (sent, date) => {
    expect(calendarDate.parse(sent)).toBe(date);
  });
});

describe('readBody', () => {
  const Body = z.object({ Rows: z.array(z.object({ Id: z.number() })) });

  it('gives what the schema reads', () => {
    expect(readBody('op', Body, { Rows: [{ Id: 1 }], More: 2 })).toEqual({ Rows: [{ Id: 1 }] });
  });

  it.each([
    [{ Rows: [{ Id: 1 }, { Id: 'Jane' }] }, 'Rows.1.Id'],
    [{}, 'Rows'],
    [null, 'body'],
  ])('names the field that does not fit in %j, not its value', async (body, detail) => {
    const error = await refusal(Promise.resolve().then(() => readBody('op', Body, body)));
    expect(error).toMatchObject({ code: 'unexpected-answer', operation: 'op', detail });
    expect(error.message).not.toContain('Jane');
  });
});
