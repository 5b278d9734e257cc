// Preloaded into measured servers: sends the processor time, or the memory after a garbage collection, to the benchmark.
process.on('message', (what) => {
  if (what === 'cpu') return void process.send(process.cpuUsage());
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({ heap: heapUsed, external, resident: rss });
});
process.channel?.unref();
