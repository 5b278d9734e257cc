import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchDatabase, root } from '../serving/bench-database.ts';
import { type ServerProcess, startApp } from '../serving/processes.ts';
import { formatTable, round } from '../serving/table.ts';
import { type PreparedScenario, scenarios } from './scenarios.ts';
import { type Cost, summarizeAllocation, summarizeProcessor } from './summarize.ts';

/** How many functions are listed. */
const count = 10;
const kinds = ['processor', 'allocation'] as const;
type Kind = (typeof kinds)[number];

/** Tells which functions take most processor time and allocate most, in each of the scenarios. */
export async function profile(benchDatabase: BenchDatabase) {
  const folder = await mkdtemp(join(tmpdir(), 'planlens-profile-'));
  const figures = [];
  for (const { name, prepare } of scenarios) {
    const prepared = await prepare(benchDatabase);
    const files = { processor: join(folder, 'processor.json'), allocation: join(folder, 'allocation.json') };
    if (prepared.load === undefined)
      for (const kind of kinds) await profileStart(prepared, kind, files[kind]);
    else await profileLoad(prepared, files);
    await prepared.end?.();
    const processor = summarizeProcessor(JSON.parse(await readFile(files.processor, 'utf8')), count);
    const allocation = summarizeAllocation(JSON.parse(await readFile(files.allocation, 'utf8')), count);
    figures.push({
      name,
      processorSeconds: round(processor.seconds),
      processor: processor.top,
      allocatedMb: round(allocation.bytes / 1e6),
      allocation: allocation.top,
    });
  }
  await rm(folder, { recursive: true });
  return { name: 'Profile', figures, printed: figures.map(format).join('\n\n') };
}

async function profileLoad(prepared: PreparedScenario, files: Readonly<Record<Kind, string>>): Promise<void> {
  const app = await startProfiled(prepared.environment);
  await prepared.warmUp?.(app.url);
  for (const kind of kinds) {
    await app.ask({ profile: kind, action: 'start' });
    await prepared.load?.(app.url);
    await app.ask({ profile: kind, action: 'stop', file: files[kind] });
  }
  await app.stop();
}

async function profileStart({ environment }: PreparedScenario, kind: Kind, file: string): Promise<void> {
  const app = await startProfiled({ ...environment, BENCH_PROFILE_FROM_START: kind });
  await app.ask({ profile: kind, action: 'stop', file });
  await app.stop();
}

function startProfiled(environment: NodeJS.ProcessEnv): Promise<ServerProcess> {
  return startApp(environment, { options: ['--import', `${root}bench/profile/profile-on-request.mjs`] });
}

type Figure = {
  readonly name: string;
  readonly processorSeconds: number;
  readonly processor: readonly Cost[];
  readonly allocatedMb: number;
  readonly allocation: readonly Cost[];
};

function format({ name, processorSeconds, processor, allocatedMb, allocation }: Figure): string {
  const toRows = (costs: readonly Cost[]) =>
    costs.map(({ percent, where, name: of }) => [`${percent} %`, of, where]);
  return [
    `${name}: processor time, ${processorSeconds} s in all`,
    formatTable(['share', 'function', 'where'], toRows(processor)),
    '',
    `${name}: allocations, ${allocatedMb} MB in all`,
    formatTable(['share', 'function', 'where'], toRows(allocation)),
  ].join('\n');
}
