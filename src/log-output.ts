import { type DestinationStream, pino } from 'pino';

/**
 * Writes the log to standard output, the lines of one turn of the event loop at once: a write of its own for each took an
 * eighth of the time of a panel view. Lines that are waiting when the process ends are written then.
 */
export function openLogOutput(): DestinationStream {
  const output = pino.destination();
  let waiting = '';
  function flush(): void {
    if (waiting !== '') output.write(waiting);
    waiting = '';
  }
  process.once('exit', () => {
    flush();
    output.flushSync();
  });
  return {
    write(line) {
      if (waiting === '') setImmediate(flush);
      waiting += line;
    },
  };
}
