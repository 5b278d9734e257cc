import type { Seat } from '../../licensing/plans/seat-availability.ts';
import type { Language } from '../rendering/i18n.ts';

/** Whether a seat is free, in words and as a state that the style sheet colors. */
export interface SeatView {
  readonly state: Seat;
  readonly text: string;
}

/** Describes how to get a seat of a plan. */
export function seatView(seat: Seat, { t }: Language): SeatView {
  return { state: seat, text: t(`seat.${seat}`) };
}
