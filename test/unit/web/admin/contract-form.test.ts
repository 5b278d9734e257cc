import { describe, expect, it } from 'vitest';
import { contractMistake, contractSchema } from '../../../../src/web/admin/contract-form.ts';
import { formOf } from '../../../../src/web/rendering/form-parsing.ts';

const today = '2026-12-01';
const sent = (fields: object) => formOf(contractSchema, { period: 'yearly', ...fields });

describe('what is told of a contract', () => {
  it.each([
    ['', null],
    [' ', null],
    ['2026-12-01', null],
    ['2024-02-29', null],
    ['0001-01-01', null],
    ['2026-12-02', 'start-in-future'],
    ['9999-12-31', 'start-in-future'],
    ['2026-02-30', 'start-not-a-day'],
    ['2026-02-29', 'start-not-a-day'],
    ['2026-13-01', 'start-not-a-day'],
    ['2026-3-1', 'start-not-a-day'],
    ['2026-03-01T00:00', 'start-not-a-day'],
    ['0000-01-01', 'start-not-a-day'],
    ['10000-01-01', 'start-not-a-day'],
    ['soon', 'start-not-a-day'],
  ])('starting on %j: %s', (start, mistake) => {
    expect(contractMistake(sent({ start }), today)).toBe(mistake);
  });

  it.each([
    ['start', {}],
    ['start', { start: ['2026-01-01', '2026-02-01'] }],
    ['period', { start: '', period: 'weekly' }],
  ])('is no form of ours with a wrong %s: %j', (field, fields) => {
    expect(() => sent(fields)).toThrow(`form-malformed: ${field}`);
  });
});
