import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { FeatureKey } from '../licensing/catalogue/feature-keys.ts';
import type { AnyPlan } from './plan-names.ts';
import { fieldsOf } from './rendering/form-parsing.ts';

/** Whom a panel is for, as its URL says: a hint, never proof (panels-and-marketplace.md section 4). */
export interface PanelReader {
  readonly ctx: string;
  readonly associateId: number;
  readonly language: string;
}

/** What the panel's URL says. */
export interface PanelAddress extends PanelReader {
  /** When our own sign-in sent the reader here, ms since 1970; 0 where the CRM did. */
  readonly signedInAt: number;
  /** Whether we sent the reader here right after giving their browser a cookie. */
  readonly cookieDue: boolean;
}

const largestId = 2 ** 31 - 1;

/** Whom an address of ours is for: tenant, user, language. */
export const readerSchema = z.object({
  uctx: z.string().regex(/^Cust\d{1,10}$/),
  usid: z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(largestId)),
  lang: z
    .string()
    .regex(/^[\w-]{0,20}$/)
    .catch(''),
});

const addressSchema = readerSchema.extend({
  signedIn: z.coerce.number().catch(0),
  cookie: z.string().catch(''),
});

/** @throws AppError `panel-address-malformed`, naming the parameters that are missing or wrong */
export function panelAddressOf(request: Request): PanelAddress {
  const address = addressSchema.safeParse(request.query);
  if (!address.success) throw new AppError('panel-address-malformed', { detail: fieldsOf(address.error) });
  const { uctx, usid, lang, signedIn, cookie } = address.data;
  const cookieDue = cookie === 'due';
  return { ctx: uctx, associateId: usid, language: lang, signedInAt: signedIn, cookieDue };
}

/** The language an address of ours asks for; empty where it asks for none. */
export function languageAskedBy({ query }: Pick<Request, 'query'>): string {
  return readerSchema.shape.lang.parse(query.lang);
}

/** Whom an address within the panel is for, or null where it does not tell. */
export function panelReaderIn(query: unknown): PanelReader | null {
  const address = addressSchema.safeParse(query);
  if (!address.success) return null;
  const { uctx, usid, lang } = address.data;
  return { ctx: uctx, associateId: usid, language: lang };
}

/** Where the pop-up of a panel's sign-in begins; the page adds its `challenge`. */
export function popUpUrl(reader: PanelReader): string {
  return `/panel/sign-in?${readerQuery(reader)}`;
}

/** The panel's URL for a reader, as `manifest/web-panels.json` has the CRM call it, and when a sign-in of ours led there. */
export function panelUrl(reader: PanelReader, signedInAt?: number): string {
  const signedIn = signedInAt === undefined ? '' : `&signedIn=${signedInAt}`;
  return `/panel?${readerQuery(reader)}${signedIn}`;
}

/** The panel's URL where a cookie we just gave must come along. */
export function cookieDueUrl(reader: PanelReader): string {
  return `${panelUrl(reader)}&cookie=due`;
}

/** The page that explains one feature to a reader. */
export function featureUrl(reader: PanelReader, feature: FeatureKey): string {
  return `/panel/feature?${readerQuery(reader)}&feature=${feature}`;
}

/** The page that shows a reader what one plan would change. */
export function planUrl(reader: PanelReader, plan: AnyPlan): string {
  return `/panel/plan?${readerQuery(reader)}&plan=${encodeURIComponent(plan)}`;
}

/** Whom a panel's link is for, as every address within the panel has it behind its question mark. */
export function readerQuery({ ctx, associateId, language }: PanelReader): string {
  return new URLSearchParams({ uctx: ctx, usid: String(associateId), lang: language }).toString();
}
