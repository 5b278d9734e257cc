import type { Request, Response } from 'express';
import { sha256Base64Url } from '../../../crypto/random-token.ts';
import { type CompressedBody, compressedBody, sendCompressed } from '../../rendering/compression.ts';
import { isCurrent } from '../ofrep/evaluate.ts';

/** JSON that is ready to be sent. */
export interface PreparedAnswer {
  /** Weak, because it stands for the body in every encoding. */
  readonly etag: string;
  readonly body: CompressedBody;
}

/** @param use how often it is sent: `file` is compressed best */
export function prepareAnswer(answer: object, use: 'file' | 'page'): PreparedAnswer {
  const text = JSON.stringify(answer);
  return { etag: `W/"${sha256Base64Url(text).slice(0, 22)}"`, body: compressedBody(Buffer.from(text), use) };
}

/** Sends JSON, or 304 to a client that has it. */
export async function sendPrepared(
  request: Request,
  response: Response,
  { etag, body }: PreparedAnswer,
): Promise<void> {
  response.set('ETag', etag);
  // Express would send the body to a client that forbids caches to answer, as `fetch` does with every condition.
  if (isCurrent(request.headers['if-none-match'], etag)) {
    response.status(304).end();
    return;
  }
  await sendCompressed(request, response.type('json'), body);
}

/** Sends the answer to one key, which no shared cache may keep. */
export async function sendAnswer(
  request: Request,
  response: Response,
  answer: { readonly language: string },
): Promise<void> {
  response.set({ 'Cache-Control': 'private, no-cache', 'Content-Language': answer.language });
  for (const header of ['Accept-Language', 'Authorization', 'X-API-Key']) response.vary(header);
  await sendPrepared(request, response, prepareAnswer(answer, 'page'));
}
