import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';

/** What the panel's URL says of its reader: a hint, never proof (panels-and-marketplace.md section 4). */
export interface PanelAddress {
  readonly ctx: string;
  readonly associateId: number;
  readonly language: string;
  /** When our own sign-in sent the reader here, ms since 1970; 0 where the CRM did. */
  readonly signedInAt: number;
}

const largestId = 2 ** 31 - 1;

const addressSchema = z.object({
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
  signedIn: z.coerce.number().catch(0),
});

/** @throws AppError `panel-address-malformed`, naming the parameters that are missing or wrong */
export function panelAddressOf(request: Request): PanelAddress {
  const address = addressSchema.safeParse(request.query);
  if (!address.success) {
    const names = address.error.issues.map((issue) => issue.path.join('.'));
    throw new AppError('panel-address-malformed', { detail: names.join(', ') });
  }
  const { uctx, usid, lang, signedIn } = address.data;
  return { ctx: uctx, associateId: usid, language: lang, signedInAt: signedIn };
}

/** The panel's URL for a reader, as `manifest/web-panels.json` has the CRM call it, after a sign-in of ours. */
export function panelUrl(reader: Omit<PanelAddress, 'signedInAt'>, signedInAt: number): string {
  const { ctx, associateId, language } = reader;
  const query = { uctx: ctx, usid: String(associateId), lang: language, signedIn: String(signedInAt) };
  return `/panel?${new URLSearchParams(query)}`;
}
