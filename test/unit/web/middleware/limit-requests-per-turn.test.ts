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
