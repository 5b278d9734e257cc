import { type FeatureKey, featureKeys } from '../../licensing/catalogue/feature-keys.ts';
import { labelOfFeature } from '../../licensing/catalogue/labels.ts';
import { suitePlans } from '../../licensing/catalogue/suite-plans.ts';
import { planKeys } from '../../licensing/catalogue/user-plans.ts';
import type { Wish } from '../../tenants/access-request-store.ts';
import { featureUrl, type PanelReader, planUrl } from '../links.ts';
import { type AnyPlan, planLabel } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';
import { dayOf } from '../rendering/timestamps.ts';

/** A wish's subject as it is kept: `feature:saint`, `plan:sales-premium`. */
export function subjectOf(kind: 'feature' | 'plan', key: string): string {
  return `${kind}:${key}`;
}

/** What a wish is about. */
type Subject =
  | { readonly kind: 'feature'; readonly feature: FeatureKey }
  | { readonly kind: 'plan'; readonly plan: AnyPlan };

/** Reads a kept subject; null for what is no longer in the catalogue. */
export function subjectIn(subject: string): Subject | null {
  const feature = featureKeys.find((each) => subject === subjectOf('feature', each));
  if (feature !== undefined) return { kind: 'feature', feature };
  const plan = [...planKeys, ...suitePlans].find((each) => subject === subjectOf('plan', each));
  return plan === undefined ? null : { kind: 'plan', plan };
}

/** What a wish's subject is called. */
export function subjectName(about: Subject, language: Language): string {
  return about.kind === 'feature'
    ? labelOfFeature(about.feature, language.code)
    : planLabel(about.plan, language);
}

/** The page in a reader's panel that is about a wish's subject. */
export function subjectUrl(about: Subject, reader: PanelReader): string {
  return about.kind === 'feature' ? featureUrl(reader, about.feature) : planUrl(reader, about.plan);
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
  readonly mayWithdraw: boolean;
}

/** Puts the user's last wish for a subject into words. */
export function wishView(subject: string, wishes: readonly Wish[], language: Language): WishView {
  const wish = wishes.find((each) => each.subject === subject);
  if (wish === undefined) return { subject, text: '', answer: '', mayAsk: true, mayWithdraw: false };
  return {
    subject,
    text: stateWords(wish, language),
    answer: wish.answer,
    mayAsk: wish.state !== 'open',
    mayWithdraw: wish.state === 'open',
  };
}

/** Nobody needs to ask for what they have; what they asked for before stays to be seen. */
export function wishToShow(wish: WishView, isHad: boolean): WishView | null {
  if (!isHad) return wish;
  return wish.text === '' ? null : { ...wish, mayAsk: false };
}

/** A line of what the user asked for, and where it can be read. */
export interface AskedFor {
  readonly title: string;
  readonly text: string;
  readonly href: string;
}

/** How long an answer is shown among what was asked for. */
const answerShownMs = 14 * 24 * 60 * 60_000;

/** What the user asked for and waits for, or was answered in the last two weeks before a day; newest first. */
export function askedFor(
  wishes: readonly Wish[],
  reader: PanelReader,
  today: string,
  language: Language,
): readonly AskedFor[] {
  const dayBegan = Date.parse(today);
  const shown = wishes.filter(
    ({ answeredAt }) => dayBegan - (answeredAt?.getTime() ?? dayBegan) < answerShownMs,
  );
  return [...shown]
    .sort((a, b) => b.askedAt.getTime() - a.askedAt.getTime())
    .flatMap((wish) => {
      const about = subjectIn(wish.subject);
      if (about === null) return [];
      const title = subjectName(about, language);
      return [{ title, text: stateWords(wish, language), href: subjectUrl(about, reader) }];
    });
}

function stateWords({ state, answeredAt, askedAt }: Wish, { t, date }: Language): string {
  return t(`wish.${state}`, { date: date(dayOf((answeredAt ?? askedAt).getTime())) });
}
