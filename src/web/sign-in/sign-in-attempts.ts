import type { Request, Response } from 'express';
import { z } from 'zod';
import type { PanelUser } from '../links.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';

/** A panel's reader, as far as attempts to sign them in go. */
type PanelRequest = Pick<PanelUser, 'tenantId' | 'associateId'>;

/** How often a panel tried to sign its reader in without them coming back. */
export interface Attempts {
  readonly count: number;
  /** When it last did, ms since 1970; 0 for never. */
  readonly lastAt: number;
}

const cookieName = '__Host-planlens-attempts';
/** After it a dead frame is forgotten, and signing in silently is tried again. */
const retentionMs = 10 * 60_000;
/** SuperOffice answers a live session at once: what takes longer did not come back (design decision). */
const pendingMs = 3_000;
/** So many sign-ins may begin by themselves, whatever happens between them. */
const most = 3;

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

/** What this browser remembers of signing this reader in; of another reader nothing. Null where it brings no memory. */
export function readAttempts(request: Request, { tenantId, associateId }: PanelRequest): Attempts | null {
  const cookie = readCookie(request, cookieName);
  if (cookie === undefined) return null;
  const kept = attemptsSchema.safeParse(cookie);
  const own = kept.success && kept.data.tenantId === tenantId && kept.data.associateId === associateId;
  return own ? kept.data : none;
}

/** Gives the browser a memory of no attempt: what comes back without it is of a browser that keeps no cookies here. */
export function startCounting(response: Response, reader: PanelRequest): void {
  remember(response, reader, none);
}

/**
 * Whether the panel may go to SuperOffice by itself: the frame of an attempt that never came back shows nothing (an
 * identity provider that refuses to be framed), and one that comes back without a session would go round for ever. An
 * attempt begun just now may be another frame's, still under way.
 */
export function maySignInSilently({ count, lastAt }: Attempts, now: number): boolean {
  return count === 0 || (count < most && now - lastAt < pendingMs);
}

/** Remembers that the panel goes to SuperOffice now. */
export function countAttempt(
  response: Response,
  reader: PanelRequest,
  { count }: Attempts,
  now: number,
): void {
  remember(response, reader, { count: count + 1, lastAt: now });
}

/** Starts counting anew, after a sign-in that worked. */
export function forgetAttempts(response: Response): void {
  writeCookie(response, cookieName, '', 0);
}

function remember(
  response: Response,
  { tenantId, associateId }: PanelRequest,
  { count, lastAt }: Attempts,
): void {
  writeCookie(response, cookieName, [tenantId, associateId, count, lastAt].join('.'), retentionMs);
}
