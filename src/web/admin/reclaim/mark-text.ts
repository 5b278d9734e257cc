import type { UserMark } from '../../../tenants/user-mark-store.ts';
import type { Language } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';

/** A mark in words. */
export interface MarkText {
  /** What it is, and until when. */
  readonly text: string;
  readonly note: string;
  /** Who marked the user, and when. */
  readonly marked: string;
}

/** Describes the mark of a user whose seat is kept. */
export function describeMark(
  { kind, note, until, markedBy, markedAt }: UserMark,
  language: Language,
): MarkText {
  const { t, shortDate } = language;
  const name = t(`admin.reclaim.kind.${kind}`);
  return {
    text: until === null ? name : t('admin.reclaim.kindUntil', { kind: name, date: shortDate(until) }),
    note,
    marked: t('admin.reclaim.marked', {
      name: markedBy ?? t('admin.someAdministrator'),
      date: shortDate(toUtcDay(markedAt.getTime())),
    }),
  };
}
