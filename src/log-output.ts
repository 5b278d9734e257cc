import { type DestinationStream, pino } from 'pino';

/** How long the end of the process waits for a write in progress, ms: its thread ends with the process, also halfway. */
const writePatienceMs = 100;

/**
 * Writes the log to standard output, the lines of one turn of the event loop at once: a write of its own for each took an
 * eighth of the time of a panel view. Lines that are waiting when the process ends are written then.
 */
export function openLogOutput(): DestinationStream {
  let waiting = '';
  let isWriting = false;
  function flush(): void {
    isWriting = true;
    output.write(waiting);
    waiting = '';
  }
  // Before pino's own listener, which would not wait.
  process.once('exit', () => {
    if (isWriting) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, writePatienceMs);
    output.flushSync();
    if (waiting !== '') pino.destination({ sync: true }).write(waiting);
  });
  const output = pino.destination().on('drain', () => {
    isWriting = false;
  });
  return {
    write(line) {
      if (waiting === '') setImmediate(flush);
      waiting += line;
    },
  };
}
