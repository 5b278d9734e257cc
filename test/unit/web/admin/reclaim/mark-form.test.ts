import { describe, expect, it } from 'vitest';
import { markFieldsView, markSchema, validateMark } from '../../../../../src/web/admin/reclaim/mark-form.ts';
import { describeMark } from '../../../../../src/web/admin/reclaim/mark-text.ts';
import { english, languages } from '../../harness.ts';

const today = '2026-11-29';
const form = { intent: 'mark' as const, id: [101], kind: 'on-leave' as const, note: '', until: '' };

describe('form of a mark', () => {
  it('takes one user or several', () => {
    expect(markSchema.parse({ ...form, id: '101' })).toEqual(form);
    expect(markSchema.parse({ ...form, id: ['101', '102'] })).toMatchObject({ id: [101, 102] });
    expect(markSchema.parse({ intent: 'unmark', note: 'x' })).toEqual({ intent: 'unmark', id: [] });
    for (const id of ['x', '0', ['1', '2.5'], '2147483648', Array.from({ length: 101 }, () => '1')])
      expect(markSchema.safeParse({ ...form, id }).success).toBe(false);
    expect(markSchema.safeParse({ ...form, kind: 'other' }).success).toBe(false);
  });

  it('takes all that the page listed if their box is ticked, whatever else is', () => {
    const listed = ['101', '102', '103'];
    expect(markSchema.parse({ ...form, id: '102', listed })).toEqual({ ...form, id: [102] });
    expect(markSchema.parse({ ...form, id: '102', listed, all: 'on' })).toEqual({
      ...form,
      id: [101, 102, 103],
    });
    expect(markSchema.parse({ intent: 'unmark', listed, all: 'on' })).toMatchObject({ id: [101, 102, 103] });
  });

  it('opens exactly one user', () => {
    expect(validateMark({ intent: 'open', id: [] }, today)).toBe('nobody-ticked');
    expect(validateMark({ intent: 'message', id: [] }, today)).toBe('nobody-ticked');
    expect(validateMark({ intent: 'message', id: [101, 102] }, today)).toBeNull();
    expect(validateMark({ intent: 'open', id: [101] }, today)).toBeNull();
    expect(validateMark({ intent: 'open', id: [101, 102] }, today)).toBe('several-ticked');
  });

  it('needs a user, a note that fits and a day that has not passed', () => {
    expect(validateMark(form, today)).toBeNull();
    expect(validateMark({ ...form, until: today, note: 'x'.repeat(200) }, today)).toBeNull();
    expect(validateMark({ ...form, id: [] }, today)).toBe('nobody-ticked');
    expect(validateMark({ intent: 'unmark', id: [] }, today)).toBe('nobody-ticked');
    expect(validateMark({ intent: 'unmark', id: [101] }, today)).toBeNull();
    expect(validateMark({ ...form, note: 'x'.repeat(201) }, today)).toBe('note-too-long');
    expect(validateMark({ ...form, until: '2026-02-30' }, today)).toBe('until-not-a-day');
    expect(validateMark({ ...form, until: '2026-11-28' }, today)).toBe('until-passed');
  });

  it('shows the present mark, or the rejected form with the reason in every language', () => {
    const mark = { kind: 'keep', note: 'Import', until: null } as const;
    expect(markFieldsView(mark, null, today, english)).toMatchObject({
      note: 'Import',
      until: '',
      validationError: '',
      kinds: [{ key: 'keep', isChosen: true }, { isChosen: false }, { isChosen: false }],
    });
    const refused = { ...form, note: 'typed', until: 'soon' };
    for (const language of languages.codes.map((code) => languages.choose([code])))
      for (const validationError of [
        'nobody-ticked',
        'several-ticked',
        'not-sent',
        'note-too-long',
        'until-not-a-day',
        'until-passed',
      ] as const) {
        const fields = markFieldsView(mark, { ...refused, validationError }, today, language);
        expect(fields).toMatchObject({ note: 'typed', until: 'soon' });
        expect(fields.validationError).not.toMatch(/\{\{|admin\.|^$/);
      }
  });

  it('describes a mark with its end and who set it', () => {
    const mark = {
      kind: 'service-account',
      note: 'Import',
      until: '2027-01-31',
      markedBy: null,
      markedAt: new Date('2026-11-29T10:00:00Z'),
    } as const;
    expect(describeMark(mark, english)).toEqual({
      text: 'Service account until 31\u00a0Jan\u00a02027',
      note: 'Import',
      marked: 'an administrator, 29\u00a0Nov\u00a02026',
    });
    expect(describeMark({ ...mark, until: null }, english).text).toBe('Service account');
  });
});
