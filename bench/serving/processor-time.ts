import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second of Linux on all common architectures (`getconf CLK_TCK`). */
const ticksPerSecond = 100;

/**
 * The processor time of a process and everything it has started, user and system, in seconds. Processes that have ended count
 * once their parent has waited for them. NaN where there is no `/proc`, as on macOS.
 */
export function processorSeconds(pid: number): number {
  const all = readProcesses();
  const sum = (each: ProcessTimes): number =>
    all
      .filter(({ parent }) => parent === each.pid)
      .reduce((total, child) => total + sum(child), each.seconds);
  const own = readProcess(pid);
  return own === undefined ? Number.NaN : sum(own);
}

/** The process that started another one; NaN where there is no `/proc`. */
export function parentOf(pid: number): number {
  return readProcess(pid)?.parent ?? Number.NaN;
}

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

function readProcesses(): ProcessTimes[] {
  try {
    return readdirSync('/proc').flatMap((name) =>
      /^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : [],
    );
  } catch {
    return [];
  }
}

/** @returns undefined for a process that has ended */
function readProcess(pid: number): ProcessTimes | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may contain spaces. The fields after it are counted from `state`, the third.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const ticks = [11, 12, 13, 14].reduce((total, index) => total + (fields[index] ?? 0), 0);
    return { pid, parent, seconds: ticks / ticksPerSecond };
  } catch {
    return undefined;
  }
}
