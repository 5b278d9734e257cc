import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../serving/bench-database.ts';

/** What a function of the server costs itself, without what it calls. */
export interface Cost {
  /** The file and line of the function in the sources, or `node:` and V8's own names. */
  readonly where: string;
  readonly name: string;
  /** The share of all samples but those of an idle process, %. */
  readonly percent: number;
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** A profile of processor time, as the inspector makes it. */
export interface ProcessorProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** µs before each sample. */
  readonly timeDeltas: readonly number[];
}

/** A profile of allocations: each node has the bytes that its function allocated. */
export interface AllocationProfile {
  readonly head: AllocationNode;
}

interface AllocationNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly AllocationNode[];
}

/** Names of V8 for a process that has nothing to do. */
const idle = ['(idle)', '(program)', '(root)'];
/** Starts and stops the profile. */
const profiler = 'node:inspector';

/** The functions that took most processor time, most first; `seconds` is the time of all. */
export function summarizeProcessor({ nodes, samples, timeDeltas }: ProcessorProfile, count: number) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const { top, total } = summarize(
    samples.map((id, index) => ({ frame: frames.get(id), cost: timeDeltas[index] ?? 0 })),
    count,
  );
  return { top, seconds: total / 1e6 };
}

/** The functions that allocated most, most first; `bytes` are those of all. */
export function summarizeAllocation({ head }: AllocationProfile, count: number) {
  const costs: { frame: CallFrame; cost: number }[] = [];
  const waiting = [head];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    costs.push({ frame: node.callFrame, cost: node.selfSize });
    waiting.push(...node.children);
  }
  const { top, total } = summarize(costs, count);
  return { top, bytes: total };
}

function summarize(
  costs: readonly { readonly frame: CallFrame | undefined; readonly cost: number }[],
  count: number,
) {
  const byFunction = new Map<string, { frame: CallFrame; cost: number }>();
  let total = 0;
  for (const { frame, cost } of costs) {
    if (frame === undefined || frame.url === profiler || idle.includes(frame.functionName)) continue;
    const { functionName, url, lineNumber, columnNumber } = frame;
    const key = `${functionName} ${url}:${lineNumber}:${columnNumber}`;
    byFunction.set(key, { frame, cost: (byFunction.get(key)?.cost ?? 0) + cost });
    total += cost;
  }
  const top = [...byFunction.values()]
    .toSorted((one, other) => other.cost - one.cost)
    .slice(0, count)
    .map(
      ({ frame, cost }): Cost => ({ ...locate(frame), percent: Number(((cost / total) * 100).toFixed(1)) }),
    );
  return { top, total };
}

/** Where a function stands in the sources: a bundled file has a source map beside it. */
function locate({ functionName, url, lineNumber, columnNumber }: CallFrame): Pick<Cost, 'where' | 'name'> {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (!url.startsWith('file:')) return { where: url === '' ? 'V8' : url, name };
  const file = fileURLToPath(url);
  const entry = sourceMapOf(file)?.findEntry(lineNumber, columnNumber);
  if (entry === undefined || !('originalSource' in entry))
    return { where: `${toProjectPath(file)}:${lineNumber + 1}`, name };
  const source = resolve(dirname(file), entry.originalSource);
  return { where: `${toProjectPath(source)}:${entry.originalLine + 1}`, name };
}

const sourceMaps = new Map<string, SourceMap | null>();

function sourceMapOf(file: string): SourceMap | null {
  const known = sourceMaps.get(file);
  if (known !== undefined) return known;
  const map = readSourceMap(`${file}.map`);
  sourceMaps.set(file, map);
  return map;
}

function readSourceMap(file: string): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Packages are named without the folder that holds them. */
function toProjectPath(file: string): string {
  const inPackages = file.lastIndexOf('/node_modules/');
  return inPackages < 0 ? relative(root, file) : file.slice(inPackages + '/node_modules/'.length);
}
