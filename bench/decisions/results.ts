import type { Benchmark, Candidate, Timing } from './runner.ts';

/** What a contestant needed, in the unit of the contest. */
export interface Result {
  readonly benchmark: string;
  readonly rounds: number;
  readonly candidate: string;
  readonly unit: Benchmark['unit'];
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  /** The median as a multiple of the median of CASL, each user with an ability of their own. */
  readonly timesCasl: number;
  readonly decisionsPerSecond: number;
  readonly goal: Goal | null;
}

/** The most the median may be, and whether it is. */
interface Goal {
  readonly atMost: number;
  readonly met: boolean;
}

/** Turns the timings of a contest into results, in the order of its contestants. */
export function resultsOf(benchmark: Benchmark, timings: ReadonlyMap<string, Timing>): readonly Result[] {
  const { title, unit, rounds, decisions, candidates } = benchmark;
  const inUnit = (time: number) => (unit === 'ms' ? time : (time * 1e6) / decisions);
  const medianOf = (name: string) => inUnit(timings.get(name)?.median ?? Number.NaN);
  return candidates.map(({ name, goal }) => {
    const { fastest, slowest } = timings.get(name) ?? { fastest: Number.NaN, slowest: Number.NaN };
    const median = medianOf(name);
    return {
      benchmark: title,
      rounds: rounds.measured,
      candidate: name,
      unit,
      median: rounded(median),
      fastest: rounded(inUnit(fastest)),
      slowest: rounded(inUnit(slowest)),
      timesCasl: rounded(median / medianOf('CASL')),
      decisionsPerSecond: Math.round((decisions * 1000) / (timings.get(name)?.median ?? Number.NaN)),
      goal: goalOf(goal, median, medianOf),
    };
  });
}

/** The results as a table of Markdown, which reads as well in a terminal. */
export function tableOf(results: readonly Result[]): string {
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
  const all = [head, ...rows];
  const widths = head.map((_cell, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function goalOf(goal: Candidate['goal'], median: number, medianOf: (name: string) => number): Goal | null {
  if (goal === undefined) return null;
  const atMost = typeof goal === 'string' ? medianOf(goal) : goal;
  return { atMost: rounded(atMost), met: median <= atMost };
}

// Three figures say what such a measurement can.
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
