import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AssignmentProgramme, ProgrammeSolution } from '../licensing/assignment/assignment-programme.ts';

/** Why a programme was not solved: too many others are solved or wait, or it took too long. */
export type UnsolvedReason = 'busy' | 'too-long';

/** A solution, or why there is none. */
type SolverResult =
  | { readonly solved: true; readonly solution: ProgrammeSolution }
  | { readonly solved: false; readonly reason: UnsolvedReason };

/** Solves programmes outside the thread that answers requests: one at a time for each tenant, few in a process. */
export type AssignmentSolver = (tenantId: string, programme: AssignmentProgramme) => Promise<SolverResult>;

/** The limits of the solver in one process. */
export interface SolverLimits {
  readonly maxRunning: number;
  readonly maxWaiting: number;
  /** How many of one tenant may wait, so that it does not take the places of others. */
  readonly maxWaitingOfTenant: number;
  /** How long one programme may take, ms. */
  readonly timeLimitMs: number;
}

/** Two threads, so that one tenant with a large programme does not keep the others waiting. */
const defaultLimits: SolverLimits = {
  maxRunning: 2,
  maxWaiting: 20,
  maxWaitingOfTenant: 3,
  timeLimitMs: 10_000,
};

/** The heap of a thread; the memory of the solver is beside it and depends on the size of the programme. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };

/** Compiled beside this file, or TypeScript that Node.js runs. */
const workerFile = new URL(`solver-worker${extname(import.meta.url)}`, import.meta.url);

/** Creates a solver with threads of its own, each for one programme. */
export function createAssignmentSolver(limits: SolverLimits = defaultLimits): AssignmentSolver {
  const running = new Set<string>();
  const waiting: { readonly tenantId: string; readonly start: () => void }[] = [];

  function startNext(): void {
    const index = waiting.findIndex(({ tenantId }) => !running.has(tenantId));
    if (index < 0 || running.size >= limits.maxRunning) return;
    for (const { tenantId, start } of waiting.splice(index, 1)) {
      running.add(tenantId);
      start();
    }
  }

  return async function solve(tenantId, programme) {
    const ofTenant = waiting.filter((each) => each.tenantId === tenantId);
    if (waiting.length >= limits.maxWaiting || ofTenant.length >= limits.maxWaitingOfTenant)
      return { solved: false, reason: 'busy' };
    await new Promise<void>((start) => {
      waiting.push({ tenantId, start });
      startNext();
    });
    try {
      return await solveInThread(programme, limits.timeLimitMs);
    } finally {
      running.delete(tenantId);
      startNext();
    }
  };
}

async function solveInThread(programme: AssignmentProgramme, timeLimitMs: number): Promise<SolverResult> {
  // Without the environment, which has secrets.
  const worker = new Worker(workerFile, { workerData: programme, resourceLimits, env: {} });
  // A process that stops does not wait for an answer that nobody reads.
  worker.unref();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeLimitMs);
  try {
    const [solution]: ProgrammeSolution[] = await once(worker, 'message', { signal: stop.signal });
    if (solution === undefined) throw new Error('The solver sent no solution.');
    return { solved: true, solution };
  } catch (error) {
    if (stop.signal.aborted) return { solved: false, reason: 'too-long' };
    throw error;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
