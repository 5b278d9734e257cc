import type { Wish } from '../../tenants/access-request-store.ts';
import { subjectIn, subjectName } from '../panel/access-request-view.ts';
import type { Language } from '../rendering/i18n.ts';
import { dayOf } from '../rendering/timestamps.ts';
import { longestAnswer, type RefusedAnswer } from './resolution-form.ts';

/** What a user asked for, as an administrator sees it. */
interface QueuedWish {
  readonly id: string;
  readonly title: string;
  readonly askedBy: string;
  readonly askedOn: string;
}

/** A wish that waits for an answer. */
export interface OpenWish extends QueuedWish {
  readonly reason: string;
  /** An answer that was refused, as it was typed, and what is wrong with it; else both are empty. */
  readonly draft: string;
  readonly mistake: string;
}

/** A wish somebody answered. */
export interface AnsweredWish extends QueuedWish {
  /** How, when and by whom it was answered. */
  readonly outcome: string;
  readonly answer: string;
}

/** The wishes that wait for an answer, in the words of one language. */
export function openWishes(
  wishes: readonly Wish[],
  refused: RefusedAnswer | null,
  language: Language,
): readonly OpenWish[] {
  const open = wishes.filter(({ state }) => state === 'open');
  return open.map((wish) => ({
    ...queuedWish(wish, language),
    reason: wish.reason,
    ...(refused?.id === wish.id ? draftOf(refused, language) : { draft: '', mistake: '' }),
  }));
}

/** The wishes somebody answered, in the words of one language. */
export function answeredWishes(wishes: readonly Wish[], language: Language): readonly AnsweredWish[] {
  const { t } = language;
  return wishes.flatMap((wish) => {
    const { state, answer, answeredBy, answeredAt } = wish;
    if (state === 'open' || answeredAt === null) return [];
    const by = { date: day(answeredAt, language), name: answeredBy || t('admin.someAdministrator') };
    return [{ ...queuedWish(wish, language), outcome: t(`admin.outcome.${state}`, by), answer }];
  });
}

function draftOf(
  { answer, mistake }: RefusedAnswer,
  { t, number }: Language,
): Pick<OpenWish, 'draft' | 'mistake'> {
  const lengths = { length: number(answer.length), longest: number(longestAnswer) };
  return { draft: answer, mistake: t(`admin.mistake.${mistake}`, lengths) };
}

function queuedWish({ id, subject, askedBy, associateId, askedAt }: Wish, language: Language): QueuedWish {
  return {
    id,
    title: subjectTitle(subject, language),
    askedBy: askedBy || language.t('admin.associate', { associateId }),
    askedOn: day(askedAt, language),
  };
}

/** What a wish is about; what is no longer in the catalogue is shown by its key. */
function subjectTitle(subject: string, language: Language): string {
  const about = subjectIn(subject);
  if (about === null) return subject.replace(/^\w+:/, '');
  return language.t(`admin.subject.${about.kind}`, { name: subjectName(about, language) });
}

function day(at: Date, { date }: Language): string {
  return date(dayOf(at.getTime()));
}
