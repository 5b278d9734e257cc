import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Response } from 'express';

const mebibyte = Buffer.alloc(2 ** 20, ' ');
const hugeMebibytes = 200;
const drips = 60;

/** Responses that a broken proxy, an attacker or a failing server may send. All but `redirect` have status 200. */
export const malformedResponses = {
  /** An HTML page, as a proxy or a sign-in page would send. */
  html: (res: Response) => res.type('html').send('<!doctype html><title>Sign in</title><p>Please wait'),
  /** An error body with status 200. */
  error: (res: Response) => res.json({ Error: true, ErrorType: 'Broken', ErrorMessage: 'Injected failure' }),
  /** Known property names with values of the wrong type. */
  'wrong-type': (res: Response) =>
    res.json({
      Current: { Modules: 'all', ContextIdentifier: 7, SerialNr: {} },
      IsRunning: 'maybe',
      Endpoint: 5,
      Api: ['x'],
      keys: {},
      Token: [],
      UserLicenses: 5,
      value: null,
      access_token: 7,
    }),
  /** Nested so deeply that parsing may overflow the stack. */
  deep: (res: Response) => res.type('json').send('['.repeat(200_000) + ']'.repeat(200_000)),
  /** Property names that could pollute prototypes. */
  prototype: (res: Response) =>
    res
      .type('json')
      .send('{"__proto__":{"Modules":[],"isAdministrator":true},"constructor":{"prototype":{"x":1}}}'),
  /** Bytes that are not valid UTF-8. */
  bytes: (res: Response) => res.type('json').send(Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x7b])),
  /** 200 MiB without a Content-Length. */
  huge: (res: Response) => pipeline(hugeText(), res.type('json')).catch(ignoreClosedConnection),
  /** The same, compressed to a few bytes. */
  bomb: (res: Response) =>
    pipeline(hugeText(), createGzip(), res.type('json').set('Content-Encoding', 'gzip')).catch(
      ignoreClosedConnection,
    ),
  /** One byte every 500 ms for 30 seconds. */
  drip: async (res: Response) => {
    for (let drip = 0; drip < drips && !res.destroyed; drip += 1) {
      res.write(' ');
      await sleep(500);
    }
    res.end();
  },
  /** Less than the Content-Length, then a closed connection. */
  'cut-off': (res: Response) => {
    res.set('Content-Length', '1000').type('json').write('{"Current": {');
    setTimeout(() => res.destroy(), 50);
  },
  /** A redirect to another host, which would receive the request with its credentials. */
  redirect: (res: Response) => res.redirect(307, `http://localhost:${res.socket?.localPort}/elsewhere`),
} satisfies Readonly<Record<string, (res: Response) => unknown>>;

export type MalformedResponse = keyof typeof malformedResponses;

function hugeText(): Readable {
  return Readable.from(Array.from({ length: hugeMebibytes }, () => mebibyte));
}

function ignoreClosedConnection(): void {}
