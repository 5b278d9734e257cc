import { parse } from 'cookie';
import type { Request, Response } from 'express';

/**
 * Cookies that survive in a frame of another site: `Partitioned` keeps them apart per CRM site, `__Host-` ties them
 * to our origin (design decision; observed in Chromium with third-party cookies blocked).
 */
const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'none', partitioned: true } as const;

export function readCookie(request: Request, name: string): string | undefined {
  return parse(request.headers.cookie ?? '')[name];
}

export function writeCookie(response: Response, name: string, value: string, maxAgeMs: number): void {
  response.cookie(name, value, { ...attributes, maxAge: maxAgeMs });
}
