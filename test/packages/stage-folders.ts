import { execFile } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parseWords, type Stage } from '../deploy/dockerfile.ts';

/** The result of a stage: its working directory on this machine, and its environment. */
export interface StageFolder {
  readonly workdir: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface StageRun {
  /** The folder that is `/` in the stage. */
  readonly root: string;
  workdir: string;
  readonly environment: Record<string, string>;
  /** The folders that COPY reads from: the context under the empty name, and earlier stages. */
  readonly sources: ReadonlyMap<string, string>;
}

const run = promisify(execFile);

/** Instructions that describe the image or how it runs; the caller decides about these. */
const notExecuted = ['LABEL', 'USER', 'EXPOSE', 'HEALTHCHECK', 'CMD'];

const executors: Readonly<Record<string, (stage: StageRun, text: string) => void | Promise<void>>> = {
  WORKDIR(stage, text) {
    stage.workdir = join(stage.root, text);
    mkdirSync(stage.workdir, { recursive: true });
  },
  ENV(stage, text) {
    const [name = '', value = ''] = text.split('=', 2);
    stage.environment[name] = value;
  },
  COPY(stage, text) {
    const { flags, words } = parseWords(text);
    const target = words.at(-1) ?? '';
    for (const source of words.slice(0, -1)) {
      const from = join(stage.sources.get(flags.get('from') ?? '') ?? '', source);
      const to = join(stage.workdir, target, target.endsWith('/') ? basename(source) : '');
      mkdirSync(dirname(to), { recursive: true });
      cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    }
  },
  async RUN({ workdir, environment }, text) {
    await run('/bin/sh', ['-c', text], { cwd: workdir, env: environment, maxBuffer: 2 ** 24 });
  },
};

/**
 * Executes the instructions of a Dockerfile without a container engine. Each stage is a folder, and commands run in it
 * with `environment` and the variables of the stage alone. The base image is not used: programs come from PATH.
 * @returns the last stage
 * @throws Error when a command fails or an instruction is not supported here
 */
export async function runStages(
  stages: readonly Stage[],
  folder: string,
  { context, environment }: { context: string; environment: Readonly<Record<string, string>> },
): Promise<StageFolder> {
  const sources = new Map([['', context]]);
  let last: StageRun | undefined;
  for (const [index, { name, instructions }] of stages.entries()) {
    const root = join(folder, `stage-${index}`);
    last = { root, workdir: root, environment: { ...environment }, sources };
    for (const { keyword, text } of instructions) {
      if (notExecuted.includes(keyword)) continue;
      const execute = executors[keyword];
      if (execute === undefined) throw new Error(`${keyword} is not supported here`);
      await execute(last, text);
    }
    sources.set(name ?? String(index), root);
  }
  if (last === undefined) throw new Error('the Dockerfile has no stage');
  return last;
}
