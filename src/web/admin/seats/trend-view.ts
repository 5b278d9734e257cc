import type { SeatsOfDay } from '../../../snapshots/seat-count-store.ts';
import type { Language } from '../../rendering/i18n.ts';
import { type ChartSeries, type StepChart, stepChart } from './step-chart.ts';
import { type TrendFilter, trendPeriods } from './trend-filter.ts';

/** The chart of a trend with the texts at its axes and its legend. */
interface TrendChart extends Pick<StepChart, 'viewBox' | 'surface'> {
  /** What the picture shows, for those who do not see it. */
  readonly label: string;
  readonly lines: readonly {
    readonly name: ChartSeries['name'];
    readonly path: string;
    readonly text: string;
  }[];
  readonly days: readonly { readonly at: string; readonly text: string; readonly anchor: string }[];
  readonly numbers: readonly { readonly at: string; readonly text: string }[];
}

/** Values of `views/partials/trend.ejs`. */
export interface TrendView {
  readonly plans: readonly { readonly module: string; readonly name: string; readonly isChosen: boolean }[];
  readonly periods: readonly { readonly text: string; readonly href: string; readonly isCurrent: boolean }[];
  readonly period: string;
  /** Null as long as there are no two days to compare. */
  readonly chart: TrendChart | null;
  /** Where the records begin, and what they lack. */
  readonly notes: readonly string[];
  readonly rows: readonly { readonly day: string; readonly purchased: string; readonly inUse: string }[];
  readonly downloads: readonly { readonly text: string; readonly href: string }[];
}

/** What the trend is made from. */
export interface TrendInput {
  readonly filter: TrendFilter;
  /** The recorded seats of the plan or of all plans, in the order of the days. */
  readonly days: readonly SeatsOfDay[];
  /** The first day of the period and today, `YYYY-MM-DD`. */
  readonly since: string;
  readonly today: string;
  /** The first day of all records; null if there are none. */
  readonly firstDay: string | null;
  /** The plans that were recorded, by their modules. */
  readonly plans: readonly { readonly module: string; readonly name: string }[];
  readonly lang: string;
  readonly language: Language;
}

const dayMs = 24 * 60 * 60_000;
/** A longer trend has a row for each month. */
const maxDailyRows = 31;

/** Describes the trend of the seats of a plan or of all plans: a step chart, and its numbers as a table. */
export function trendView(input: TrendInput): TrendView {
  const { filter, days, plans, lang, language } = input;
  const { t } = language;
  const url = (changed: TrendFilter, extension = '') =>
    `/admin/seats${extension}?${new URLSearchParams({ lang, ...changed })}`;
  return {
    plans: [{ module: '', name: t('admin.seats.allPlans') }, ...plans].map((plan) => ({
      ...plan,
      isChosen: plan.module === filter.plan,
    })),
    periods: trendPeriods.map((period) => ({
      text: t(`admin.seats.period.${period}`),
      href: `${url({ ...filter, period })}#trend`,
      isCurrent: period === filter.period,
    })),
    period: filter.period,
    chart: days.length < 2 ? null : trendChart(input),
    notes: notes(input),
    rows: tableRows(input),
    downloads: (['csv', 'xlsx'] as const).map((format) => ({
      text: t(`admin.download.${format}`),
      href: url(filter, `/trend.${format}`),
    })),
  };
}

function trendChart({ filter, days, today, plans, language }: TrendInput): TrendChart {
  const { t, number, shortDate } = language;
  const first = days[0]?.day ?? today;
  const dayCount = countDays(first, today);
  const byDay = new Map(days.map((each) => [each.day, each]));
  const everyDay = Array.from({ length: dayCount }, (_, index) => byDay.get(addDays(first, index)) ?? null);
  const all: readonly ChartSeries[] = [
    { name: 'purchased', values: everyDay.map((each) => each?.purchased ?? null) },
    { name: 'in-use', values: everyDay.map((each) => each?.inUse ?? null) },
  ];
  const series = all.filter(({ values }) => values.some((value) => value !== null));
  const { viewBox, lines, surface, ...axes } = stepChart(Date.parse(first), dayCount, series);
  const plan = plans.find(({ module }) => module === filter.plan)?.name ?? t('admin.seats.allPlans');
  const dayFormat = new Intl.DateTimeFormat(language.locale, {
    ...(dayCount > 3 * maxDailyRows ? { year: 'numeric' } : { day: 'numeric' }),
    month: 'short',
    timeZone: 'UTC',
  });
  return {
    label: t('admin.seats.trendLabel', { plan, from: shortDate(first), to: shortDate(today) }),
    lines: lines.map((each) => ({ ...each, text: t(`admin.seats.line.${each.name}`) })),
    viewBox,
    surface,
    days: axes.days.map(({ at, value, anchor }) => ({ at, anchor, text: dayFormat.format(value) })),
    numbers: axes.numbers.map(({ at, value }) => ({ at, text: number(value) })),
  };
}

function notes({ days, since, today, firstDay, language }: TrendInput): readonly string[] {
  const { t, shortDate } = language;
  if (firstDay === null) return [t('admin.seats.note.none')];
  const texts = firstDay >= since ? [t('admin.seats.note.begins', { date: shortDate(firstDay) })] : [];
  const unread = countDays(firstDay > since ? firstDay : since, today) - days.length;
  if (unread > 0) texts.push(t('admin.seats.note.unread', { count: unread }));
  const uncounted = days.filter(({ purchased, inUse }) => purchased === null || inUse === null).length;
  if (uncounted > 0) texts.push(t('admin.seats.note.uncounted', { count: uncounted }));
  return texts;
}

/** The days on which a number changed, newest first; of a longer trend, the last day of each month. */
function tableRows({ days, language }: TrendInput): TrendView['rows'] {
  const { t, number, shortDate } = language;
  const shown = days.length <= maxDailyRows ? days.filter(hasChanged) : lastOfMonths(days);
  const describe = (count: number | null) => (count === null ? t('admin.seats.uncountedDay') : number(count));
  return shown.toReversed().map(({ day, purchased, inUse }) => ({
    day: shortDate(day),
    purchased: describe(purchased),
    inUse: describe(inUse),
  }));
}

function hasChanged(each: SeatsOfDay, index: number, days: readonly SeatsOfDay[]): boolean {
  const before = days[index - 1];
  return each.purchased !== before?.purchased || each.inUse !== before.inUse;
}

function lastOfMonths(days: readonly SeatsOfDay[]): readonly SeatsOfDay[] {
  return [...new Map(days.map((each) => [each.day.slice(0, 7), each])).values()];
}

function addDays(day: string, count: number): string {
  return new Date(Date.parse(day) + count * dayMs).toISOString().slice(0, 10);
}

/** The days from one to another, both included. */
function countDays(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1;
}
