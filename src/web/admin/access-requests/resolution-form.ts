import { z } from 'zod';
import { storableIdentifier } from '../../../storable-text.ts';
import { typedText } from '../../rendering/form-parsing.ts';
import { maxAnswerLength, type SavedAnswerValidationError } from '../saved-answers/saved-answer-form.ts';

/** A page lists fewer requests of one subject. */
const maxIds = 50;

/** The form in which an administrator resolves access requests for one subject. */
export const resolutionSchema = z.object({
  subject: storableIdentifier.max(100),
  /** The ticked requests; a browser sends a single one without a list. */
  id: z.union([z.uuid().transform((id) => [id]), z.array(z.uuid()).max(maxIds)]).default([]),
  state: z.enum(['fulfilled', 'declined']),
  comment: typedText.default(''),
  /** The name of the saved answer whose text is sent if there is no comment. */
  answer: typedText.default(''),
  /** The name under which the comment is saved; empty to save nothing. */
  saveAs: typedText.default(''),
});

/** The fields of the form. */
export type ResolutionForm = Readonly<z.infer<typeof resolutionSchema>>;

/** Why a resolution is invalid. */
export type ResolutionValidationError =
  | 'nobody-ticked'
  | 'comment-missing'
  | 'comment-too-long'
  | 'saved-answer-gone';

/** Validates the form; null if it is valid. Declining a request requires a comment. */
export function validateResolution({
  id,
  state,
  comment,
}: Pick<ResolutionForm, 'id' | 'state' | 'comment'>): ResolutionValidationError | null {
  if (id.length === 0) return 'nobody-ticked';
  if (comment.length > maxAnswerLength) return 'comment-too-long';
  return state === 'declined' && comment === '' ? 'comment-missing' : null;
}

/** A rejected resolution, as it was sent. */
export interface InvalidResolution {
  readonly subject: string;
  readonly id: readonly string[];
  readonly comment: string;
  readonly answer: string;
  readonly saveAs: string;
  readonly validationError: ResolutionValidationError | SavedAnswerValidationError | 'not-sent';
}
