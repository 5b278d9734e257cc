import { type FeatureKey, featureKeys } from '../../licensing/catalogue/feature-keys.ts';
import { getFeatureLabel } from '../../licensing/catalogue/labels.ts';
import { suitePlans } from '../../licensing/catalogue/suite-plans.ts';
import { planKeys } from '../../licensing/catalogue/user-plans.ts';
import type { AccessRequest } from '../../tenants/access-request-store.ts';
import { featureUrl, type PanelUser, planUrl } from '../links.ts';
import { type AnyPlan, planLabel } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';
import { toUtcDay } from '../rendering/timestamps.ts';

/** A wish's subject as it is kept: `feature:saint`, `plan:sales-premium`. */
export function toSubject(kind: 'feature' | 'plan', key: string): string {
  return `${kind}:${key}`;
}

/** What a wish is about. */
type Subject =
  | { readonly kind: 'feature'; readonly feature: FeatureKey }
  | { readonly kind: 'plan'; readonly plan: AnyPlan };

/** Reads a kept subject; null for what is no longer in the catalogue. */
export function parseSubject(subject: string): Subject | null {
  const feature = featureKeys.find((each) => subject === toSubject('feature', each));
  if (feature !== undefined) return { kind: 'feature', feature };
  const plan = [...planKeys, ...suitePlans].find((each) => subject === toSubject('plan', each));
  return plan === undefined ? null : { kind: 'plan', plan };
}

/** What a wish's subject is called. */
export function subjectName(about: Subject, language: Language): string {
  return about.kind === 'feature'
    ? getFeatureLabel(about.feature, language.code)
    : planLabel(about.plan, language);
}

/** The page in a reader's panel that is about a wish's subject. */
export function subjectUrl(about: Subject, panelUser: PanelUser): string {
  return about.kind === 'feature' ? featureUrl(panelUser, about.feature) : planUrl(panelUser, about.plan);
}

/** Whether a wish is about this subject and waits for an answer. */
export function isOpen(accessRequest: AccessRequest, subject: string): boolean {
  return accessRequest.subject === subject && accessRequest.state === 'open';
}

/** How a user's wish for one thing stands, and whether they may ask for it (again). */
export interface AccessRequestView {
  readonly subject: string;
  /** What became of the last wish, in words; empty where there was none. */
  readonly text: string;
  /** The administrator's words, or empty. */
  readonly comment: string;
  readonly mayRequest: boolean;
  readonly mayWithdraw: boolean;
}

/** Puts the user's last wish for a subject into words. */
export function accessRequestView(
  subject: string,
  accessRequests: readonly AccessRequest[],
  language: Language,
): AccessRequestView {
  const accessRequest = accessRequests.find((each) => each.subject === subject);
  if (accessRequest === undefined)
    return { subject, text: '', comment: '', mayRequest: true, mayWithdraw: false };
  return {
    subject,
    text: describeState(accessRequest, language),
    comment: accessRequest.comment,
    mayRequest: accessRequest.state !== 'open',
    mayWithdraw: accessRequest.state === 'open',
  };
}

/** Nobody needs to ask for what they have; what they asked for before stays to be seen. */
export function accessRequestToShow(
  accessRequest: AccessRequestView,
  isAlreadyEnabled: boolean,
): AccessRequestView | null {
  if (!isAlreadyEnabled) return accessRequest;
  return accessRequest.text === '' ? null : { ...accessRequest, mayRequest: false };
}

/** A line of what the user asked for, and where it can be read. */
export interface AccessRequestSummary {
  readonly title: string;
  readonly text: string;
  readonly href: string;
}

/** How long an answer is shown among what was asked for. */
const answerShownMs = 14 * 24 * 60 * 60_000;

/** What the user asked for and waits for, or was answered in the last two weeks before a day; newest first. */
export function accessRequestSummaries(
  accessRequests: readonly AccessRequest[],
  panelUser: PanelUser,
  today: string,
  language: Language,
): readonly AccessRequestSummary[] {
  const dayBegan = Date.parse(today);
  const shown = accessRequests.filter(
    ({ resolvedAt }) => dayBegan - (resolvedAt?.getTime() ?? dayBegan) < answerShownMs,
  );
  return [...shown]
    .sort((a, b) => b.requestedAt.getTime() - a.requestedAt.getTime())
    .flatMap((accessRequest) => {
      const about = parseSubject(accessRequest.subject);
      if (about === null) return [];
      const title = subjectName(about, language);
      return [{ title, text: describeState(accessRequest, language), href: subjectUrl(about, panelUser) }];
    });
}

function describeState({ state, resolvedAt, requestedAt }: AccessRequest, { t, date }: Language): string {
  return t(`accessRequest.${state}`, { date: date(toUtcDay((resolvedAt ?? requestedAt).getTime())) });
}
