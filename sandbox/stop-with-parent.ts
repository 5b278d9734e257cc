// The demo preloads this into the app: when the demo ends or is killed, the app and its PostgreSQL stop too.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
