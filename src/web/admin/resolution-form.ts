import { z } from 'zod';
import { typedText } from '../rendering/form-parsing.ts';

/** How long an answer may be, in characters. */
export const maxCommentLength = 500;

/** An administrator's answer to a wish, as its form sends it. */
export const resolutionSchema = z.object({
  id: z.uuid(),
  state: z.enum(['fulfilled', 'declined']),
  comment: typedText.default(''),
});

/** What can be wrong with an answer somebody typed. */
export type ResolutionValidationError = 'comment-missing' | 'comment-too-long';

/** What is wrong with an answer; null where nothing is. Who is declined is told why. */
export function validateResolution({
  state,
  comment,
}: z.infer<typeof resolutionSchema>): ResolutionValidationError | null {
  if (comment.length > maxCommentLength) return 'comment-too-long';
  return state === 'declined' && comment === '' ? 'comment-missing' : null;
}

/** An answer that was not right, as it was sent. */
export interface InvalidResolution {
  readonly form: 'resolution';
  readonly id: string;
  readonly comment: string;
  readonly validationError: ResolutionValidationError;
}
