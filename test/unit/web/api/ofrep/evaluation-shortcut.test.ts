import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Evaluations } from '../../../../../src/web/api/ofrep/evaluate.ts';
import { createEvaluationShortcut } from '../../../../../src/web/api/ofrep/evaluation-shortcut.ts';
import { createApp, listening } from '../../harness.ts';

const path = '/ofrep/v1/evaluate/flags';

describe('createEvaluationShortcut', () => {
  let passedOn: number;
  let isKeyKnown: boolean;
  let evaluate: Evaluations['evaluate'];
  beforeEach(() => {
    passedOn = 0;
    isKeyKnown = true;
    evaluate = async () => {
      throw new Error('refused');
    };
  });

  const server = listening(
    createEvaluationShortcut({
      app: createApp((_request, response) => {
        passedOn += 1;
        response.send('from the app');
      }),
      evaluations: {
        evaluate: (asked, key) => evaluate(asked, key),
        evaluateFromMemory(_request, _key, _onAnswer, onOther) {
          if (!isKeyKnown) return false;
          onOther();
          return true;
        },
      },
      onRequest: () => {},
    }),
  );

  it('lets the app find a key, as only the app knows the client whose attempts count', async () => {
    isKeyKnown = false;
    let isEvaluated = false;
    evaluate = async () => {
      isEvaluated = true;
      throw new Error('refused');
    };
    expect((await request(server).post(path)).text).toBe('from the app');
    expect(isEvaluated).toBe(false);
  });

  it('lets the app answer a failure', async () => {
    expect((await request(server).post(path)).text).toBe('from the app');
    expect(passedOn).toBe(1);
  });

  it('leaves no request to the app whose client is gone, which it would count as unanswered', async () => {
    let isGone = false;
    evaluate = async (asked) => {
      await once(asked.socket, 'close');
      isGone = true;
      throw new Error('refused');
    };
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await once(server, 'request');
    socket.destroy();
    await expect.poll(() => isGone).toBe(true);
    // A further request passes after everything that follows the end of the first.
    await request(server).post('/other');
    expect(passedOn).toBe(1);
  });
});
