import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Response } from 'express';

const mebibyte = Buffer.alloc(2 ** 20, ' ');
const hugeMebibytes = 200;
const drips = 60;

/** Answers no honest SuperOffice gives, but a broken proxy, an attacker in the way, or a bad day does. All but `redirect` with 200. */
export const malformedResponses = {
  /** A page, as a proxy or a sign-in in between sends it. */
  html: (res: Response) => res.type('html').send('<!doctype html><title>Sign in</title><p>Please wait'),
  /** The shape of a failure, as if it were none. */
  error: (res: Response) => res.json({ Error: true, ErrorType: 'Broken', ErrorMessage: 'As asked' }),
  /** The right names, nothing of the right type. */
  'wrong-type': (res: Response) =>
    res.json({
      Current: { Modules: 'all', ContextIdentifier: 7, SerialNr: {} },
      IsRunning: 'perhaps',
      Endpoint: 5,
      Api: ['x'],
      keys: {},
      Token: [],
      UserLicenses: 5,
      value: null,
      access_token: 7,
    }),
  /** Nested so deeply that reading it may end in a stack overflow. */
  deep: (res: Response) => res.type('json').send('['.repeat(200_000) + ']'.repeat(200_000)),
  /** Names that mean something to JavaScript. */
  prototype: (res: Response) =>
    res
      .type('json')
      .send('{"__proto__":{"Modules":[],"isAdministrator":true},"constructor":{"prototype":{"x":1}}}'),
  /** No text at all. */
  bytes: (res: Response) => res.type('json').send(Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x7b])),
  /** Far more than any answer holds, without a length. */
  huge: (res: Response) => pipeline(hugeText(), res.type('json')).catch(ignoreClosedConnection),
  /** The same in a few bytes. */
  bomb: (res: Response) =>
    pipeline(hugeText(), createGzip(), res.type('json').set('Content-Encoding', 'gzip')).catch(ignoreClosedConnection),
  /** A byte now and then, without an end. */
  drip: async (res: Response) => {
    for (let drip = 0; drip < drips && !res.destroyed; drip += 1) {
      res.write(' ');
      await sleep(500);
    }
    res.end();
  },
  /** Less than was announced. */
  'cut-off': (res: Response) => {
    res.set('Content-Length', '1000').type('json').write('{"Current": {');
    setTimeout(() => res.destroy(), 50);
  },
  /** To another host, which would get what was sent to this one. */
  redirect: (res: Response) => res.redirect(307, `http://localhost:${res.socket?.localPort}/elsewhere`),
} satisfies Readonly<Record<string, (res: Response) => unknown>>;

export type MalformedResponse = keyof typeof malformedResponses;

function hugeText(): Readable {
  return Readable.from(Array.from({ length: hugeMebibytes }, () => mebibyte));
}

function ignoreClosedConnection(): void {}
