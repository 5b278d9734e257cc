import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type CompressedBody,
  compressedBody,
  sendCompressed,
} from '../../../../src/web/rendering/compression.ts';
import { createApp, listening } from '../harness.ts';

const text = 'Sales-Premium '.repeat(1_000);

describe('compressedBody', () => {
  it('compresses a body once in each encoding, however many ask at once', async () => {
    const body = compressedBody(Buffer.from(text), 'page');
    const asked = [body.encoded('br'), body.encoded('br'), body.encoded('gzip')] as const;
    expect(asked[0]).toBe(asked[1]);
    const [brotli, again, gzip] = await Promise.all(asked);
    expect(brotli).toBe(again);
    expect(await body.encoded('br')).toBe(brotli);
    expect(String(brotliDecompressSync(brotli))).toBe(text);
    expect(String(gunzipSync(gzip))).toBe(text);
  });

  it('keeps nothing but the compressed bytes in memory', async () => {
    const encoded = await compressedBody(Buffer.from(text), 'file').encoded('gzip');
    expect(encoded.buffer.byteLength).toBe(encoded.length);
  });
});

describe('sendCompressed', () => {
  let body: CompressedBody;
  let compressed: string[];
  beforeEach(() => {
    compressed = [];
    const kept = compressedBody(Buffer.from(text), 'page');
    body = {
      plain: kept.plain,
      encoded: (encoding) => {
        compressed.push(encoding);
        return kept.encoded(encoding);
      },
    };
  });

  const server = listening(
    createApp((request, response) => {
      response.type('html').set('ETag', 'W/"1"');
      return sendCompressed(request, response, body);
    }),
  );
  const get = (headers: Readonly<Record<string, string>>) =>
    request(server)
      .get('/')
      .set({ 'Accept-Encoding': '', ...headers });

  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'br'],
    ['*', 'br'],
    ['GZIP', 'gzip'],
    ['gzip, br;q=0', 'gzip'],
    ['identity', undefined],
    ['deflate, zstd', undefined],
    ['*;q=0', undefined],
    ['br;q=abc', undefined],
    ['', undefined],
  ])('answers Accept-Encoding "%s" with the encoding %s', async (accepted, encoding) => {
    const { status, text: received, headers } = await get({ 'Accept-Encoding': accepted });
    // The client decompresses both.
    expect([status, received]).toEqual([200, text]);
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers).toMatchObject({
      vary: 'Accept-Encoding',
      etag: 'W/"1"',
      'content-type': 'text/html; charset=utf-8',
    });
    const sent = encoding === undefined ? body.plain : await body.encoded(encoding as 'br' | 'gzip');
    expect(headers['content-length']).toBe(String(sent.length));
  });

  it.each(['W/"1"', '"1"', '*'])(
    'responds to If-None-Match %s with 304 in every encoding, without compressing',
    async (tag) => {
      for (const accepted of ['br', 'gzip', '']) {
        const { status, headers } = await get({ 'Accept-Encoding': accepted, 'If-None-Match': tag });
        expect(status).toBe(304);
        expect(headers).toMatchObject({ vary: 'Accept-Encoding', etag: 'W/"1"' });
        expect(headers).not.toHaveProperty('content-encoding');
      }
      expect(compressed).toEqual([]);
    },
  );

  it('sends the length of the compressed body to a HEAD request', async () => {
    const { headers } = await request(server).head('/').set('Accept-Encoding', 'br');
    expect(headers['content-length']).toBe(String((await body.encoded('br')).length));
  });
});
