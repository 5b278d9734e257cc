import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants, gunzipSync, gzip } from 'node:zlib';
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
export type Encoding = (typeof encodings)[number];

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

/** Bytes that are kept only in the forms that clients ask for: of a page that is usually one, a sixth as large as the page. */
export interface CompactBody extends CompressedBody {
  /** The bytes in an encoding, or as they are (null), if they are kept in this form. */
  peek(encoding: Encoding | null): Buffer | undefined;
  /** The size of the kept forms, bytes. */
  size(): number;
}

const unpack = { br: brotliDecompressSync, gzip: gunzipSync } as const;

/** Makes a body of the page's bytes. @param onResize called after the kept forms have changed */
export function compactBody(bytes: Buffer, onResize: () => void): CompactBody {
  // Nothing below may name `bytes`, which would keep them.
  const kept = new Map<Encoding | null, Buffer>([[null, bytes]]);
  const pending = new Map<Encoding, Promise<Buffer>>();
  let isPlainAsked = false;

  function toPlain(): Buffer {
    const [form] = kept;
    if (form === undefined) throw new Error('a body is always kept in one form');
    const [encoding, bytes] = form;
    return encoding === null ? bytes : unpack[encoding](bytes);
  }

  function keep(encoding: Encoding | null, form: Buffer): Buffer {
    kept.set(encoding, form);
    if (!isPlainAsked) kept.delete(null);
    onResize();
    return form;
  }

  async function pack(encoding: Encoding): Promise<Buffer> {
    try {
      return keep(encoding, await compress(toPlain(), encoding, 'page'));
    } finally {
      pending.delete(encoding);
    }
  }

  return {
    peek(encoding) {
      if (encoding === null) isPlainAsked = true;
      return kept.get(encoding);
    },
    size: () => [...kept.values()].reduce((sum, { length }) => sum + length, 0),
    get plain() {
      isPlainAsked = true;
      return kept.get(null) ?? keep(null, toPlain());
    },
    async encoded(encoding) {
      const form = kept.get(encoding);
      if (form !== undefined) return form;
      const packing = pending.get(encoding) ?? pack(encoding);
      pending.set(encoding, packing);
      return packing;
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
  if (request.fresh) {
    response.removeHeader('Content-Type');
    response.status(304).end();
    return;
  }
  const encoding = encodings.find((each) => request.acceptsEncodings(each));
  if (encoding === undefined) {
    response.send(body.plain);
    return;
  }
  const encoded = await body.encoded(encoding);
  response.set('Content-Encoding', encoding).send(encoded);
}
