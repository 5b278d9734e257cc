// Loaded into a measured server: tells the measuring process its memory, garbage collected first.
process.on('message', () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  process.send({ heap: heapUsed, resident: rss });
});
process.channel?.unref();
