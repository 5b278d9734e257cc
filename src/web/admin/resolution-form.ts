import { z } from 'zod';
import { typedText } from '../rendering/form-parsing.ts';

/** How long an answer may be, in characters. */
export const longestAnswer = 500;

/** An administrator's answer to a wish, as its form sends it. */
export const answerSchema = z.object({
  id: z.uuid(),
  state: z.enum(['done', 'declined']),
  answer: typedText.default(''),
});

/** What can be wrong with an answer somebody typed. */
export type AnswerMistake = 'answer-missing' | 'answer-too-long';

/** What is wrong with an answer; null where nothing is. Who is declined is told why. */
export function answerMistake({ state, answer }: z.infer<typeof answerSchema>): AnswerMistake | null {
  if (answer.length > longestAnswer) return 'answer-too-long';
  return state === 'declined' && answer === '' ? 'answer-missing' : null;
}

/** An answer that was not right, as it was sent. */
export interface RefusedAnswer {
  readonly form: 'answer';
  readonly id: string;
  readonly answer: string;
  readonly mistake: AnswerMistake;
}
