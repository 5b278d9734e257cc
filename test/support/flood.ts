import { type ChildProcess, fork } from 'node:child_process';
import type { FloodOptions, FloodResult } from './flood-process.ts';

export interface Flood {
  /** Resolves when the requested amount has been answered, or when the flood was stopped. */
  readonly result: Promise<FloodResult>;
  stop(): Promise<FloodResult>;
}

/**
 * Sends many requests from a process of its own, so that only the server under test delays what the test measures. Resolves
 * when the first request has been answered.
 */
export async function startFlood(options: FloodOptions): Promise<Flood> {
  const child = fork(new URL('./flood-process.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  child.send(options);
  await nextMessage(child);
  const result = nextMessage(child) as Promise<FloodResult>;
  return {
    result,
    stop() {
      child.send('stop');
      return result;
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (status) => reject(new Error(`The flood ended with exit status ${status}.`)));
  });
}
