import { type ChildProcess, fork } from 'node:child_process';
import { onTestFinished } from 'vitest';
import type { FloodOptions, FloodResult } from './flood-process.ts';

export interface Flood {
  /** Ends the flood, not before `atLeast` responses. */
  stop(): Promise<FloodResult>;
}

/**
 * Sends many requests, until the test ends or stops it, from a process of its own, so that only the server under test delays
 * what the test measures. Resolves when the first request has been answered.
 */
export async function startFlood(options: FloodOptions): Promise<Flood> {
  const child = fork(new URL('./flood-process.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  child.send(options);
  await nextMessage(child);
  return {
    async stop() {
      child.send('stop');
      return (await nextMessage(child)) as FloodResult;
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`The flood ended with exit status ${status}.`)));
  });
}
