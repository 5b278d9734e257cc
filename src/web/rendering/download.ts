import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/** A reader who is slower is cut off, so that nobody keeps out others, ms. */
const maxDurationMs = 10 * 60_000;

/**
 * Sends a file that is written while it is read, at the speed of the client. A client that cancels the download, or reads
 * too slowly, is no failure.
 * @throws the error of a stream
 */
export async function sendDownload(
  response: Response,
  fileName: string,
  streams: readonly [Readable, ...Transform[]],
): Promise<void> {
  response.set('Cache-Control', 'private, no-store').attachment(fileName);
  // The middleware and the pipeline all listen for its end.
  response.setMaxListeners(20);
  const signal = AbortSignal.timeout(maxDurationMs);
  await pipeline([...streams, response], { signal }).catch(throwUnlessCancelled);
}

function throwUnlessCancelled(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ABORT_ERR') throw error;
}
