import type { Request } from 'express';

/** Whether a browser loads a response into a frame (Fetch Metadata). */
export function isFramed({ headers }: Pick<Request, 'headers'>): boolean {
  return headers['sec-fetch-dest'] === 'iframe';
}
