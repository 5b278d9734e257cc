import { z } from 'zod';
import type { AnyPlan } from '../../plan-names.ts';
import { typedText } from '../../rendering/form-parsing.ts';
import { rowPlan, rowsOf } from './plan-rows.ts';
import type { WantedSeats } from './wanted-seats.ts';

/** Maximum length of a reason, in characters. */
export const maxReasonLength = 1_000;

/** The form of the message: the seats wanted of each plan, of which the last may have no plan, and the reason. */
export const messageSchema = z
  .object({
    form: z.literal('message'),
    plan: rowsOf(rowPlan),
    seats: rowsOf(typedText),
    reason: typedText.default(''),
    /** Whether the message counts what users asked for, and names them. */
    requests: z.enum(['', 'yes']).default(''),
    names: z.enum(['', 'yes']).default(''),
  })
  .refine(({ plan, seats }) => plan.length === seats.length, { path: ['plan'] });

/** A message as its form was sent. */
export type MessageForm = Readonly<z.infer<typeof messageSchema>>;

/** Why no message is written. */
export type MessageValidationError =
  | 'seats-invalid'
  | 'seats-plan-missing'
  | 'seats-unchanged'
  | 'message-reason-too-long';

/** The typed seats by plan. */
export function typedSeats({ plan, seats }: MessageForm): ReadonlyMap<AnyPlan, string> {
  return new Map(plan.flatMap((each, index) => (each === '' ? [] : [[each, seats[index] ?? ''] as const])));
}

/** Validates the form; null if a message can be written. */
export function validateMessage(
  { plan, seats, reason }: MessageForm,
  wanted: readonly WantedSeats[],
): MessageValidationError | null {
  if (wanted.some(({ isInvalid }) => isInvalid)) return 'seats-invalid';
  if (plan.some((each, index) => each === '' && seats[index] !== '')) return 'seats-plan-missing';
  if (reason.length > maxReasonLength) return 'message-reason-too-long';
  return wanted.some(isChanged) ? null : 'seats-unchanged';
}

/** Whether other seats are wanted than there are. */
export function isChanged({ today, wanted }: WantedSeats): boolean {
  return wanted !== null && wanted !== today;
}
