import { z } from 'zod';
import { typedText } from '../../rendering/form-parsing.ts';

/** Maximum length of an answer, in characters. */
export const maxAnswerLength = 500;
/** Maximum length of the name of a saved answer, in characters. */
export const maxNameLength = 60;

/** The form of one saved answer: `replaced` is its name before, empty for a new one. */
export const savedAnswerSchema = z.object({
  replaced: typedText.default(''),
  name: typedText,
  text: typedText,
  intent: z.enum(['save', 'delete']),
});

/** The fields of the form. */
export type SavedAnswerForm = Readonly<z.infer<typeof savedAnswerSchema>>;

/** Why an answer cannot be saved. */
export type SavedAnswerValidationError =
  | 'answer-name-missing'
  | 'answer-name-too-long'
  | 'answer-name-taken'
  | 'answer-text-missing'
  | 'answer-text-too-long'
  | 'saved-answers-full';

/** Validates a name and a text; null if they can be saved. */
export function validateSavedAnswer({
  name,
  text,
}: Pick<SavedAnswerForm, 'name' | 'text'>): SavedAnswerValidationError | null {
  if (name === '') return 'answer-name-missing';
  if (name.length > maxNameLength) return 'answer-name-too-long';
  if (text === '') return 'answer-text-missing';
  return text.length > maxAnswerLength ? 'answer-text-too-long' : null;
}

/** The error of an answer that the store refused; null if it is saved. */
export function toStoreError(result: 'saved' | 'taken' | 'full'): SavedAnswerValidationError | null {
  if (result === 'saved') return null;
  return result === 'taken' ? 'answer-name-taken' : 'saved-answers-full';
}
