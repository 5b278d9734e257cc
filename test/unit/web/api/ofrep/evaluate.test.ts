import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { sendAnswer } from '../../../../../src/web/api/ofrep/evaluate.ts';
import { listening } from '../../harness.ts';

describe('sendAnswer', () => {
  const short = Buffer.from('{"value":"Für alle – ø 漢"}');
  const long = Buffer.from(JSON.stringify('ø漢'.repeat(10_000)));
  const server = listening((asked, response) => {
    const bytes = asked.url === '/short' ? short : long;
    const headers = ['Content-Type', 'application/octet-stream', 'Content-Length', String(bytes.length)];
    sendAnswer(response, { status: 200, headers, bytes }, ['Vary', 'Origin']);
  });

  it.each([
    ['/short', short],
    ['/long', long],
  ])('sends the bytes of %s as they are, after all headers', async (path, bytes) => {
    const response = await request(server).get(path).expect('Vary', 'Origin');
    expect(response.body).toEqual(bytes);
  });
});
