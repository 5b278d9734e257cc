import { describe, expect, it } from 'vitest';
import { contractSchema, validateContract } from '../../../../../src/web/admin/contract/contract-form.ts';
import { parseForm } from '../../../../../src/web/rendering/form-parsing.ts';

const today = '2026-12-01';
const sent = (fields: object) => parseForm(contractSchema, { period: 'yearly', ...fields });

describe('contract form', () => {
  it.each([
    ['', null],
    [' ', null],
    ['2026-12-01', null],
    ['2024-02-29', null],
    ['1990-01-01', null],
    ['1989-12-31', 'start-too-early'],
    ['0202-03-01', 'start-too-early'],
    ['0001-01-01', 'start-too-early'],
    ['2026-12-02', 'start-in-future'],
    ['9999-12-31', 'start-in-future'],
    ['2026-02-30', 'start-not-a-date'],
    ['2026-02-29', 'start-not-a-date'],
    ['2026-13-01', 'start-not-a-date'],
    ['2026-3-1', 'start-not-a-date'],
    ['2026-03-01T00:00', 'start-not-a-date'],
    ['0000-01-01', 'start-not-a-date'],
    ['10000-01-01', 'start-not-a-date'],
    ['soon', 'start-not-a-date'],
  ])('validates the contract start %j: %s', (start, validationError) => {
    expect(validateContract(sent({ start }), today)).toBe(validationError);
  });

  it.each([
    ['start', {}],
    ['start', { start: ['2026-01-01', '2026-02-01'] }],
    ['period', { start: '', period: 'weekly' }],
  ])('rejects a form with an invalid %s: %j', (field, fields) => {
    expect(() => sent(fields)).toThrow(`form-malformed: ${field}`);
  });
});
