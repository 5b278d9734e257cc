import type { Wish } from '../../tenants/wish-store.ts';
import type { Language } from '../languages.ts';
import { dayOf } from '../moments.ts';

/** A wish's subject as it is kept: `feature:saint`, `plan:sales-premium`. */
export function subjectOf(kind: 'feature' | 'plan', key: string): string {
  return `${kind}:${key}`;
}

/** Whether a wish is about this subject and waits for an answer. */
export function isOpen(wish: Wish, subject: string): boolean {
  return wish.subject === subject && wish.state === 'open';
}

/** How a user's wish for one thing stands, and whether they may ask for it (again). */
export interface WishView {
  readonly subject: string;
  /** What became of the last wish, in words; empty where there was none. */
  readonly text: string;
  /** The administrator's words, or empty. */
  readonly answer: string;
  readonly mayAsk: boolean;
}

/** Puts the user's last wish for a subject into words. */
export function wishView(subject: string, wishes: readonly Wish[], { t, date }: Language): WishView {
  const wish = wishes.find((each) => each.subject === subject);
  if (wish === undefined) return { subject, text: '', answer: '', mayAsk: true };
  const at = wish.answeredAt ?? wish.askedAt;
  return {
    subject,
    text: t(`wish.${wish.state}`, { date: date(dayOf(at.getTime())) }),
    answer: wish.answer,
    mayAsk: wish.state !== 'open',
  };
}
