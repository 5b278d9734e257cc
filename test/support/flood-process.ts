import { randomInt } from 'node:crypto';
import autocannon from 'autocannon';
import { signWebhookBody } from '../../sandbox/webhook-signature.ts';

/**
 * The requests of a flood. `{number}` in the path and in the body is an eight-digit number, another one for each request. It
 * begins at random, so that two floods are different.
 */
export interface FloodOptions {
  /** An origin. */
  readonly url: string;
  readonly connections: number;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** Signs the body as SuperOffice signs an event of a webhook with this secret. */
  readonly secret?: string;
  /** At most so many requests per second; without it, as fast as they are answered. */
  readonly perSecond?: number;
  /** Does not stop before so many responses. */
  readonly atLeast?: number;
}

export interface FloodResult {
  /** The number of responses by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests without a response. */
  readonly errors: number;
  readonly seconds: number;
}

/** Creates the requests of a flood, one after the other. */
function createSetup({ method = 'GET', path, body: text = '', secret }: FloodOptions) {
  let number = randomInt(10_000_000, 50_000_000);
  return (request: autocannon.Request): autocannon.Request => {
    number += 1;
    const withNumber = (template: string) => template.replaceAll('{number}', String(number));
    const body = withNumber(text);
    const headers = secret === undefined ? {} : { 'X-SuperOffice-Signature': signWebhookBody(body, secret) };
    return { ...request, method, path: withNumber(path), body, headers };
  };
}

process.once('disconnect', () => process.exit());
process.once('message', (options: FloodOptions) => {
  const { url, connections, perSecond, atLeast = 0 } = options;
  let responses = 0;
  let isStopping = false;
  const stopAfterEnough = () => isStopping && responses >= atLeast && flood.stop();
  const flood = autocannon(
    {
      url,
      connections,
      // Beside other work, a response may take longer than the ten seconds that autocannon waits.
      timeout: 60,
      duration: 600,
      requests: [{ setupRequest: createSetup(options) }],
      ...(perSecond !== undefined && { overallRate: perSecond }),
    },
    (error, ended) => {
      if (error) throw error;
      const { statusCodeStats = {}, errors, duration: seconds } = ended;
      const counts = Object.entries(statusCodeStats).map(([status, stats]) => [status, stats?.count ?? 0]);
      const result: FloodResult = { statuses: Object.fromEntries(counts), errors, seconds };
      process.send?.(result);
      process.disconnect();
    },
  );
  flood.once('response', () => process.send?.('started'));
  flood.on('response', () => {
    responses += 1;
    stopAfterEnough();
  });
  process.once('message', () => {
    isStopping = true;
    stopAfterEnough();
  });
});
