// Preloaded into profiled servers: samples processor time or allocations, from the start or on request, and writes a profile.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/** How often the stack is sampled, µs. */
const samplingInterval = 200;
/** How many bytes are allocated between two samples on average. */
const allocationInterval = 16_384;

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: samplingInterval });

const kinds = {
  processor: {
    start: () => session.post('Profiler.start'),
    stop: () => session.post('Profiler.stop'),
  },
  allocation: {
    start: () =>
      session.post('HeapProfiler.startSampling', {
        samplingInterval: allocationInterval,
        // Without these, only what is still in use would be counted.
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      }),
    stop: () => session.post('HeapProfiler.stopSampling'),
  },
};

process.on('message', async ({ profile, action, file }) => {
  if (profile === undefined) return;
  const result = await kinds[profile][action]();
  if (action === 'stop') writeFileSync(file, JSON.stringify(result.profile));
  process.send({ profile });
});

const fromStart = kinds[process.env.BENCH_PROFILE_FROM_START];
if (fromStart !== undefined) await fromStart.start();
