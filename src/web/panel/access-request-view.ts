import { type FeatureKey, featureKeys } from '../../licensing/catalogue/feature-keys.ts';
import { getFeatureLabel } from '../../licensing/catalogue/labels.ts';
import { suitePlans } from '../../licensing/catalogue/suite-plans.ts';
import { planKeys } from '../../licensing/catalogue/user-plans.ts';
import type { AccessRequest } from '../../tenants/access-request-store.ts';
import { featureUrl, type PanelUser, planUrl } from '../links.ts';
import { type AnyPlan, planLabel } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';
import { toUtcDay } from '../rendering/timestamps.ts';

/** The stored form of a subject: `feature:saint`, `plan:sales-premium`. */
export function toSubject(kind: 'feature' | 'plan', key: string): string {
  return `${kind}:${key}`;
}

/** What an access request is about. */
export type Subject =
  | { readonly kind: 'feature'; readonly feature: FeatureKey }
  | { readonly kind: 'plan'; readonly plan: AnyPlan };

/** Parses a stored subject; null if the catalogue does not contain it. */
export function parseSubject(subject: string): Subject | null {
  const feature = featureKeys.find((each) => subject === toSubject('feature', each));
  if (feature !== undefined) return { kind: 'feature', feature };
  const plan = [...planKeys, ...suitePlans].find((each) => subject === toSubject('plan', each));
  return plan === undefined ? null : { kind: 'plan', plan };
}

/** The label of a subject. */
export function subjectName(subject: Subject, language: Language): string {
  return subject.kind === 'feature'
    ? getFeatureLabel(subject.feature, language.code)
    : planLabel(subject.plan, language);
}

/** The panel page about a subject. */
export function subjectUrl(subject: Subject, panelUser: PanelUser): string {
  return subject.kind === 'feature'
    ? featureUrl(panelUser, subject.feature)
    : planUrl(panelUser, subject.plan);
}

/** Whether one of the access requests is about this feature and still open. */
export function isFeatureRequested(accessRequests: readonly AccessRequest[], feature: FeatureKey): boolean {
  return accessRequests.some(
    ({ subject, state }) => state === 'open' && subject === toSubject('feature', feature),
  );
}

/** The state of a user's access request for one subject, and what the user may do. */
export interface AccessRequestView {
  readonly subject: string;
  /** State of the latest request; empty if there is none. */
  readonly text: string;
  /** The administrator's comment; may be empty. */
  readonly comment: string;
  readonly mayRequest: boolean;
  readonly mayWithdraw: boolean;
}

/** Describes the user's access request for a subject. */
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

/**
 * The access request as the page shows it. Users cannot request what they already have or what nobody can have any more, but
 * still see an earlier request; null if there is none.
 */
export function accessRequestToShow(
  accessRequest: AccessRequestView,
  { mayRequest }: { readonly mayRequest: boolean },
): AccessRequestView | null {
  if (mayRequest) return accessRequest;
  return accessRequest.text === '' ? null : { ...accessRequest, mayRequest: false };
}

/** An access request in the list of the panel. */
export interface AccessRequestSummary {
  readonly title: string;
  readonly text: string;
  /** The administrator's comment; may be empty. */
  readonly comment: string;
  readonly href: string;
}

/** How long a resolved request stays in the list. */
const resolvedShownMs = 14 * 24 * 60 * 60_000;

/** The user's open access requests and those resolved in the two weeks before `today`; what changed last comes first. */
export function accessRequestSummaries(
  accessRequests: readonly AccessRequest[],
  panelUser: PanelUser,
  today: string,
  language: Language,
): readonly AccessRequestSummary[] {
  const startOfDay = Date.parse(today);
  const shown = accessRequests.filter(
    ({ resolvedAt }) => startOfDay - (resolvedAt?.getTime() ?? startOfDay) < resolvedShownMs,
  );
  return [...shown]
    .sort((a, b) => lastChangedAt(b) - lastChangedAt(a))
    .flatMap((accessRequest) => {
      const subject = parseSubject(accessRequest.subject);
      if (subject === null) return [];
      const title = subjectName(subject, language);
      const text = describeState(accessRequest, language);
      return [{ title, text, comment: accessRequest.comment, href: subjectUrl(subject, panelUser) }];
    });
}

/** When it was requested or, if later, answered, ms since 1970. */
function lastChangedAt({ requestedAt, resolvedAt }: AccessRequest): number {
  return (resolvedAt ?? requestedAt).getTime();
}

function describeState(accessRequest: AccessRequest, { t, date }: Language): string {
  return t(`accessRequest.${accessRequest.state}`, { date: date(toUtcDay(lastChangedAt(accessRequest))) });
}
