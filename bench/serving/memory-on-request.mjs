// Loaded into a measured server: tells the measuring process its memory, garbage collected first.
process.on('message', () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({ heap: heapUsed, external, resident: rss });
});
process.channel?.unref();
