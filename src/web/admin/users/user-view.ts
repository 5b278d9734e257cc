import type { EntitlementReport } from '../../../licensing/entitlements/entitlement-report.ts';
import type { RecordedChange } from '../../../snapshots/license-history.ts';
import type { DirectoryUser, PlanPeriod } from '../../../snapshots/user-directory.ts';
import type { UserMark } from '../../../tenants/user-mark-store.ts';
import type { EntitledPanelContext, PanelContext } from '../../panel/panel-context.ts';
import { assignedPlanNote } from '../../plan-names.ts';
import type { DescribePlan } from '../../plan-text.ts';
import { formatTimestamp, type Timestamp, toUtcDay } from '../../rendering/timestamps.ts';
import { type ChangeRow, changeRows } from '../history/change-messages.ts';
import { type InvalidMark, type MarkFieldsView, markFieldsView } from '../reclaim/mark-form.ts';
import { describeMark, type MarkText } from '../reclaim/mark-text.ts';
import type { PlanOnDay } from './plan-on-day.ts';
import { supportText } from './support-text.ts';
import { type UserFeatures, userFeatures } from './user-features.ts';
import { lastLoginText, planSinceText } from './users-view.ts';

/** A time in which the user had a plan, with a link to its first day. */
interface PeriodRow {
  readonly plan: string;
  readonly from: string;
  readonly until: string;
  readonly href: string;
}

/** Whether the seat of the user is kept, and the form that decides it. */
interface UserMarkView {
  readonly mark: MarkText | null;
  readonly fields: MarkFieldsView;
  readonly formUrl: string;
}

/** Values of `views/admin-user.ejs`. */
export interface UserView {
  readonly title: string;
  readonly backUrl: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Why no features are shown, or what the features shown lack; may be empty. */
  readonly notes: readonly string[];
  readonly summary: string;
  /** Null if the features are not known. */
  readonly features: UserFeatures | null;
  readonly day: { readonly value: string; readonly earliest: string; readonly latest: string };
  readonly earliestText: string;
  /** When the licenses were read; null without license data. */
  readonly asOf: Timestamp | null;
  readonly changesHeading: string;
  readonly changes: readonly ChangeRow[];
  readonly periods: readonly PeriodRow[];
  readonly mark: UserMarkView;
  readonly support: string;
  /** The form that pins the user's plan; empty for users who have left, and on CRM Suite. */
  readonly pinUrl: string;
  readonly dataUrl: string;
}

/** What the page of one user is made from. */
export interface UserInput {
  readonly user: DirectoryUser;
  /** Null for a user whose seat is not kept. */
  readonly mark: UserMark | null;
  /** A form of the mark that changed nothing, as it was sent; null if there is none. */
  readonly refused: InvalidMark | null;
  /** Null if the user has no panel. */
  readonly context: PanelContext | null;
  /** Null if the features on that day are not known. */
  readonly entitled: EntitledPanelContext | null;
  readonly language: PanelContext['language'];
  readonly tenantId: string;
  readonly today: string;
  /** The day that is shown. */
  readonly shown: PlanOnDay;
  /** Whether a day was asked for that Planlens has no data of. */
  readonly isDayUnknown: boolean;
  readonly periods: readonly PlanPeriod[];
  readonly changes: readonly RecordedChange[];
  readonly describe: DescribePlan;
  readonly lang: string;
}

/** Describes one user: the facts, the panel on a day, what has changed since, the plans so far. */
export function userView(input: UserInput): UserView {
  const { user, context, entitled, today, shown, periods, describe, lang, language } = input;
  const { t, date } = language;
  const report = entitled?.report ?? null;
  const snapshots = [context?.tenantLicenses, context?.userLicenses].flatMap((each) => each ?? []);
  const earliest = earliestDay(input);
  return {
    title: user.name || t('admin.associate', { associateId: user.associateId }),
    backUrl: `/admin/users?${new URLSearchParams({ lang })}`,
    facts: facts(input),
    notes: notes(input),
    summary: report === null ? '' : summaryText(report, input),
    features: entitled === null ? null : userFeatures(entitled),
    day: { value: shown.day, earliest, latest: today },
    earliestText: t('admin.users.user.earliest', { date: date(earliest) }),
    asOf:
      snapshots.length === 0
        ? null
        : formatTimestamp(Math.min(...snapshots.map(({ readAt }) => readAt)), language),
    changesHeading: t('admin.users.user.changes', { date: date(changesSince(input)) }),
    changes: changeRows(input.changes, language),
    periods: periods.map((period) => periodRow(period, input)),
    mark: markView(input),
    support: supportText({
      tenantId: input.tenantId,
      user,
      day: shown.day,
      userPlan: shown.userPlan,
      tenantLicenses: context?.tenantLicenses ?? null,
      userLicenses: context?.userLicenses ?? null,
      report,
    }),
    pinUrl:
      user.state === 'retired' || report?.model === 'suite'
        ? ''
        : `/admin/what-if?${new URLSearchParams({ lang, user: String(user.associateId) })}#pins`,
    dataUrl: `/admin/user-data?${new URLSearchParams({ lang, user: String(user.associateId) })}`,
  };

  function periodRow({ userPlan, beganAt, endedAt }: PlanPeriod, { user: { associateId } }: UserInput) {
    const from = toUtcDay(beganAt.getTime());
    return {
      plan: describe(userPlan).name,
      from: date(from),
      until: endedAt === null ? t('admin.users.user.current') : date(toUtcDay(endedAt.getTime())),
      href: `/admin/users/${associateId}?${new URLSearchParams({ lang, on: from })}`,
    };
  }
}

/** The first day of which the plan of the user is known. */
function earliestDay({ periods, today }: Pick<UserInput, 'periods' | 'today'>): string {
  const first = periods.at(-1);
  return first === undefined ? today : toUtcDay(first.beganAt.getTime());
}

/** The day since when changes are listed: the day that is shown, or the first one if that is today. */
export function changesSince({
  shown,
  today,
  periods,
}: Pick<UserInput, 'shown' | 'today' | 'periods'>): string {
  return shown.day === today ? earliestDay({ periods, today }) : shown.day;
}

/** A mark that has ended says nothing more. */
function markView({ user, mark, refused, today, lang, language }: UserInput): UserMarkView {
  const current = mark !== null && (mark.until ?? today) >= today ? mark : null;
  return {
    mark: current && describeMark(current, language),
    fields: markFieldsView(current, refused, today, language),
    formUrl: `/admin/users/${user.associateId}?${new URLSearchParams({ lang })}`,
  };
}

function facts({ user, shown, describe, language }: UserInput): UserView['facts'] {
  const { t, number } = language;
  const fact = (column: string, value: string) => ({ name: t(`admin.users.column.${column}`), value });
  return [
    fact('number', String(user.associateId)),
    fact('plan', describe(shown.userPlan).name),
    fact('state', t(`admin.users.state.${user.state}`)),
    fact('last-login', lastLoginText(user, language)),
    fact('plan-since', planSinceText(user, language)),
    fact('requests', number(user.openRequests)),
  ];
}

function notes(input: UserInput): readonly string[] {
  const { user, context, entitled, shown, today, isDayUnknown, describe, language } = input;
  const { t, date } = language;
  const note = (key: string, values?: Record<string, string>) => t(`admin.users.note.${key}`, values);
  const unknown = isDayUnknown ? [note('noData')] : [];
  if (user.state === 'retired') return [...unknown, note('retired')];
  if (context !== null && context.userLicenses === null) return [...unknown, note('unread')];
  if (entitled === null)
    return [...unknown, note(describe(shown.userPlan).kind === 'none' ? 'noPlan' : 'unknownPlan')];
  return [
    ...unknown,
    ...(shown.day === today ? [] : [note('ofDay', { date: date(shown.day) })]),
    ...(context?.userLicenses?.content.functionRights === null ? [note('rights')] : []),
    ...(shown.day === today ? [assignedPlanNote(entitled.report.plan, language)] : []),
  ].filter((text) => text !== '');
}

function summaryText({ counts: { enabled, total } }: EntitlementReport, { language }: UserInput): string {
  return language.t('panel.summary', { enabled, total });
}
