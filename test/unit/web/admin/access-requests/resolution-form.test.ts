import { describe, expect, it } from 'vitest';
import {
  resolutionSchema,
  validateResolution,
} from '../../../../../src/web/admin/access-requests/resolution-form.ts';
import { maxAnswerLength } from '../../../../../src/web/admin/saved-answers/saved-answer-form.ts';
import { parseForm } from '../../../../../src/web/rendering/form-parsing.ts';

const id = '00000000-0000-4000-8000-000000000000';
const sent = (fields: object) => parseForm(resolutionSchema, { subject: 'feature:saint', id, ...fields });

describe('access request resolution form', () => {
  it.each([
    ['declined', 'Next year.', null],
    ['declined', '', 'comment-missing'],
    ['declined', ' \r\n\t', 'comment-missing'],
    ['declined', '\0', 'comment-missing'],
    ['fulfilled', '', null],
    ['fulfilled', 'x'.repeat(maxAnswerLength), null],
    ['fulfilled', 'x'.repeat(maxAnswerLength + 1), 'comment-too-long'],
    ['declined', 'x'.repeat(maxAnswerLength + 1), 'comment-too-long'],
  ])('validates the resolution %s with the comment %j: %s', (state, comment, validationError) => {
    expect(validateResolution(sent({ state, comment }))).toBe(validationError);
  });

  it('takes one id, several or none, of which at least one must be ticked', () => {
    const ids = [id, id.replace('4', '5')];
    const ticked = (given: unknown) => sent({ state: 'fulfilled', id: given });
    expect([ticked(id).id, ticked(ids).id, ticked(undefined).id]).toEqual([[id], ids, []]);
    expect(validateResolution(ticked(undefined))).toBe('nobody-ticked');
    expect(() => ticked(Array(51).fill(id))).toThrow('form-malformed: id');
  });

  it('allows a fulfilled request without a comment', () => {
    expect(sent({ state: 'fulfilled' }).comment).toBe('');
  });

  it('counts a line break as one character, as the form field does', () => {
    const typed = `${'x'.repeat(maxAnswerLength - 2)}\r\nx`;
    expect(validateResolution(sent({ state: 'fulfilled', comment: typed }))).toBeNull();
    expect(sent({ state: 'fulfilled', comment: 'First\r\nsecond\r\n' }).comment).toBe('First\nsecond');
  });

  it.each([
    ['state', { state: 'open', comment: 'x' }],
    ['state', { comment: 'x' }],
    ['subject', { state: 'fulfilled', subject: 'x'.repeat(101) }],
    ['comment', { state: 'fulfilled', comment: ['a', 'b'] }],
    ['id', { id: 'x', state: 'fulfilled' }],
    ['id', { id: ['a'], state: 'fulfilled' }],
  ])('rejects a form with an invalid %s: %j', (field, fields) => {
    expect(() => sent(fields)).toThrow(`form-malformed: ${field}`);
  });
});
