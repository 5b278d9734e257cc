import type { Request, Response } from 'express';
import { z } from 'zod';
import type { PanelReader } from '../links.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';

/** A panel's reader, as far as attempts to sign them in go. */
type Reader = Pick<PanelReader, 'ctx' | 'associateId'>;

/** How often a panel tried to sign its reader in without them coming back. */
export interface Attempts {
  readonly count: number;
  /** When it last did, ms since 1970; 0 for never. */
  readonly lastAt: number;
}

const cookieName = '__Host-planlens-attempts';
/** After it a dead frame is forgotten, and signing in silently is tried again. */
const rememberedMs = 10 * 60_000;
/** SuperOffice answers a live session at once: what takes longer did not come back (design decision). */
const underWayMs = 3_000;
/** So many sign-ins may begin by themselves, whatever happens between them. */
const most = 3;

const attemptsSchema = z
  .string()
  .regex(/^Cust\d{1,10}\.\d{1,10}\.\d{1,3}\.\d{1,15}$/)
  .transform((text) => text.split('.'))
  .transform(([ctx, associateId, count, lastAt]) => ({
    ctx,
    associateId: Number(associateId),
    count: Number(count),
    lastAt: Number(lastAt),
  }));

const none: Attempts = { count: 0, lastAt: 0 };

/** What this browser remembers of signing this reader in; of another reader nothing. Null where it brings no memory. */
export function attemptsOf(request: Request, { ctx, associateId }: Reader): Attempts | null {
  const cookie = readCookie(request, cookieName);
  if (cookie === undefined) return null;
  const kept = attemptsSchema.safeParse(cookie);
  const own = kept.success && kept.data.ctx === ctx && kept.data.associateId === associateId;
  return own ? kept.data : none;
}

/** Gives the browser a memory of no attempt: what comes back without it is of a browser that keeps no cookies here. */
export function beginCounting(response: Response, reader: Reader): void {
  remember(response, reader, none);
}

/**
 * Whether the panel may go to SuperOffice by itself: the frame of an attempt that never came back shows nothing (an
 * identity provider that refuses to be framed), and one that comes back without a session would go round for ever. An
 * attempt begun just now may be another frame's, still under way.
 */
export function maySignInByItself({ count, lastAt }: Attempts, now: number): boolean {
  return count === 0 || (count < most && now - lastAt < underWayMs);
}

/** Remembers that the panel goes to SuperOffice now. */
export function countAttempt(response: Response, reader: Reader, { count }: Attempts, now: number): void {
  remember(response, reader, { count: count + 1, lastAt: now });
}

/** Starts counting anew, after a sign-in that worked. */
export function forgetAttempts(response: Response): void {
  writeCookie(response, cookieName, '', 0);
}

function remember(response: Response, { ctx, associateId }: Reader, { count, lastAt }: Attempts): void {
  writeCookie(response, cookieName, [ctx, associateId, count, lastAt].join('.'), rememberedMs);
}
