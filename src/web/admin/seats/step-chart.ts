import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveStepAfter, line } from 'd3-shape';

/** A number for each day of a chart, in their order; null on a day without one. */
export interface ChartSeries {
  readonly name: 'purchased' | 'in-use';
  readonly values: readonly (number | null)[];
}

/** A value at an axis; `at` in percent of the chart, from the left or the top. */
interface Tick<Value> {
  readonly at: string;
  readonly value: Value;
}

/** The geometry of a step chart. */
export interface StepChart {
  /** The square in which the paths lie; it is stretched over the chart. */
  readonly viewBox: string;
  readonly lines: readonly { readonly name: ChartSeries['name']; readonly path: string }[];
  /** The surface below the seats in use. */
  readonly surface: string;
  /** Days as ms since 1970. */
  readonly days: readonly (Tick<number> & { readonly anchor: 'start' | 'middle' | 'end' })[];
  readonly numbers: readonly Tick<number>[];
}

const chartSize = 1000;

const dayMs = 24 * 60 * 60_000;
/** About how many values are at an axis. */
const tickCount = 4;

/**
 * Draws numbers of days as steps: a number lasts from the start of its day to that of the next one, and days without a
 * number are a gap. `firstDay` in ms since 1970; every series has a value for each of `dayCount` days.
 */
export function stepChart(firstDay: number, dayCount: number, series: readonly ChartSeries[]): StepChart {
  const highest = Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const x = scaleLinear([0, dayCount], [0, chartSize]);
  const y = scaleLinear([0, highest], [chartSize, 0]).nice(tickCount);
  const time = scaleUtc([firstDay, firstDay + dayCount * dayMs], [0, 100]);
  const toLine = line<Point>()
    .defined(isDefined)
    .x(({ day }) => x(day))
    .y(({ value }) => y(value ?? 0))
    .curve(curveStepAfter)
    .digits(1);
  const toSurface = area<Point>()
    .defined(isDefined)
    .x(({ day }) => x(day))
    .y0(chartSize)
    .y1(({ value }) => y(value ?? 0))
    .curve(curveStepAfter)
    .digits(1);
  const inUse = series.find(({ name }) => name === 'in-use')?.values ?? [];
  return {
    viewBox: `0 0 ${chartSize} ${chartSize}`,
    lines: series.map(({ name, values }) => ({ name, path: toLine(toPoints(values)) ?? '' })),
    surface: toSurface(toPoints(inUse)) ?? '',
    days: time.ticks(tickCount).map((date) => toDayTick(date.getTime(), time(date))),
    numbers: y
      .ticks(tickCount)
      .filter(Number.isInteger)
      .map((value) => ({ at: `${((y(value) / chartSize) * 100).toFixed(2)}%`, value })),
  };
}

/** A day at which a number begins or a run of numbers ends. */
interface Point {
  readonly day: number;
  readonly value: number | null;
}

function isDefined({ value }: Point): boolean {
  return value !== null;
}

/** The points at which a number changes; the last number of a run lasts to the end of its day. */
function toPoints(values: readonly (number | null)[]): readonly Point[] {
  const points: Point[] = [];
  let before: number | null = null;
  for (const [day, value] of [...values, null].entries()) {
    if (value === null && before !== null) points.push({ day, value: before });
    if (value !== before) points.push({ day, value });
    before = value;
  }
  return points;
}

/** The share of the width, in percent, within which a text beside the edge begins or ends there. */
const edge = 8;

function toDayTick(value: number, percent: number): StepChart['days'][number] {
  const anchor = percent < edge ? 'start' : percent > 100 - edge ? 'end' : 'middle';
  return { at: `${percent.toFixed(2)}%`, value, anchor };
}
