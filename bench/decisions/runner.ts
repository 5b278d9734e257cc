import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Decides, and returns how many features were found enabled. */
export type Run = () => number | Promise<number>;

/** Who decides. `ready` makes what a run needs, outside the measured time. */
export interface Candidate {
  readonly name: string;
  readonly ready: () => Run;
  /** The most a decision may take in the unit of the contest, or as long as the peer of that name. */
  readonly goal?: number | string;
}

/** The same decisions, by all contestants. */
export interface Benchmark {
  readonly title: string;
  readonly unit: 'ns per feature' | 'ms';
  /** How many features are decided in a run. */
  readonly decisions: number;
  readonly rounds: Rounds;
  readonly candidates: readonly Candidate[];
}

/** How many rounds count, after how many that do not. */
interface Rounds {
  readonly warmUp: number;
  readonly measured: number;
}

/** How long the runs of a contestant took, in milliseconds. */
export interface Timing {
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
}

/** Lets the contestants run in turn, another first in every round. Throws where they do not count the same. */
export async function runBenchmark({
  title,
  rounds,
  candidates,
}: Benchmark): Promise<ReadonlyMap<string, Timing>> {
  const collectGarbage = garbageCollector();
  const times = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  const counted = new Set<number>();
  for (let round = -rounds.warmUp; round < rounds.measured; round += 1) {
    for (const { name, ready } of turned(candidates, round + rounds.warmUp)) {
      const run = ready();
      collectGarbage();
      const { yes, time } = await timed(run);
      counted.add(yes);
      if (round >= 0) times.get(name)?.push(time);
    }
  }
  if (counted.size !== 1) throw new Error(`${title}: enabled features counted as ${[...counted]}`);
  return new Map([...times].map(([name, each]) => [name, timingOf(each)]));
}

async function timed(run: Run): Promise<{ readonly yes: number; readonly time: number }> {
  const start = performance.now();
  const result = run();
  const yes = typeof result === 'number' ? result : await result;
  return { yes, time: performance.now() - start };
}

function timingOf(times: readonly number[]): Timing {
  const sortedUnique = times.toSorted((a, b) => a - b);
  const at = (place: number) => sortedUnique[place] ?? Number.NaN;
  return {
    median: at(Math.floor(sortedUnique.length / 2)),
    fastest: at(0),
    slowest: at(sortedUnique.length - 1),
  };
}

function turned<T>(items: readonly T[], by: number): readonly T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

// The garbage of a set-up would otherwise be collected within somebody's run.
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node.js has no gc');
  return () => {
    collect();
  };
}
