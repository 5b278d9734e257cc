import { z } from 'zod';
import { planKeys } from '../../../licensing/catalogue/user-plans.ts';
import { typedText } from '../../rendering/form-parsing.ts';
import { parseAssociateId } from '../user-data/user-data-form.ts';

/** Maximum length of a reason, in characters. */
export const maxReasonLength = 200;

/** The form in which an administrator sets the pin of a user, or removes it. */
export const pinSchema = z.discriminatedUnion('intent', [
  z.object({
    intent: z.literal('pin'),
    associateId: typedText,
    kind: z.enum(['at-least', 'exactly']),
    plan: z.enum(planKeys),
    reason: typedText,
  }),
  z.object({ intent: z.literal('unpin'), associateId: typedText }),
]);

/** A pin as it was typed. */
export type PinForm = Extract<z.infer<typeof pinSchema>, { intent: 'pin' }>;

/** Why a pin is refused. */
export type PinValidationError =
  | 'user-number-invalid'
  | 'user-not-listed'
  | 'pin-reason-missing'
  | 'pin-reason-too-long';

/** Validates a pin before it is saved; null if it is valid. A pin must have a reason. */
export function validatePin({ associateId, reason }: PinForm): PinValidationError | null {
  if (parseAssociateId(associateId) === null) return 'user-number-invalid';
  if (reason === '') return 'pin-reason-missing';
  return reason.length > maxReasonLength ? 'pin-reason-too-long' : null;
}

/** A rejected pin, as it was sent. */
export type InvalidPin = PinForm & { readonly validationError: PinValidationError | 'not-sent' };
