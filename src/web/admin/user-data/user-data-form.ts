import { z } from 'zod';
import { typedText } from '../../rendering/form-parsing.ts';

/** The form in which an administrator downloads or erases the data about one user. */
export const userDataSchema = z.object({
  associateId: typedText,
  intent: z.enum(['export', 'erase']),
  sure: z.enum(['', 'yes']).default(''),
});

/** Why the form is refused. */
export type UserDataValidationError = 'user-number-invalid' | 'erase-not-confirmed';

const associateIdSchema = z
  .string()
  .regex(/^[1-9]\d{0,9}$/)
  .transform(Number)
  .pipe(z.int32());

/** The user that a text names by number; null if it names none. */
export function parseAssociateId(text: unknown): number | null {
  return associateIdSchema.safeParse(text).data ?? null;
}

/** Validates the form; null if it is valid. Erasing data must be confirmed. */
export function validateUserData({
  associateId,
  intent,
  sure,
}: z.infer<typeof userDataSchema>): UserDataValidationError | null {
  if (parseAssociateId(associateId) === null) return 'user-number-invalid';
  return intent === 'erase' && sure === '' ? 'erase-not-confirmed' : null;
}

/** A rejected form, as it was sent. */
export interface InvalidUserData {
  readonly associateId: string;
  readonly validationError: UserDataValidationError | 'not-sent';
}
