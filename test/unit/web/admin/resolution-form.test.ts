import { describe, expect, it } from 'vitest';
import { answerMistake, answerSchema, longestAnswer } from '../../../../src/web/admin/resolution-form.ts';
import { formOf } from '../../../../src/web/rendering/form-parsing.ts';

const id = '00000000-0000-4000-8000-000000000000';
const sent = (fields: object) => formOf(answerSchema, { id, ...fields });

describe('an answer to a wish', () => {
  it.each([
    ['declined', 'Next year.', null],
    ['declined', '', 'answer-missing'],
    ['declined', ' \r\n\t', 'answer-missing'],
    ['declined', '\0', 'answer-missing'],
    ['done', '', null],
    ['done', 'x'.repeat(longestAnswer), null],
    ['done', 'x'.repeat(longestAnswer + 1), 'answer-too-long'],
    ['declined', 'x'.repeat(longestAnswer + 1), 'answer-too-long'],
  ])('%s with %j: %s', (state, answer, mistake) => {
    expect(answerMistake(sent({ state, answer }))).toBe(mistake);
  });

  it('may be left out where a thing is done', () => {
    expect(sent({ state: 'done' }).answer).toBe('');
  });

  it('is as long as its field says it is: a line end counts once', () => {
    const typed = `${'x'.repeat(longestAnswer - 2)}\r\nx`;
    expect(answerMistake(sent({ state: 'done', answer: typed }))).toBeNull();
    expect(sent({ state: 'done', answer: 'First\r\nsecond\r\n' }).answer).toBe('First\nsecond');
  });

  it.each([
    ['state', { state: 'open', answer: 'x' }],
    ['state', { answer: 'x' }],
    ['answer', { state: 'done', answer: ['a', 'b'] }],
    ['id', { id: 'x', state: 'done' }],
    ['id', { id: ['a'], state: 'done' }],
  ])('is no form of ours with a wrong %s: %j', (field, fields) => {
    expect(() => sent(fields)).toThrow(`form-malformed: ${field}`);
  });
});
