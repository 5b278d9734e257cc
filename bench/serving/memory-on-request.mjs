// Preloaded into measured servers: sends the memory usage after a garbage collection to the benchmark.
process.on('message', (message) => {
  if (message !== 'memory') return;
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({ heap: heapUsed, external, resident: rss });
});
process.channel?.unref();
