import { z } from 'zod';
import { parseDay } from '../../../licensing/billing/calendar-days.ts';
import { type MarkKind, markKinds } from '../../../tenants/user-mark-store.ts';
import { typedText } from '../../rendering/form-parsing.ts';
import type { Language } from '../../rendering/i18n.ts';

/** Maximum length of a note, in characters. */
const maxNoteLength = 200;
/** A page lists fewer users. */
const maxIds = 100;

const associateId = z.coerce.number().int().min(1).max(2_147_483_647);
/** The ticked users; a browser sends a single one without a list. */
const ids = z.union([associateId.transform((id) => [id]), z.array(associateId).max(maxIds)]).default([]);

/** Which users of a page are ticked: single ones, or all that the page listed. */
const ticked = { id: ids, all: z.string().optional(), listed: ids };
const markFields = {
  kind: z.enum(markKinds),
  note: typedText.default(''),
  /** The last day; empty for no end. */
  until: typedText.default(''),
};

/** The form of the page of one user: keeps the seat, or no longer. */
export const userMarkSchema = z.discriminatedUnion('intent', [
  z.object({ intent: z.literal('mark'), id: ids, ...markFields }),
  z.object({ intent: z.literal('unmark'), id: ids }),
]);

/** What changes the marks of users. */
export type MarkChange = Readonly<z.infer<typeof userMarkSchema>>;

/** The form of the list, which also opens a ticked user, or asks for fewer seats. */
export const markSchema = z
  .discriminatedUnion('intent', [
    z.object({ intent: z.literal('mark'), ...ticked, ...markFields }),
    z.object({ intent: z.literal('unmark'), ...ticked }),
    z.object({ intent: z.literal('open'), ...ticked }),
    z.object({ intent: z.literal('message'), ...ticked }),
  ])
  .transform(({ all, listed, ...form }) => (all === undefined ? form : { ...form, id: listed }));

/** A form as it was sent. */
export type MarkForm = Readonly<z.infer<typeof markSchema>>;

/** Why a form is refused. */
export type MarkValidationError =
  | 'nobody-ticked'
  | 'several-ticked'
  | 'note-too-long'
  | 'until-not-a-day'
  | 'until-passed';

/** Validates the form on a day (`YYYY-MM-DD`); null if it is valid. */
export function validateMark(form: MarkForm, today: string): MarkValidationError | null {
  if (form.id.length === 0) return 'nobody-ticked';
  if (form.intent === 'open') return form.id.length > 1 ? 'several-ticked' : null;
  if (form.intent !== 'mark') return null;
  if (form.note.length > maxNoteLength) return 'note-too-long';
  if (form.until === '') return null;
  if (parseDay(form.until) === null) return 'until-not-a-day';
  return form.until < today ? 'until-passed' : null;
}

/** A rejected form, as it was sent. */
export type InvalidMark = MarkForm & { readonly validationError: MarkValidationError | 'not-sent' };

/** Values of `views/partials/mark-fields.ejs`. */
export interface MarkFieldsView {
  readonly kinds: readonly { readonly key: MarkKind; readonly text: string; readonly isChosen: boolean }[];
  readonly note: string;
  readonly maxNoteLength: number;
  readonly until: string;
  /** The earliest end. */
  readonly today: string;
  /** The error of a rejected form; empty otherwise. */
  readonly validationError: string;
}

/** Describes the fields of a mark: those of a rejected form, or else of the present mark. */
export function markFieldsView(
  form: { readonly kind: MarkKind; readonly note: string; readonly until: string | null } | null,
  refused: InvalidMark | null,
  today: string,
  { t, number }: Language,
): MarkFieldsView {
  const shown = refused?.intent === 'mark' ? refused : form;
  const note = shown?.note ?? '';
  const values = { length: number(note.length), longest: number(maxNoteLength), start: shown?.until ?? '' };
  return {
    kinds: markKinds.map((key) => ({
      key,
      text: t(`admin.reclaim.kind.${key}`),
      isChosen: key === (shown?.kind ?? 'keep'),
    })),
    note,
    maxNoteLength,
    until: shown?.until ?? '',
    today,
    validationError: refused === null ? '' : errorText(refused.validationError),
  };

  function errorText(error: InvalidMark['validationError']): string {
    switch (error) {
      case 'nobody-ticked':
        return t('admin.validationError.nobody-ticked');
      case 'several-ticked':
        return t('admin.reclaim.severalTicked');
      case 'not-sent':
        return t('admin.validationError.not-sent');
      case 'note-too-long':
        return t('admin.reclaim.noteTooLong', values);
      case 'until-not-a-day':
        return t('admin.validationError.start-not-a-date', values);
      case 'until-passed':
        return t('admin.reclaim.untilPassed', values);
    }
  }
}
