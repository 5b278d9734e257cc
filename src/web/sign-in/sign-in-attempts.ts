import type { Request, Response } from 'express';
import { z } from 'zod';
import { sha256Base64Url } from '../../crypto/random-token.ts';
import type { PanelUser } from '../links.ts';
import { listCookieNames, readCookie, writeCookie } from '../middleware/cookies.ts';

/** The user whose sign-in attempts are counted. */
type AttemptUser = Pick<PanelUser, 'tenantId' | 'associateId'>;

/**
 * How a panel signs its user in, as far as this browser showed it:
 * - `frame`: the page in the panel's frame leads that frame to SuperOffice
 * - `redirect`: the CRM's request for the panel is redirected to SuperOffice, without a page of ours before
 * - `pop-up`: by nothing but a pop-up
 * - `unknown`: not known yet
 */
export type SignInWay = 'frame' | 'redirect' | 'pop-up' | 'unknown';

/** How often a panel tried to sign its user in silently without success, and how it signed them in before. */
export interface Attempts {
  readonly count: number;
  /** Time of the last attempt, ms since 1970; 0 for none, also if a pop-up signed the user in since. */
  readonly lastAt: number;
  readonly way: SignInWay;
}

/** Each user has a cookie, because some people work in several tenants, or share a computer. */
const attemptsCookie = ({ tenantId, associateId }: AttemptUser) =>
  `${attemptsPrefix}${sha256Base64Url(`${tenantId}.${associateId}`).slice(0, 16)}`;
const attemptsPrefix = '__Host-planlens-attempts-';
/** Older ones are deleted: a browser that sends ever more cookies is refused at 16 kB. */
const maxUsers = 8;
/** How long the way and the attempts are known. Until a way is known, the silent sign-in is tried again after minutes. */
const retentionMs = { known: 30 * 24 * 60 * 60_000, unknown: 10 * 60_000 };
/** SuperOffice redirects a live session at once; an attempt that takes longer counts as failed (design decision). */
const pendingMs = 3_000;
/** Limit of silent sign-ins in a row. */
const maxAttempts = 3;

const ways = z.enum(['frame', 'redirect', 'pop-up', 'unknown']) satisfies z.ZodType<SignInWay>;
const attemptsSchema = z
  .string()
  .regex(/^Cust\d{1,10}\.\d{1,10}\.\d{1,3}\.\d{1,15}(\.(frame|redirect|pop-up))?$/)
  .transform((text) => text.split('.'))
  .transform(([tenantId, associateId, count, lastAt, way = 'unknown']) => ({
    tenantId,
    associateId: Number(associateId),
    count: Number(count),
    lastAt: Number(lastAt),
    way: ways.parse(way),
  }));

const none: Attempts = { count: 0, lastAt: 0, way: 'unknown' };

/** Reads the user's attempts from their cookie; null without it. */
export function readAttempts(request: Request, user: AttemptUser): Attempts | null {
  const cookie = readCookie(request, attemptsCookie(user));
  if (cookie === undefined) return null;
  const { data } = attemptsSchema.safeParse(cookie);
  return data?.tenantId === user.tenantId && data.associateId === user.associateId ? data : none;
}

/** Sets the cookie to no attempts. A browser that then sends none blocks cookies. */
export function startCounting(response: Response, user: AttemptUser): void {
  writeAttempts(response, user, none);
}

/**
 * Whether the panel may sign in at SuperOffice without a click. If an attempt did not return, the frame is blank (the
 * identity provider refuses to be framed) or waits for a password; if it returned without a session, another one would
 * start an endless loop. A very recent attempt may be that of another frame, still in progress.
 */
export function maySignInSilently(
  { count, lastAt }: Pick<Attempts, 'count' | 'lastAt'>,
  now: number,
): boolean {
  return count === 0 || lastAt === 0 || (count < maxAttempts && now - lastAt < pendingMs);
}

/**
 * Remembers how to sign the user in from now on, after a pop-up did. An identity provider other than SuperOffice's own may
 * refuse to be framed. Otherwise each attempt that did not return rules out one way: the page in the frame lacks cookies
 * that are not `SameSite=None`; a redirect that never worked is not tried a third time before the cookie expires.
 */
export function rememberPopUp(
  request: Request,
  response: Response,
  user: AttemptUser,
  usesOwnProvider: boolean,
): void {
  const { count, way } = readAttempts(request, user) ?? none;
  if (!usesOwnProvider) writeAttempts(response, user, { ...none, way: 'pop-up' });
  else if (count === 0) writeAttempts(response, user, { ...none, way: way === 'redirect' ? way : 'frame' });
  else if (way === 'redirect' && count > 1)
    writeAttempts(response, user, { count, lastAt: 0, way: 'pop-up' });
  else if (way !== 'pop-up') writeAttempts(response, user, { count: 1, lastAt: 0, way: 'redirect' });
}

/** Remembers that the panel's own frame signed the user in without a click. */
export function rememberFrame(request: Request, response: Response, user: AttemptUser): void {
  const way = readAttempts(request, user)?.way === 'redirect' ? 'redirect' : 'frame';
  writeAttempts(response, user, { ...none, way });
}

/** Counts an attempt that starts at `now` (ms). */
export function countAttempt(
  response: Response,
  user: AttemptUser,
  { count, way }: Attempts,
  now: number,
): void {
  writeAttempts(response, user, { count: count + 1, lastAt: now, way });
}

/** Counts none after an attempt that returned with an error, which the user sees. */
export function forgiveAttempt(request: Request, response: Response, user: AttemptUser): void {
  const { way } = readAttempts(request, user) ?? none;
  writeAttempts(response, user, { ...none, way });
}

/** Deletes the attempts after one that returned, but not in the panel's own frame. */
export function clearAttempts(response: Response, user: AttemptUser): void {
  writeCookie(response, attemptsCookie(user), '', 0);
}

function writeAttempts(response: Response, user: AttemptUser, { count, lastAt, way }: Attempts): void {
  const name = attemptsCookie(user);
  const others = listCookieNames(response.req, attemptsPrefix).filter((each) => each !== name);
  for (const each of others.slice(0, Math.max(0, others.length + 1 - maxUsers)))
    writeCookie(response, each, '', 0);
  const known = way === 'unknown' ? [] : [way];
  const lifetimeMs = retentionMs[way === 'unknown' ? 'unknown' : 'known'];
  const value = [user.tenantId, user.associateId, count, lastAt, ...known].join('.');
  writeCookie(response, name, value, lifetimeMs);
}
