import { scaleLinear } from 'd3-scale';
import type { Language } from '../../rendering/i18n.ts';
import { describeSeatCount, type NamedSeats } from './seat-rows.ts';
import type { SeatTotals } from './seat-totals.ts';

/** A part of a bar; `x` and `width` in percent of the bar. */
interface BarPart {
  readonly kind: 'used' | 'free' | 'excess';
  readonly x: string;
  readonly width: string;
}

/** The seats of a plan, or of all plans, as a bar. Its whole width is what is purchased or in use, whichever is more. */
export interface SeatBar {
  readonly name: string;
  /** The numbers of the bar in words. */
  readonly text: string;
  /** Empty if a number is not reported, unlimited or billed by use. */
  readonly parts: readonly BarPart[];
  readonly isOverused: boolean;
}

/** Draws a bar for each plan, and one for all of them if there are several. `totals` is null if no seats are known. */
export function seatBars(
  seats: readonly NamedSeats[],
  totals: SeatTotals | null,
  language: Language,
): readonly SeatBar[] {
  const bars = seats.map(({ plan, ...each }) => {
    const free = typeof each.free === 'number' ? Math.max(each.free, 0) : each.free;
    const excess = typeof each.free === 'number' ? Math.max(-each.free, 0) : 0;
    return seatBar(plan, { ...each, free, excess }, language);
  });
  if (seats.length < 2 || totals === null) return bars;
  return [...bars, seatBar(language.t('admin.seats.allPlans'), totals, language)];
}

function seatBar(name: string, seats: SeatTotals, language: Language): SeatBar {
  const { t, number } = language;
  const { purchased, inUse, free, excess } = seats;
  if (typeof purchased !== 'number' || inUse === null || typeof free !== 'number') {
    const values = {
      purchased: describeSeatCount(purchased, language),
      inUse: describeSeatCount(inUse, language),
    };
    return { name, text: t('admin.seats.uncounted', values), parts: [], isOverused: excess > 0 };
  }
  const texts = [t('admin.seats.inUseOf', { inUse: number(inUse), purchased: number(purchased) })];
  if (free > 0 || excess === 0) texts.push(t('admin.seats.free', { free: number(free) }));
  if (excess > 0) texts.push(t('admin.seats.excess', { excess: number(excess) }));
  return {
    name,
    text: texts.join(', '),
    parts: barParts(inUse - excess, free, excess),
    isOverused: excess > 0,
  };
}

function barParts(used: number, free: number, excess: number): readonly BarPart[] {
  const whole = used + free + excess;
  if (whole <= 0) return [];
  const percent = scaleLinear([0, whole], [0, 100]).clamp(true);
  const part = (kind: BarPart['kind'], from: number, length: number) => ({
    kind,
    x: `${percent(from).toFixed(2)}%`,
    width: `${percent(length).toFixed(2)}%`,
    length,
  });
  return [part('used', 0, used), part('free', used, free), part('excess', used + free, excess)]
    .filter(({ length }) => length > 0)
    .map(({ kind, x, width }) => ({ kind, x, width }));
}
