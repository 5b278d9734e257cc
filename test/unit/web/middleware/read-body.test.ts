import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/errors.ts';
import { readBody, receiveBody } from '../../../../src/web/middleware/read-body.ts';

describe('readBody', () => {
  let outcomes: string[];
  let server: ReturnType<ReturnType<typeof express>['listen']>;

  beforeEach(async () => {
    outcomes = [];
    const app = express().post('/', async (request, response) => {
      const outcome = await readBody(request, 10).then(
        (body) => body.toString('utf8'),
        (error: unknown) => (error instanceof AppError ? error.code : String(error)),
      );
      outcomes.push(outcome);
      response.send(outcome);
    });
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });

  async function send(...parts: string[]) {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    for (const part of parts) await new Promise((resolve) => socket.write(part, resolve));
    return socket;
  }
  const head = 'POST / HTTP/1.1\r\nHost: localhost\r\n';
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`;

  it.each([
    ['in one part', [`${head}Content-Length: 10\r\n\r\n0123456789`], '0123456789'],
    ['in several parts', [`${head}Content-Length: 4\r\n\r\n`, 'ab', 'cd'], 'abcd'],
    ['in chunks', [chunked, '2\r\nab\r\n', '2\r\ncd\r\n0\r\n\r\n'], 'abcd'],
    ['without a byte', [`${head}\r\n`], ''],
  ])('reads a body that arrives %s', async (_how, parts, body) => {
    const socket = await send(...parts);
    await expect.poll(() => outcomes).toEqual([body]);
    socket.destroy();
  });

  it('refuses a larger body by its declared length, or at the first byte beyond the limit', async () => {
    const declared = `${head}Content-Length: 11\r\n\r\n`;
    const sent = `${chunked}6\r\n012345\r\n5\r\n6789x\r\n`;
    for (const [index, request] of [declared, sent].entries()) {
      let response = '';
      const socket = await send(request);
      socket.on('data', (data) => (response += data));
      await expect.poll(() => outcomes[index]).toBe('body-too-large');
      await expect.poll(() => response).toContain('body-too-large');
      socket.destroy();
    }
  });

  it('refuses the body of a client that gives up', async () => {
    const socket = await send(`${head}Content-Length: 10\r\n\r\n`, '01234');
    socket.destroy();
    await expect.poll(() => outcomes).toEqual(['request-malformed']);
  });
});

describe('receiveBody', () => {
  it.each(['ends', 'breaks off'])('refuses a body that is too large once, if it then %s', async (how) => {
    const request = new IncomingMessage(new Socket());
    const outcomes: string[] = [];
    receiveBody(
      request,
      10,
      (body) => outcomes.push(body.toString()),
      ({ code }) => outcomes.push(code),
    );
    request.push('{}');
    request.push(' '.repeat(10));
    await expect.poll(() => outcomes).toEqual(['body-too-large']);
    if (how === 'ends') {
      request.push(null);
      request.resume();
    } else {
      request.destroy();
    }
    await once(request, how === 'ends' ? 'end' : 'close');
    expect(outcomes).toEqual(['body-too-large']);
  });
});
