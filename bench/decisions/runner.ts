import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One run of a candidate. Returns the number of enabled features. */
export type Run = () => number | Promise<number>;

/** An implementation to measure. `prepare` creates a run outside the measured time. */
export interface Candidate {
  readonly name: string;
  readonly prepare: () => Run;
  /** The maximum median in the unit of the benchmark, or the name of the candidate whose median is the maximum. */
  readonly goal?: number | string;
}

/** The same decisions by all candidates. */
export interface Benchmark {
  readonly title: string;
  readonly unit: 'ns per feature' | 'ms';
  /** The number of features decided in a run. */
  readonly decisions: number;
  readonly rounds: Rounds;
  readonly candidates: readonly Candidate[];
}

/** The number of measured rounds, and of warm-up rounds before them. */
interface Rounds {
  readonly warmUp: number;
  readonly measured: number;
}

/** The durations of the runs of a candidate, in milliseconds. */
export interface Timing {
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
}

/**
 * Runs all candidates in every round, each round starting with the next candidate.
 *
 * @throws {Error} if the candidates count different numbers of enabled features.
 */
export async function runBenchmark({
  title,
  rounds,
  candidates,
}: Benchmark): Promise<ReadonlyMap<string, Timing>> {
  const collectGarbage = garbageCollector();
  const times = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  const counted = new Set<number>();
  for (let round = -rounds.warmUp; round < rounds.measured; round += 1) {
    for (const { name, prepare: ready } of rotate(candidates, round + rounds.warmUp)) {
      const run = ready();
      collectGarbage();
      const { enabled, time } = await measure(run);
      counted.add(enabled);
      if (round >= 0) times.get(name)?.push(time);
    }
  }
  if (counted.size !== 1) throw new Error(`${title}: enabled features counted as ${[...counted]}`);
  return new Map([...times].map(([name, each]) => [name, toTiming(each)]));
}

async function measure(run: Run): Promise<{ readonly enabled: number; readonly time: number }> {
  const start = performance.now();
  const result = run();
  const enabled = typeof result === 'number' ? result : await result;
  return { enabled, time: performance.now() - start };
}

function toTiming(times: readonly number[]): Timing {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    median: at(Math.floor(sorted.length / 2)),
    fastest: at(0),
    slowest: at(sorted.length - 1),
  };
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

// Otherwise the garbage of the preparation would be collected during a measured run.
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('Node.js does not expose gc');
  return () => {
    collect();
  };
}
