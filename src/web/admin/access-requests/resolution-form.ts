import { z } from 'zod';
import { typedText } from '../../rendering/form-parsing.ts';

/** Maximum length of a comment, in characters. */
export const maxCommentLength = 500;

/** The form in which an administrator resolves an access request. */
export const resolutionSchema = z.object({
  id: z.uuid(),
  state: z.enum(['fulfilled', 'declined']),
  comment: typedText.default(''),
});

/** Why a resolution is invalid. */
export type ResolutionValidationError = 'comment-missing' | 'comment-too-long';

/** Validates the form; null if it is valid. Declining a request requires a comment. */
export function validateResolution({
  state,
  comment,
}: z.infer<typeof resolutionSchema>): ResolutionValidationError | null {
  if (comment.length > maxCommentLength) return 'comment-too-long';
  return state === 'declined' && comment === '' ? 'comment-missing' : null;
}

/** A rejected resolution, as it was sent. */
export interface InvalidResolution {
  readonly id: string;
  readonly comment: string;
  readonly validationError: ResolutionValidationError | 'not-sent';
}
