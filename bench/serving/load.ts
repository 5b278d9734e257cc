import autocannon from 'autocannon';
import { round } from './table.ts';

/** Throughput and latency of a server under load. */
export interface LoadResult {
  readonly perSecond: number;
  readonly total: number;
  /** Latency, ms. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Sends requests as fast as responses arrive for some seconds, or an amount of them at a rate.
 *
 * @throws {Error} when a request fails or a response has another status
 */
export async function measureLoad(options: {
  readonly url: string;
  readonly seconds?: number;
  /** The number of requests, in place of `seconds`. */
  readonly amount?: number;
  /** At most this many requests per second. Latency then includes how long a request was late. */
  readonly perSecond?: number;
  readonly connections: number;
  /** Expected status of each response; default 200. */
  readonly status?: number;
  /** Creates the next request. */
  readonly request: () => Pick<autocannon.Request, 'method' | 'path' | 'headers' | 'body'>;
}): Promise<LoadResult> {
  const { url, seconds, amount, perSecond, connections, status = 200, request } = options;
  const times: number[] = [];
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(
      {
        url,
        connections,
        ...(seconds !== undefined && { duration: seconds }),
        ...(amount !== undefined && { amount }),
        ...(perSecond !== undefined && { overallRate: perSecond }),
        requests: [{ setupRequest: (each) => ({ ...each, ...request() }) }],
      },
      (error, ended) => (error ? reject(error) : resolve(ended)),
    );
    // autocannon's own figures are whole milliseconds.
    running.on('response', (_client, _status, _bytes, took) => times.push(took));
  });
  const expected = result.statusCodeStats?.[`${status}` as `${number}`]?.count ?? 0;
  if (result.errors > 0 || expected < result.requests.total) {
    const statuses = JSON.stringify(result.statusCodeStats);
    throw new Error(`${url}: ${result.errors} errors, ${result.requests.total} responses: ${statuses}`);
  }
  return {
    perSecond: result.requests.average,
    total: result.requests.total,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}

function percentile(times: readonly number[], fraction: number): number {
  const ordered = Float64Array.from(times).sort();
  return round(ordered[Math.floor(ordered.length * fraction)] ?? Number.NaN);
}

/** The median; of an even count the upper of the two middle values. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
