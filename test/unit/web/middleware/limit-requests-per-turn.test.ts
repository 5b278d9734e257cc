import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { limitRequestsPerTurn } from '../../../../src/web/middleware/limit-requests-per-turn.ts';

function createRequest(url: string): [IncomingMessage, ServerResponse] {
  const request = Object.assign(new IncomingMessage(new Socket()), { url });
  return [request, new ServerResponse(request)];
}

describe('limitRequestsPerTurn', () => {
  it('handles so many requests in a turn of the event loop, in the order of their arrival', async () => {
    const handled: (string | undefined)[] = [];
    const listen = limitRequestsPerTurn(({ url }) => handled.push(url), 3);
    for (const url of ['/1', '/2', '/3', '/4', '/5', '/6', '/7']) listen(...createRequest(url));
    expect(handled).toEqual(['/1', '/2', '/3']);
    await setImmediate();
    expect(handled).toEqual(['/1', '/2', '/3', '/4', '/5', '/6']);
    listen(...createRequest('/8'));
    expect(handled).toHaveLength(6);
    await setImmediate();
    expect(handled.slice(6)).toEqual(['/7', '/8']);
  });

  it('leaves out a request whose connection was closed while it waited', async () => {
    const handled: (string | undefined)[] = [];
    const listen = limitRequestsPerTurn(({ url }) => handled.push(url), 1);
    const [first, closed, last] = [createRequest('/1'), createRequest('/2'), createRequest('/3')];
    for (const each of [first, closed, last]) listen(...each);
    closed[0].socket.destroy();
    await expect.poll(() => handled).toEqual(['/1', '/3']);
  });

  it('closes a connection on which nine requests wait', async () => {
    const listener = vi.fn<RequestListener>();
    const listen = limitRequestsPerTurn(listener, 1);
    const pipelined = Array.from({ length: 9 }, () => createRequest('/'));
    const socket = new Socket();
    for (const [request] of pipelined) request.socket = socket;
    listen(...createRequest('/before'));
    for (const each of pipelined) listen(...each);
    expect(socket.destroyed).toBe(true);
    await setImmediate();
    expect(listener).toHaveBeenCalledOnce();
  });

  it('handles the next requests of a turn in place of those left out', async () => {
    const handled: (string | undefined)[] = [];
    const listen = limitRequestsPerTurn(({ url }) => handled.push(url), 1);
    const requests = ['/1', '/2', '/3', '/4'].map(createRequest);
    for (const each of requests) listen(...each);
    for (const index of [1, 2]) requests[index]?.[0].socket.destroy();
    await setImmediate();
    expect(handled).toEqual(['/1', '/4']);
  });

  it('notes when a waiting request arrived, so that its duration includes the wait', () => {
    const listen = limitRequestsPerTurn(() => {}, 1);
    const [[first], [second]] = [createRequest('/1'), createRequest('/2')];
    const begun = performance.now();
    listen(first, new ServerResponse(first));
    listen(second, new ServerResponse(second));
    expect(first.arrivedAt).toBeUndefined();
    expect(second.arrivedAt).toBeGreaterThanOrEqual(begun);
  });

  it('begins to count again in each turn', async () => {
    const listener = vi.fn<RequestListener>();
    const listen = limitRequestsPerTurn(listener, 1);
    for (const turn of [1, 2, 3]) {
      listen(...createRequest('/'));
      expect(listener).toHaveBeenCalledTimes(turn);
      await setImmediate();
      await setImmediate();
    }
  });
});
