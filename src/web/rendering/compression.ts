import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, Response } from 'express';

/** A body that is sent many times. */
export interface CompressedBody {
  readonly plain: Buffer;
  /** The body in an encoding: compressed when it is first asked for, in a thread of the pool, and kept. */
  encoded(encoding: Encoding): Promise<Buffer>;
}

/** Those that we send, the smaller one first. Browsers accept Brotli over https only. */
const encodings = ['br', 'gzip'] as const;
type Encoding = (typeof encodings)[number];

/** Brotli's qualities: the smallest body for files that live as long as the process, a quick one for pages of a user. */
const brotliQuality = { file: 11, page: 5 };

/** A body with its compressed forms, which are made once however many requests ask for them. */
export function compressedBody(plain: Buffer, use: keyof typeof brotliQuality): CompressedBody {
  const kept = new Map<Encoding, Promise<Buffer>>();
  return {
    plain,
    encoded(encoding) {
      const encoded = kept.get(encoding) ?? compress[encoding](plain, use);
      kept.set(encoding, encoded);
      return encoded;
    },
  };
}

const compress: Readonly<
  Record<Encoding, (plain: Buffer, use: keyof typeof brotliQuality) => Promise<Buffer>>
> = {
  br: async (plain, use) =>
    trim(
      await promisify(brotliCompress)(plain, {
        params: {
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_QUALITY]: brotliQuality[use],
          [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
        },
      }),
    ),
  gzip: async (plain) => trim(await promisify(gzip)(plain)),
};

/** What zlib returns is a view of a buffer of 16 kB or more. */
function trim(encoded: Buffer): Buffer {
  return Buffer.from(encoded);
}

/**
 * Sends a body in an encoding that the browser accepts, or as it is. Its ETag must be set, and weak: it stands for the body in
 * every encoding. A body must not contain a secret next to what a stranger chose: its length would tell whether they match
 * (docs/security.md#threats).
 */
export async function sendCompressed(
  request: Request,
  response: Response,
  body: CompressedBody,
): Promise<void> {
  response.set('Vary', 'Accept-Encoding');
  const encoding = request.fresh ? undefined : encodings.find((each) => request.acceptsEncodings(each));
  if (encoding === undefined) {
    response.send(body.plain);
    return;
  }
  const encoded = await body.encoded(encoding);
  response.set('Content-Encoding', encoding).send(encoded);
}
