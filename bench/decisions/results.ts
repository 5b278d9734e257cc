import type { Benchmark, Candidate, Timing } from './runner.ts';

/** The timings of a candidate, in the unit of the benchmark. */
export interface Result {
  readonly benchmark: string;
  readonly rounds: number;
  readonly candidate: string;
  readonly unit: Benchmark['unit'];
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  /** The median relative to the median of CASL with one ability per user. */
  readonly timesCasl: number;
  readonly decisionsPerSecond: number;
  readonly goal: Goal | null;
}

/** The maximum median, and whether it was met. */
interface Goal {
  readonly atMost: number;
  readonly met: boolean;
}

/** Converts the timings of a benchmark to results, in the order of its candidates. */
export function toResults(benchmark: Benchmark, timings: ReadonlyMap<string, Timing>): readonly Result[] {
  const { title, unit, rounds, decisions, candidates } = benchmark;
  const toUnit = (time: number) => (unit === 'ms' ? time : (time * 1e6) / decisions);
  const getMedian = (name: string) => toUnit(timings.get(name)?.median ?? Number.NaN);
  return candidates.map(({ name, goal }) => {
    const { fastest, slowest } = timings.get(name) ?? { fastest: Number.NaN, slowest: Number.NaN };
    const median = getMedian(name);
    return {
      benchmark: title,
      rounds: rounds.measured,
      candidate: name,
      unit,
      median: round(median),
      fastest: round(toUnit(fastest)),
      slowest: round(toUnit(slowest)),
      timesCasl: round(median / getMedian('CASL')),
      decisionsPerSecond: Math.round((decisions * 1000) / (timings.get(name)?.median ?? Number.NaN)),
      goal: toGoal(goal, median, getMedian),
    };
  });
}

/** Formats results as a Markdown table with aligned columns, readable in a terminal. */
export function formatTable(results: readonly Result[]): string {
  const rows = results.map((each) => [
    each.candidate,
    `${each.median} ${each.unit}`,
    `${each.fastest} to ${each.slowest}`,
    each.decisionsPerSecond.toLocaleString('en'),
    `${each.timesCasl}`,
    each.goal === null ? '' : `at most ${each.goal.atMost}: ${each.goal.met ? 'met' : 'missed'}`,
  ]);
  const head = [
    results[0]?.benchmark ?? '',
    'median',
    'fastest to slowest',
    'decisions/s',
    'times CASL',
    'goal',
  ];
  const lines = [head, ...rows];
  const widths = head.map((_cell, column) => Math.max(...lines.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function toGoal(goal: Candidate['goal'], median: number, getMedian: (name: string) => number): Goal | null {
  if (goal === undefined) return null;
  const atMost = typeof goal === 'string' ? getMedian(goal) : goal;
  return { atMost: round(atMost), met: median <= atMost };
}

// The measurements are accurate to about three digits.
function round(value: number): number {
  return Number(value.toPrecision(3));
}
