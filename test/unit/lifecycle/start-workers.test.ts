import { expect, it } from 'vitest';
import { startWorkers } from '../../../src/lifecycle/start-workers.ts';

type Deps = Parameters<typeof startWorkers>[0];

it.each([
  [false, 6],
  [true, 0],
])('processes no queue if the process stops during the start: %s', async (stops, expected) => {
  const stopping = new AbortController();
  const processed: string[] = [];
  const jobs = {
    schedule: async () => {},
    enqueue: async () => {
      if (stops) stopping.abort();
    },
    process: async (queue: string) => void processed.push(queue),
  };
  await startWorkers({
    jobs,
    superOffice: {},
    tenants: { scheduleOutdated: async () => {} },
    now: Date.now,
    stop: stopping.signal,
  } as Partial<Record<keyof Deps, unknown>> as Deps);
  expect(processed).toHaveLength(expected);
});
