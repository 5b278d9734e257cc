import { includesService } from '../../../licensing/advice/drops-service.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { UserLicenses } from '../../../licensing/licenses/license-data.ts';
import type { DetectedPlan } from '../../../licensing/plans/detect-plan.ts';
import type { Upgrade } from '../../../licensing/plans/minimal-upgrades.ts';
import type { Seat } from '../../../licensing/plans/seat-availability.ts';
import type { AccessRequest, RequestedSubject } from '../../../tenants/access-request-store.ts';
import { maxSavedAnswers } from '../../../tenants/saved-answer-store.ts';
import { parseSubject, type Subject, subjectName } from '../../panel/access-request-view.ts';
import type { SeatView } from '../../panel/seat-view.ts';
import {
  type AnyPlan,
  assignedPlanName,
  describedPlanName,
  isSuitePlan,
  planLabel,
} from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import { maxAnswerLength, maxNameLength } from '../saved-answers/saved-answer-form.ts';
import type { ReportOnListedPlan } from './listed-plan-reports.ts';
import type { InvalidResolution } from './resolution-form.ts';

/** What every access request shows. */
interface AccessRequestRow {
  readonly id: string;
  readonly requestedBy: string;
  readonly requestedOn: string;
}

/** An open access request, with what its user has and would need. */
interface OpenAccessRequest extends AccessRequestRow {
  readonly reason: string;
  readonly planToday: string;
  /** The plan that would give what is asked for; else why none is named. */
  readonly planNeeded: string;
  /** Whether a seat of that plan is free; null if no plan is named, or for CRM Suite, which has one plan for all. */
  readonly seat: SeatView | null;
  /** One who asks alone is ticked. */
  readonly isTicked: boolean;
}

/** The open access requests for one feature or plan, which one form answers. */
export interface AccessRequestGroup {
  readonly subject: string;
  readonly title: string;
  /** How many people ask for it, and that only the first are listed if so. */
  readonly people: string;
  /** What prevents a change to the plan if a user has Service and open requests; empty if nothing does. */
  readonly serviceWarning: string;
  readonly requests: readonly OpenAccessRequest[];
  /** The comment and the error of a rejected form; empty otherwise. */
  readonly draft: string;
  readonly validationError: string;
  /** Where the error is; null without one. */
  readonly invalid: 'people' | 'comment' | 'answer' | 'name' | null;
  /** The name of the saved answer that was chosen, and the name under which the comment is to be saved. */
  readonly answer: string;
  readonly saveAs: string;
}

/** A resolved access request. */
export interface ResolvedAccessRequest extends AccessRequestRow {
  readonly title: string;
  /** How, when and by whom it was resolved. */
  readonly outcome: string;
  readonly comment: string;
}

/** What is known about a tenant's plans and users. */
export interface PlanFacts {
  readonly plans: TenantEntitlements;
  readonly users: ReadonlyMap<number, UserLicenses>;
  /** For users whose licenses are not stored. */
  readonly reportOnListedPlan: ReportOnListedPlan;
  /** Whether some user may have a plan with Service. */
  readonly mayDropService: boolean;
}

/** Describes the open access requests of one subject; `refused` is a rejected form, of this subject or another. */
export function accessRequestGroup(
  { subject, count, requests }: RequestedSubject,
  facts: PlanFacts,
  refused: InvalidResolution | null,
  language: Language,
): AccessRequestGroup {
  const { t } = language;
  const parsed = parseSubject(subject);
  const own = refused?.subject === subject ? refused : null;
  const more = count - requests.length;
  const lengths = describeLengths(own, language);
  return {
    subject,
    title: subjectTitle(subject, language),
    people: [
      t('admin.people', { count }),
      ...(more > 0 ? [t('admin.morePeople', { count: more })] : []),
    ].join(' '),
    serviceWarning: facts.mayDropService && lacksService(parsed) ? t('crm.mayDropService') : '',
    requests: requests.map((request) => ({
      ...toRow(request, language),
      reason: request.reason,
      ...describePlans(request, parsed, facts, language),
      isTicked: own?.id.includes(request.id) ?? requests.length === 1,
    })),
    draft: own?.comment ?? '',
    validationError: own === null ? '' : t(`admin.validationError.${own.validationError}`, lengths),
    invalid: own && invalidField(own.validationError),
    answer: own?.answer ?? '',
    saveAs: own?.saveAs ?? '',
  };
}

function describeLengths(refused: InvalidResolution | null, { number }: Language) {
  const [text = '', longest] = isAboutName(refused?.validationError)
    ? [refused?.saveAs, maxNameLength]
    : [refused?.comment, maxAnswerLength];
  return { length: number(text.length), longest: number(longest), count: maxSavedAnswers };
}

function invalidField(error: InvalidResolution['validationError']): AccessRequestGroup['invalid'] {
  if (error === 'nobody-ticked') return 'people';
  if (error === 'saved-answer-gone') return 'answer';
  return isAboutName(error) ? 'name' : 'comment';
}

function isAboutName(error: InvalidResolution['validationError'] | undefined): boolean {
  return error === 'saved-answers-full' || error?.startsWith('answer-name') === true;
}

/** Describes resolved access requests. */
export function resolvedAccessRequests(
  accessRequests: readonly AccessRequest[],
  language: Language,
): readonly ResolvedAccessRequest[] {
  const { t } = language;
  return accessRequests.flatMap((accessRequest) => {
    const { subject, state, comment, resolvedBy, resolvedAt } = accessRequest;
    if (state === 'open' || resolvedAt === null) return [];
    const by = { date: formatDay(resolvedAt, language), name: resolvedBy || t('admin.someAdministrator') };
    const title = subjectTitle(subject, language);
    return [{ ...toRow(accessRequest, language), title, outcome: t(`admin.outcome.${state}`, by), comment }];
  });
}

function toRow(
  { id, requestedBy, associateId, requestedAt }: AccessRequest,
  language: Language,
): AccessRequestRow {
  return {
    id,
    requestedBy: requestedBy || language.t('admin.associate', { associateId }),
    requestedOn: formatDay(requestedAt, language),
  };
}

/** The label of a subject, or its key if the catalogue no longer contains it. */
export function subjectTitle(subject: string, language: Language): string {
  const parsed = parseSubject(subject);
  if (parsed === null) return subject.replace(/^\w+:/, '');
  return language.t(`admin.subject.${parsed.kind}`, { name: subjectName(parsed, language) });
}

/** Whether a subject is a user plan without Service. */
function lacksService(subject: Subject | null): boolean {
  return subject?.kind === 'plan' && !isSuitePlan(subject.plan) && !includesService(subject.plan);
}

/** The name of a user's plan, as the plan needed is named. */
function planTodayName(plan: DetectedPlan | null, language: Language): string {
  return plan?.kind === 'suite' && plan.plan !== null
    ? planLabel(plan.plan, language)
    : assignedPlanName(plan, language);
}

function describePlans(
  { associateId }: AccessRequest,
  subject: Subject | null,
  { plans, users, reportOnListedPlan }: PlanFacts,
  language: Language,
): Pick<OpenAccessRequest, 'planToday' | 'planNeeded' | 'seat'> {
  const { t } = language;
  const user = users.get(associateId) ?? null;
  const report = user === null ? reportOnListedPlan(associateId) : plans.report(user);
  const planToday = planTodayName(report?.plan ?? null, language);
  const unknown = { planToday, planNeeded: t('admin.planNeededUnknown'), seat: null };
  if (subject?.kind === 'plan') {
    // The seats of a plan are the same for every user.
    const anyone = user ?? { associateId, granted: [], complete: false, functionRights: null };
    const seat = isSuitePlan(subject.plan) ? null : (plans.whatIf(anyone, subject.plan)?.seat ?? null);
    return { planToday, ...describeNeed(subject.plan, seat, plans, language) };
  }
  if (report === null || subject === null) return unknown;
  if (report.features.get(subject.feature)?.state === 'enabled')
    return { planToday, planNeeded: t('admin.hasItToday'), seat: null };
  const upgrade = chooseUpgrade(report.features.get(subject.feature)?.upgrades ?? []);
  if (upgrade === null) return unknown;
  const seat = upgrade.kind === 'user-plan' ? upgrade.seat : null;
  return { planToday, ...describeNeed(upgrade.plan, seat, plans, language) };
}

/** Of the upgrades with the fewest steps the first with a free seat, else the first. */
function chooseUpgrade(upgrades: readonly Upgrade[]): Upgrade | null {
  const steps = (each: Upgrade) => (each.kind === 'user-plan' ? each.steps : 0);
  const [first] = upgrades;
  if (first === undefined) return null;
  const free = upgrades.find(
    (each) => steps(each) === steps(first) && each.kind === 'user-plan' && each.seat === 'assign',
  );
  return free ?? first;
}

function describeNeed(
  plan: AnyPlan,
  seat: Seat | null,
  plans: TenantEntitlements,
  language: Language,
): Pick<OpenAccessRequest, 'planNeeded' | 'seat'> {
  const planNeeded = planLabel(plan, language);
  if (seat === null) return { planNeeded, seat: null };
  const row = plans.planSeats().find((each) => describedPlanName(each.plan) === planNeeded);
  const { t } = language;
  const text =
    seat === 'assign' && typeof row?.free === 'number'
      ? t('admin.seatsFree', { count: row.free })
      : t(`seatBadge.${seat}`);
  return { planNeeded, seat: { state: seat, text } };
}

function formatDay(at: Date, { date }: Language): string {
  return date(toUtcDay(at.getTime()));
}
