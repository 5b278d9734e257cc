import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { describe, expect, it, vi } from 'vitest';
import { limitPipelining } from '../../../../src/web/middleware/limit-pipelining.ts';

/** Requests on one connection, whose responses never emit `close` by themselves, as those that Node.js 22.12 has queued. */
function createConnection() {
  const limit = limitPipelining();
  const socket = new Socket();
  return {
    socket,
    receive() {
      const request = new IncomingMessage(socket);
      const response = new ServerResponse(request);
      const onClose = vi.fn();
      const next = vi.fn();
      limit(request as Request, response as Response, next);
      response.on('close', onClose);
      return { response, onClose, next };
    },
  };
}

describe('limitPipelining', () => {
  it('closes a connection with nine unanswered requests', async () => {
    const { receive, socket } = createConnection();
    const eight = Array.from({ length: 8 }, receive);
    expect(eight.filter(({ next }) => next.mock.calls.length === 1)).toHaveLength(8);
    expect(socket.destroyed).toBe(false);
    expect(receive().next).not.toHaveBeenCalled();
    expect(socket.destroyed).toBe(true);
  });

  it('counts no answered request', () => {
    const { receive, socket } = createConnection();
    for (let request = 0; request < 20; request += 1) receive().response.emit('close');
    expect(socket.destroyed).toBe(false);
  });

  it('closes the responses that are left when their connection closes, each once', async () => {
    const { receive, socket } = createConnection();
    const [answered, ...left] = Array.from({ length: 4 }, receive);
    answered?.response.emit('close');
    socket.destroy();
    await expect.poll(() => left.map(({ onClose }) => onClose.mock.calls.length)).toEqual([1, 1, 1]);
    await setImmediate();
    expect(answered?.onClose).toHaveBeenCalledOnce();
  });
});
