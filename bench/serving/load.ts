import autocannon from 'autocannon';
import { rounded } from './table.ts';

/** What a server bore for a while. */
export interface LoadResult {
  readonly perSecond: number;
  readonly total: number;
  /** ms. */
  readonly p50: number;
  readonly p99: number;
}

/** Asks as fast as it is answered, over so many connections. @throws where an answer was another, or none came */
export async function load(options: {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  /** The status of each answer. */
  readonly status?: number;
  /** What is asked each time. */
  readonly request: () => Pick<autocannon.Request, 'method' | 'path' | 'headers' | 'body'>;
}): Promise<LoadResult> {
  const { url, seconds, connections, status = 200, request } = options;
  const times: number[] = [];
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(
      {
        url,
        connections,
        duration: seconds,
        requests: [{ setupRequest: (each) => ({ ...each, ...request() }) }],
      },
      (error, ended) => (error ? reject(error) : resolve(ended)),
    );
    // Its own figures are whole milliseconds.
    running.on('response', (_client, _status, _bytes, took) => times.push(took));
  });
  const good = result.statusCodeStats?.[`${status}` as `${number}`]?.count ?? 0;
  if (result.errors > 0 || good < result.requests.total) {
    const told = JSON.stringify(result.statusCodeStats);
    throw new Error(`${url}: ${result.errors} errors, ${result.requests.total} answers of which ${told}`);
  }
  return {
    perSecond: result.requests.average,
    total: result.requests.total,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}

function percentile(times: readonly number[], part: number): number {
  const ordered = Float64Array.from(times).sort();
  return rounded(ordered[Math.floor(ordered.length * part)] ?? Number.NaN);
}

/** The middle one; of an even number the upper. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
