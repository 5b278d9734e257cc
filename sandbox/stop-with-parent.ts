// Loaded into the app by the demo: when the demo is gone, killed even, its app and the app's PostgreSQL stop too.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
