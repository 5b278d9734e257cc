import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { FeatureKey } from '../licensing/catalogue/feature-keys.ts';
import type { AnyPlan } from './plan-names.ts';
import { listFieldNames } from './rendering/form-parsing.ts';

/** The user that a panel's URL names: a hint, never proof (docs/superoffice/panels-and-marketplace.md#4-url-variables). */
export interface PanelUser {
  readonly tenantId: string;
  readonly associateId: number;
  readonly language: string;
}

/** The parameters of the panel's URL. */
export interface PanelUrl extends PanelUser {
  /** When our sign-in redirected here, ms since 1970; 0 if the CRM opened the panel. */
  readonly signedInAt: number;
  /** Whether we redirected here after setting a cookie, to see whether the browser sends it. */
  readonly cookieProbe: boolean;
  /** Whether a page of ours that asked for this one is shown meanwhile. */
  readonly isLoadingShown: boolean;
}

const maxId = 2 ** 31 - 1;

/** The query parameters that name the tenant, the user and the language of a page. */
export const panelUserSchema = z.object({
  uctx: z.string().regex(/^Cust\d{1,10}$/),
  usid: z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(maxId)),
  lang: z
    .string()
    .regex(/^[\w-]{0,20}$/)
    .catch(''),
});

const panelUrlSchema = panelUserSchema.extend({
  signedIn: z.coerce.number().catch(0),
  cookie: z.string().catch(''),
  loading: z.string().catch(''),
});

/** @throws AppError `panel-url-invalid`, naming the parameters that are missing or wrong */
export function parsePanelUrl(request: Request): PanelUrl {
  const query = panelUrlSchema.safeParse(request.query);
  if (!query.success) throw new AppError('panel-url-invalid', { detail: listFieldNames(query.error) });
  const { uctx, usid, lang, signedIn, cookie, loading } = query.data;
  return {
    tenantId: uctx,
    associateId: usid,
    language: lang,
    signedInAt: signedIn,
    cookieProbe: cookie === 'probe',
    isLoadingShown: loading === 'shown',
  };
}

/** The language that a page's URL asks for; empty if it names none. */
export function requestedLanguage({ query }: Pick<Request, 'query'>): string {
  return panelUserSchema.shape.lang.parse(query.lang);
}

/** The user that the URL of a panel page names; null if it does not. */
export function parsePanelUser(query: unknown): PanelUser | null {
  const parsed = panelUrlSchema.safeParse(query);
  if (!parsed.success) return null;
  const { uctx, usid, lang } = parsed.data;
  return { tenantId: uctx, associateId: usid, language: lang };
}

/** URL of the sign-in pop-up; the panel's script adds its `challenge`. */
function popUpUrl(panelUser: PanelUser): string {
  return `/panel/sign-in?${panelUserQuery(panelUser)}`;
}

/** The panel's URL as `manifest/web-panels.json` registers it; `signedInAt` (ms since 1970) after a sign-in. */
export function panelUrl(panelUser: PanelUser, signedInAt?: number): string {
  const signedIn = signedInAt === undefined ? '' : `&signedIn=${signedInAt}`;
  return `/panel?${panelUserQuery(panelUser)}${signedIn}`;
}

/** The user of a panel page, and the page if it is not the panel itself. */
export type PanelPageUser = PanelUser & { readonly returnTo?: string };

/** The page that a user asked for. */
export function askedPageUrl(user: PanelPageUser): string {
  return user.returnTo ?? panelUrl(user);
}

/** Where the user of a panel page can sign in: in a pop-up, or in a separate window. */
export function signInLinks(user: PanelPageUser) {
  return { popUpUrl: popUpUrl(user), ownWindowUrl: askedPageUrl(user) };
}

/** Where a sign-in of a panel page takes place that the page itself starts: in the panel's own frame, or in a hidden one. */
export const signInPlaces = ['frame', 'hidden-frame'] as const;

/** The URL by which a panel page starts the sign-in at SuperOffice. */
export function startSignInUrl(page: string, place: (typeof signInPlaces)[number]): string {
  return `${page}&signIn=${place}`;
}

/** The URL of a panel page for testing whether the browser sends the cookie that was just set. */
export function cookieProbeUrl(page: string): string {
  return `${page}&cookie=probe`;
}

/** The URL by which the page that is shown while a panel page loads asks for that page. */
export function loadingPageUrl(page: string): string {
  return `${page}&loading=shown`;
}

/** The page that explains one feature to the panel user. */
export function featureUrl(panelUser: PanelUser, feature: FeatureKey): string {
  return `/panel/feature?${panelUserQuery(panelUser)}&feature=${feature}`;
}

/**
 * The plan matrix that compares one plan with the panel user's own, by all features or by those that differ. A plan that
 * contains the own one is compared in addition to it unless the link asks otherwise.
 */
export function planUrl(
  panelUser: PanelUser,
  plan: AnyPlan,
  { differencesOnly = false, isInstead = false } = {},
): string {
  const differences = differencesOnly ? '&differences=on' : '';
  const basis = isInstead ? '&basis=instead' : '';
  return `/panel/plans?${panelUserQuery(panelUser)}&plan=${encodeURIComponent(plan)}${basis}${differences}`;
}

/** The page of the features documented since the list of user plans, and of the add-ons. */
export function newerFeaturesUrl(panelUser: PanelUser): string {
  return `/panel/newer-features?${panelUserQuery(panelUser)}`;
}

/** The query that every URL in the panel carries: tenant, user, language. */
export function panelUserQuery({ tenantId, associateId, language }: PanelUser): string {
  return `uctx=${encodeURIComponent(tenantId)}&usid=${associateId}&lang=${encodeURIComponent(language)}`;
}
