import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';

/**
 * Attributes that let browsers store cookies in a frame of another site: `Partitioned` separates them by CRM site, the
 * prefix `__Host-` binds them to our origin (design decision; observed in Chromium with third-party cookies blocked).
 */
const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'none', partitioned: true } as const;

/** The value of a cookie; undefined if the request has none of that name. */
export function readCookie(request: Pick<Request, 'headers'>, name: string): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[name];
}

/** The names of a request's cookies that start with `prefix`; browsers send the oldest first (RFC 6265, section 5.4). */
export function listCookieNames(request: Request, prefix: string): string[] {
  return Object.keys(parseCookie(request.headers.cookie ?? '')).filter((name) => name.startsWith(prefix));
}

/** Sets a cookie that also works in the frame of a panel; `maxAgeMs` 0 deletes it. */
export function writeCookie(response: Response, name: string, value: string, maxAgeMs: number): void {
  response.cookie(name, value, { ...attributes, maxAge: maxAgeMs });
}
