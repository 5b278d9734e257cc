import type { Answer } from './question.ts';
import type { PlannedSeats } from './seat-plan.ts';
import { seatParameter } from './what-if-query.ts';

/**
 * The address of the message to SuperOffice with the seats of an answer: those that were asked about, or those that people
 * would need. Empty without an answer.
 */
export function messageAddress(answer: Answer, planned: readonly PlannedSeats[], lang: string): string {
  if (answer.kind === 'unsolved' || answer.kind === 'nothing') return '';
  const needed = answer.kind === 'assign' ? null : answer.found.inUse;
  const seats = new Map(
    planned.map(({ plan, count }) => [plan, needed === null ? count : (needed.get(plan) ?? 0)]),
  );
  for (const [plan, count] of needed ?? []) seats.set(plan, count);
  const query = new URLSearchParams({ lang });
  for (const [plan, count] of seats)
    if (typeof count === 'number') query.set(seatParameter(plan), String(count));
  return `/admin/contract?${query}#message`;
}
