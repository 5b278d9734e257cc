import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { FeatureKey } from '../licensing/catalogue/feature-keys.ts';
import type { AnyPlan } from './plan-names.ts';
import { fieldsOf } from './rendering/form-parsing.ts';

/** Whom a panel is for, as its URL says: a hint, never proof (panels-and-marketplace.md section 4). */
export interface PanelUser {
  readonly tenantId: string;
  readonly associateId: number;
  readonly language: string;
}

/** What the panel's URL says. */
export interface PanelUrl extends PanelUser {
  /** When our own sign-in sent the reader here, ms since 1970; 0 where the CRM did. */
  readonly signedInAt: number;
  /** Whether we sent the reader here right after giving their browser a cookie. */
  readonly cookieProbe: boolean;
}

const largestId = 2 ** 31 - 1;

/** Whom an address of ours is for: tenant, user, language. */
export const panelUserSchema = z.object({
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

const panelUrlSchema = panelUserSchema.extend({
  signedIn: z.coerce.number().catch(0),
  cookie: z.string().catch(''),
});

/** @throws AppError `panel-url-invalid`, naming the parameters that are missing or wrong */
export function parsePanelUrl(request: Request): PanelUrl {
  const address = panelUrlSchema.safeParse(request.query);
  if (!address.success) throw new AppError('panel-url-invalid', { detail: fieldsOf(address.error) });
  const { uctx, usid, lang, signedIn, cookie } = address.data;
  const cookieProbe = cookie === 'probe';
  return { tenantId: uctx, associateId: usid, language: lang, signedInAt: signedIn, cookieProbe };
}

/** The language an address of ours asks for; empty where it asks for none. */
export function requestedLanguage({ query }: Pick<Request, 'query'>): string {
  return panelUserSchema.shape.lang.parse(query.lang);
}

/** Whom an address within the panel is for, or null where it does not tell. */
export function parsePanelUser(query: unknown): PanelUser | null {
  const address = panelUrlSchema.safeParse(query);
  if (!address.success) return null;
  const { uctx, usid, lang } = address.data;
  return { tenantId: uctx, associateId: usid, language: lang };
}

/** Where the pop-up of a panel's sign-in begins; the page adds its `challenge`. */
export function popUpUrl(panelUser: PanelUser): string {
  return `/panel/sign-in?${panelUserQuery(panelUser)}`;
}

/** The panel's URL for a reader, as `manifest/web-panels.json` has the CRM call it, and when a sign-in of ours led there. */
export function panelUrl(panelUser: PanelUser, signedInAt?: number): string {
  const signedIn = signedInAt === undefined ? '' : `&signedIn=${signedInAt}`;
  return `/panel?${panelUserQuery(panelUser)}${signedIn}`;
}

/** The panel's URL where a cookie we just gave must come along. */
export function cookieProbeUrl(panelUser: PanelUser): string {
  return `${panelUrl(panelUser)}&cookie=probe`;
}

/** The page that explains one feature to a reader. */
export function featureUrl(panelUser: PanelUser, feature: FeatureKey): string {
  return `/panel/feature?${panelUserQuery(panelUser)}&feature=${feature}`;
}

/** The page that shows a reader what one plan would change. */
export function planUrl(panelUser: PanelUser, plan: AnyPlan): string {
  return `/panel/plan?${panelUserQuery(panelUser)}&plan=${encodeURIComponent(plan)}`;
}

/** Whom a panel's link is for, as every address within the panel has it behind its question mark. */
export function panelUserQuery({ tenantId, associateId, language }: PanelUser): string {
  return new URLSearchParams({ uctx: tenantId, usid: String(associateId), lang: language }).toString();
}
