import { purchasesService } from '../../../licensing/advice/drops-service.ts';
import {
  findFirstListAt,
  newForMs,
  preventsLogIn,
  reclaimReasons,
} from '../../../licensing/advice/reclaim-candidates.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { ListedHolder } from '../../../snapshots/seat-holders.ts';
import type { Contract } from '../../../tenants/tenant.ts';
import { type AdministrationAddresses, administrationHelp, type CrmLink } from '../../crm-links.ts';
import type { Language } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import { chosenTexts } from '../chosen-texts.ts';
import { type Pager, pager } from '../pager.ts';
import { lastLoginText } from '../users/users-view.ts';
import { type InvalidMark, type MarkFieldsView, markFieldsView } from './mark-form.ts';
import { describeMark, type MarkText } from './mark-text.ts';
import {
  maxDays,
  minDays,
  type ReclaimFilter,
  reclaimOrders,
  reclaimParameters,
  sortReclaimBy,
} from './reclaim-filter.ts';
import { type Candidate, isChosen, type ReclaimList } from './reclaim-list.ts';

/** Users on a page of the list. */
const usersPerPage = 50;

/** A user in a form, who can be ticked. */
interface TickedUser {
  readonly associateId: number;
  readonly name: string;
  readonly href: string;
  readonly isTicked: boolean;
}

interface CandidateRow extends TickedUser {
  readonly plan: string;
  readonly reason: string;
  readonly lastLogin: string;
}

interface KeptRow extends TickedUser {
  readonly mark: MarkText;
}

/** A link that changes the filter, with the number of users that it shows. */
interface FilterLink {
  readonly text: string;
  readonly count: string;
  readonly href: string;
  readonly isChosen: boolean;
}

/** Values of `views/admin-reclaim.ejs`. */
export interface ReclaimView {
  readonly title: string;
  readonly backUrl: string;
  /** On CRM Suite, who can log in takes a seat; otherwise who has a plan. */
  readonly model: 'user-plans' | 'suite';
  readonly showsKept: boolean;
  readonly views: readonly { readonly text: string; readonly href: string; readonly isCurrent: boolean }[];
  readonly days: { readonly value: number; readonly min: number; readonly max: number };
  /** What the form for the days keeps of the query. */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly found: string;
  /** How many users cannot log in, and how many only have not done so for long; those that there are. */
  readonly byLogIn: readonly string[];
  /** How many seats of each plan could be reclaimed: of users who cannot log in, of those who can, and together. */
  readonly reclaimable: readonly {
    readonly plan: string;
    readonly cannotLogIn: string;
    readonly canLogIn: string;
    readonly count: string;
  }[];
  /** From which day the seats may be given back; empty if the contract is not known. */
  readonly reduction: string;
  readonly contractUrl: string;
  readonly messageUrl: string;
  /** What is not known. */
  readonly notes: readonly string[];
  readonly filters: readonly { readonly name: 'reason' | 'plan'; readonly links: readonly FilterLink[] }[];
  /** What is chosen in the filters, which are closed on narrow screens. */
  readonly chosenFilters: readonly string[];
  readonly columns: readonly {
    readonly text: string;
    readonly href: string;
    readonly sorted: '' | 'ascending' | 'descending';
  }[];
  readonly rows: readonly CandidateRow[];
  readonly kept: readonly KeptRow[];
  /** Users of a rejected form who are not on this page. */
  readonly others: readonly TickedUser[];
  /** The text of the box that ticks all users of the page; empty if there are fewer than two. */
  readonly tickAll: string;
  readonly fields: MarkFieldsView;
  readonly formUrl: string;
  readonly pager: Pager | null;
  readonly downloads: readonly { readonly text: string; readonly href: string }[];
  readonly saved: string;
  readonly serviceWarning: string;
  readonly links: readonly CrmLink[];
}

/** What the page is made from. */
export interface ReclaimInput {
  readonly users: readonly ListedHolder[];
  readonly list: ReclaimList;
  readonly filter: ReclaimFilter;
  readonly refused: InvalidMark | null;
  /** How many users were just marked or no longer are; 0 if none were. */
  readonly savedCount: number;
  readonly plans: TenantEntitlements;
  readonly contract: Contract | null;
  readonly addresses: AdministrationAddresses;
  /** `YYYY-MM-DD`, and the same time in ms since 1970. */
  readonly today: string;
  readonly now: number;
  readonly lang: string;
  readonly language: Language;
}

/** Describes the seats that could be reclaimed and those that are kept, a page of them with a form. */
export function reclaimView(input: ReclaimInput): ReclaimView {
  const { list, filter, refused, plans, contract, addresses, today, lang, language } = input;
  const { t, number } = language;
  const url = (changed: ReclaimFilter, extension = '') =>
    `/admin/seats/reclaim${extension}?${new URLSearchParams({ lang, ...reclaimParameters(changed) })}`;
  const showsKept = filter.show === 'kept';
  const from = (filter.page - 1) * usersPerPage;
  const slice = <Row>(rows: readonly Row[]) => rows.slice(from, from + usersPerPage);
  const rows = showsKept ? [] : slice(list.shown).map((each) => candidateRow(each, input));
  const kept = showsKept ? slice(list.kept).map((each) => keptRow(each, input)) : [];
  const hasMore = (showsKept ? list.kept : list.shown).length > from + usersPerPage;
  const { page: _page, ...parameters } = reclaimParameters(filter);
  const filters = showsKept || list.candidates.length === 0 ? [] : filterLinks(input, url);
  return {
    title: t('admin.reclaim.title'),
    backUrl: `/admin/seats?${new URLSearchParams({ lang })}`,
    model: plans.report(null).model === 'suite' ? 'suite' : 'user-plans',
    showsKept,
    views: [
      { text: t('admin.reclaim.reclaimable'), count: list.candidates.length, show: '' as const },
      { text: t('admin.reclaim.kept'), count: list.kept.length, show: 'kept' as const },
    ].map(({ text, count, show }) => ({
      text: `${text}: ${number(count)}`,
      href: url({ ...filter, show, page: 1 }),
      isCurrent: show === filter.show,
    })),
    days: { value: filter.days, min: minDays, max: maxDays },
    hidden: Object.entries({ lang, ...parameters })
      .filter(([name]) => name !== 'days')
      .map(([name, value]) => ({ name, value })),
    found: t('admin.reclaim.found', {
      count: list.candidates.length,
      number: number(list.candidates.length),
    }),
    byLogIn: describeByLogIn(list.candidates, filter.days, language),
    reclaimable: reclaimableByPlan(list.candidates, language),
    reduction: reductionText(plans, contract, language),
    contractUrl: `/admin/contract?${new URLSearchParams({ lang })}`,
    messageUrl: `/admin/contract?${new URLSearchParams({ lang })}#message`,
    notes: notes(input),
    filters,
    chosenFilters: chosenTexts(filters),
    columns: reclaimOrders.map((order) => ({
      text: t(`admin.reclaim.column.${order}`),
      href: url(sortReclaimBy(filter, order)),
      sorted: order !== filter.sort ? '' : filter.order === 'asc' ? 'ascending' : 'descending',
    })),
    rows,
    kept,
    others: otherTicked(input, [...rows, ...kept]),
    tickAll: tickAllText(rows.length + kept.length, language),
    fields: markFieldsView(null, refused, today, language),
    formUrl: url(filter),
    pager: pager({ page: filter.page, hasMore }, { lang, ...parameters }, language),
    downloads:
      showsKept || list.shown.length === 0
        ? []
        : (['csv', 'xlsx'] as const).map((format) => ({
            text: t(`admin.download.${format}`),
            href: url({ ...filter, show: '', page: 1 }, `.${format}`),
          })),
    saved: savedText(input),
    serviceWarning: purchasesService(plans.planSeats()) ? t('admin.reclaim.service') : '',
    links: administrationHelp(['look-up-user'], addresses, language).links,
  };
}

/** How many of the candidates hold each plan, by the names of the plans. */
function countByPlan(
  candidates: readonly Candidate[],
  { locale }: Language,
): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { plan } of candidates) counts.set(plan, (counts.get(plan) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one.localeCompare(other, locale));
}

/** How many of the candidates cannot log in, and how many can. */
function describeByLogIn(
  candidates: readonly Candidate[],
  days: number,
  { t, number }: Language,
): readonly string[] {
  const cannot = candidates.filter(({ reason }) => preventsLogIn(reason)).length;
  const can = candidates.length - cannot;
  return [
    ...(cannot === 0 ? [] : [t('admin.reclaim.cannotLogInCount', { count: cannot, number: number(cannot) })]),
    ...(can === 0
      ? []
      : [t('admin.reclaim.canLogInCount', { count: can, number: number(can), days: number(days) })]),
  ];
}

function reclaimableByPlan(candidates: readonly Candidate[], language: Language): ReclaimView['reclaimable'] {
  const cannotLogIn = new Map(
    countByPlan(
      candidates.filter(({ reason }) => preventsLogIn(reason)),
      language,
    ),
  );
  return countByPlan(candidates, language).map(([plan, count]) => {
    const cannot = cannotLogIn.get(plan) ?? 0;
    const { number } = language;
    return { plan, cannotLogIn: number(cannot), canLogIn: number(count - cannot), count: number(count) };
  });
}

function reductionText(plans: TenantEntitlements, contract: Contract | null, { t, date }: Language): string {
  const effect = contract && plans.planChange(contract, 'reduce');
  if (!effect?.valid) return '';
  const change = `reduce-${effect.rule}`;
  return t(`admin.planChange.${change}`, { date: date(effect.effectiveOn) });
}

function notes({ users, now, language }: ReclaimInput): readonly string[] {
  const { t, shortDate } = language;
  if (users.length === 0) return [t('admin.users.empty.unread')];
  const texts = users.some(({ loginReported }) => loginReported) ? [] : [t('admin.reclaim.noLogins')];
  const first = findFirstListAt(users);
  if (first > now - newForMs) texts.push(t('admin.reclaim.firstList', { date: shortDate(toUtcDay(first)) }));
  return texts;
}

function filterLinks(
  { list, filter, language }: ReclaimInput,
  url: (filter: ReclaimFilter) => string,
): ReclaimView['filters'] {
  const { t, number } = language;
  const toLink = (
    text: string,
    changed: Partial<ReclaimFilter>,
    found: readonly Candidate[],
    isCurrent: boolean,
  ) => ({
    text,
    count: number(found.length),
    href: url({ ...filter, ...changed, page: 1 }),
    isChosen: isCurrent,
  });
  const withPlan = list.candidates.filter(({ plan }) => isChosen(filter.plan, plan));
  const withReason = list.candidates.filter(({ reason }) => isChosen(filter.reason, reason));
  const reasons = reclaimReasons.map((reason) => {
    const found = withPlan.filter((each) => each.reason === reason);
    return toLink(t(`admin.reclaim.reasonName.${reason}`), { reason }, found, filter.reason === reason);
  });
  const plans = countByPlan(list.candidates, language).map(([plan]) => {
    const found = withReason.filter((each) => each.plan === plan);
    return toLink(plan, { plan }, found, filter.plan === plan);
  });
  const all = t('admin.users.all');
  return [
    {
      name: 'reason' as const,
      links: [toLink(all, { reason: '' }, withPlan, filter.reason === ''), ...reasons],
    },
    { name: 'plan' as const, links: [toLink(all, { plan: '' }, withReason, filter.plan === ''), ...plans] },
  ]
    .map(({ name, links }) => ({
      name,
      links: links.filter((link) => link.count !== number(0) || link.isChosen),
    }))
    .filter(({ name, links }) => links.length > 2 || filter[name] !== '');
}

function tickedUser(
  { associateId, name }: Pick<ListedHolder, 'associateId' | 'name'>,
  { refused, lang, language: { t } }: ReclaimInput,
): TickedUser {
  return {
    associateId,
    name: name || t('admin.associate', { associateId }),
    href: `/admin/users/${associateId}?${new URLSearchParams({ lang })}`,
    isTicked: refused?.id.includes(associateId) === true,
  };
}

function candidateRow({ user, reason, plan }: Candidate, input: ReclaimInput): CandidateRow {
  return {
    ...tickedUser(user, input),
    plan,
    reason: reasonText({ user, reason }, input.language),
    lastLogin: lastLoginText(user, input.language),
  };
}

function reasonText(
  { user, reason }: Pick<Candidate, 'user' | 'reason'>,
  { t, shortDate }: Language,
): string {
  const since = reasonSince({ user, reason });
  const date = since === null ? '' : shortDate(toUtcDay(since.getTime()));
  return t(`admin.reclaim.reason.${reason}`, { date });
}

/** Since when a reason holds, as far as it is known. */
function reasonSince({ user, reason }: Pick<Candidate, 'user' | 'reason'>): Date | null {
  if (reason === 'waiting') return user.waitingSince;
  if (reason === 'no-login') return user.lastLoginAt;
  return reason === 'never-logged-in' ? user.listedSince : null;
}

function keptRow(user: ListedHolder, input: ReclaimInput): KeptRow {
  const mark =
    user.mark === null ? { text: '', note: '', marked: '' } : describeMark(user.mark, input.language);
  return { ...tickedUser(user, input), mark };
}

function otherTicked(input: ReclaimInput, rows: readonly TickedUser[]): readonly TickedUser[] {
  const onPage = new Set(rows.map(({ associateId }) => associateId));
  const ids = new Set(input.refused?.id.filter((id) => !onPage.has(id)));
  return input.users.filter(({ associateId }) => ids.has(associateId)).map((user) => tickedUser(user, input));
}

function tickAllText(count: number, { t, number }: Language): string {
  return count < 2 ? '' : t('admin.reclaim.tickAll', { number: number(count) });
}

function savedText({ savedCount, filter, language: { t } }: ReclaimInput): string {
  if (savedCount === 0) return '';
  const showsKept = filter.show === 'kept';
  return t(showsKept ? 'admin.reclaim.unmarkedNow' : 'admin.reclaim.markedNow', { count: savedCount });
}
