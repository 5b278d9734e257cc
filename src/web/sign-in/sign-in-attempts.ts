import type { Request, Response } from 'express';
import { z } from 'zod';
import type { PanelUser } from '../links.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';

/** The user whose sign-in attempts are counted. */
type AttemptUser = Pick<PanelUser, 'tenantId' | 'associateId'>;

/** How often a panel tried to sign its user in silently without success. */
export interface Attempts {
  readonly count: number;
  /** Time of the last attempt, ms since 1970; 0 for none. */
  readonly lastAt: number;
}

const cookieName = '__Host-planlens-attempts';
/** After this time the count expires and the silent sign-in is tried again. */
const retentionMs = 10 * 60_000;
/** SuperOffice redirects a live session at once; an attempt that takes longer counts as failed (design decision). */
const pendingMs = 3_000;
/** Limit of silent sign-ins in a row. */
const maxAttempts = 3;
/** The count of a user whom only a pop-up could sign in, and how long that is known. */
const popUpOnly = { count: maxAttempts + 1, retentionMs: 30 * 24 * 60 * 60_000 };

const attemptsSchema = z
  .string()
  .regex(/^Cust\d{1,10}\.\d{1,10}\.\d{1,3}\.\d{1,15}$/)
  .transform((text) => text.split('.'))
  .transform(([tenantId, associateId, count, lastAt]) => ({
    tenantId,
    associateId: Number(associateId),
    count: Number(count),
    lastAt: Number(lastAt),
  }));

const none: Attempts = { count: 0, lastAt: 0 };

/** Reads the user's attempts from the browser's cookie, where those of another user count as none; null without cookie. */
export function readAttempts(request: Request, { tenantId, associateId }: AttemptUser): Attempts | null {
  const cookie = readCookie(request, cookieName);
  if (cookie === undefined) return null;
  const { data } = attemptsSchema.safeParse(cookie);
  return data?.tenantId === tenantId && data.associateId === associateId ? data : none;
}

/** Sets the cookie to no attempts. A browser that then sends none blocks cookies. */
export function startCounting(response: Response, user: AttemptUser): void {
  writeAttempts(response, user, none);
}

/**
 * Whether the panel may redirect to SuperOffice without a click. If an attempt did not return, the frame is blank (the
 * identity provider refuses to be framed); if it returned without a session, another one would start an endless loop. A
 * very recent attempt may be that of another frame, still in progress.
 */
export function maySignInSilently({ count, lastAt }: Attempts, now: number): boolean {
  return count === 0 || (count < maxAttempts && now - lastAt < pendingMs);
}

/** Whether only a pop-up could sign the user in, the last time. */
export function needsPopUp({ count }: Attempts): boolean {
  return count >= popUpOnly.count;
}

/** Remembers that a pop-up signed the user in, if an attempt without a click failed before. */
export function rememberPopUp(request: Request, response: Response, user: AttemptUser): void {
  const attempts = readAttempts(request, user);
  if (attempts === null || attempts.count === 0) return;
  writeAttempts(response, user, { ...attempts, count: popUpOnly.count }, popUpOnly.retentionMs);
}

/** Counts an attempt that starts at `now` (ms). */
export function countAttempt(response: Response, user: AttemptUser, { count }: Attempts, now: number): void {
  writeAttempts(response, user, { count: count + 1, lastAt: now });
}

/** Deletes the count after a successful sign-in without a click. */
export function clearAttempts(response: Response): void {
  writeCookie(response, cookieName, '', 0);
}

function writeAttempts(
  response: Response,
  { tenantId, associateId }: AttemptUser,
  { count, lastAt }: Attempts,
  lifetimeMs = retentionMs,
): void {
  writeCookie(response, cookieName, [tenantId, associateId, count, lastAt].join('.'), lifetimeMs);
}
