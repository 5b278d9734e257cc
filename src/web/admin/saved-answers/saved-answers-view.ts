import type { SavedAnswer } from '../../../tenants/saved-answer-store.ts';
import { maxSavedAnswers } from '../../../tenants/saved-answer-store.ts';
import type { Language } from '../../rendering/i18n.ts';
import {
  maxAnswerLength,
  maxNameLength,
  type SavedAnswerForm,
  type SavedAnswerValidationError,
} from './saved-answer-form.ts';

/** A rejected form, as it was sent. */
export interface InvalidSavedAnswer extends Pick<SavedAnswerForm, 'replaced' | 'name' | 'text'> {
  readonly validationError: SavedAnswerValidationError | 'not-sent';
}

/** A form of one answer; that of a new one has no name before. */
interface AnswerForm {
  readonly replaced: string;
  readonly name: string;
  readonly text: string;
  readonly validationError: string;
  readonly invalid: 'name' | 'text' | '';
}

/** Values of `views/admin-saved-answers.ejs`. */
interface SavedAnswersView {
  readonly answers: readonly AnswerForm[];
  /** Null if no more can be saved. */
  readonly added: AnswerForm | null;
  readonly maxNameLength: number;
  readonly maxTextLength: number;
  /** That no more can be saved; empty if there is room. */
  readonly full: string;
}

/** Describes the saved answers. The form that was rejected shows what was typed. */
export function savedAnswersView(
  saved: readonly SavedAnswer[],
  refused: InvalidSavedAnswer | null,
  language: Language,
): SavedAnswersView {
  const toForm = (answer: SavedAnswer, replaced: string): AnswerForm =>
    refused !== null && refused.replaced === replaced
      ? { ...refused, ...describeError(refused, language) }
      : { ...answer, replaced, validationError: '', invalid: '' };
  const isFull = saved.length >= maxSavedAnswers;
  const answers = saved.map((answer) => toForm(answer, answer.name));
  // Of an answer that another administrator has deleted, what was typed is kept as a new one.
  const isNew = refused !== null && saved.every(({ name }) => name !== refused.replaced);
  const added = isNew ? { ...refused, replaced: '', ...describeError(refused, language) } : null;
  return {
    answers,
    added: added ?? (isFull ? null : toForm({ name: '', text: '' }, '')),
    maxNameLength,
    maxTextLength: maxAnswerLength,
    full: isFull ? language.t('admin.savedAnswers.full', { count: maxSavedAnswers }) : '',
  };
}

function describeError(
  { name, text, validationError }: InvalidSavedAnswer,
  { t, number }: Language,
): Pick<AnswerForm, 'validationError' | 'invalid'> {
  const isText = validationError.startsWith('answer-text');
  return {
    validationError: t(`admin.validationError.${validationError}`, {
      length: number((isText ? text : name).length),
      longest: number(isText ? maxAnswerLength : maxNameLength),
      count: maxSavedAnswers,
    }),
    invalid: isText ? 'text' : 'name',
  };
}
