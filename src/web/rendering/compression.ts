import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, Response } from 'express';

/** Bytes that are sent many times. */
export interface CompressedBody {
  readonly plain: Buffer;
  /** The bytes in an encoding: compressed when they are first asked for, in a thread of the pool, and kept. */
  encoded(encoding: Encoding): Promise<Buffer>;
}

/** Brotli's quality: the smallest for files, which live as long as the process; for pages one that takes half a millisecond. */
const brotliQuality = { file: 11, page: 5 } as const;
type Use = keyof typeof brotliQuality;

/** The encodings that we send, the smaller one first: browsers that prefer neither list gzip first. */
const encodings = ['br', 'gzip'] as const;
type Encoding = (typeof encodings)[number];

/** A body that is compressed once in each encoding, however many requests ask for it at once. */
export function compressedBody(plain: Buffer, use: Use): CompressedBody {
  const kept = new Map<Encoding, Promise<Buffer>>();
  return {
    plain,
    encoded(encoding) {
      const encoded = kept.get(encoding) ?? compress(plain, encoding, use);
      kept.set(encoding, encoded);
      return encoded;
    },
  };
}

async function compress(plain: Buffer, encoding: Encoding, use: Use): Promise<Buffer> {
  const params = {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_QUALITY]: brotliQuality[use],
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
  };
  const encoded =
    encoding === 'br' ? await promisify(brotliCompress)(plain, { params }) : await promisify(gzip)(plain);
  // Zlib's result is a view of a larger buffer, and small buffers are views of a pool: both would stay in memory.
  const kept = Buffer.allocUnsafeSlow(encoded.length);
  encoded.copy(kept);
  return kept;
}

/**
 * Sends a body in an encoding that the client accepts, else as it is. The response needs its type and a weak ETag, which
 * stands for the body in every encoding. The body must not contain a secret together with text that a stranger chose: its
 * compressed length would tell whether they have parts in common (docs/security.md#threats-and-mitigations).
 */
export async function sendCompressed(
  request: Request,
  response: Response,
  body: CompressedBody,
): Promise<void> {
  response.vary('Accept-Encoding');
  const encoding = request.fresh ? undefined : encodings.find((each) => request.acceptsEncodings(each));
  if (encoding === undefined) {
    response.send(body.plain);
    return;
  }
  const encoded = await body.encoded(encoding);
  response.set('Content-Encoding', encoding).send(encoded);
}
