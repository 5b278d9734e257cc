import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../errors.ts';

/** What the panel's URL says of its reader: a hint, never proof (panels-and-marketplace.md section 4). */
export interface PanelAddress {
  readonly ctx: string;
  readonly associateId: number;
  readonly language: string;
}

const largestId = 2 ** 31 - 1;

const addressSchema = z.object({
  uctx: z.string().regex(/^Cust\d{1,10}$/),
  usid: z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(largestId)),
  lang: z.string().max(20).catch(''),
});

/** @throws AppError `panel-address-malformed`, naming the parameters that are missing or wrong */
export function panelAddressOf(request: Request): PanelAddress {
  const address = addressSchema.safeParse(request.query);
  if (!address.success) {
    const names = address.error.issues.map((issue) => issue.path.join('.'));
    throw new AppError('panel-address-malformed', { detail: names.join(', ') });
  }
  const { uctx, usid, lang } = address.data;
  return { ctx: uctx, associateId: usid, language: lang };
}

/** The panel's own URL for a reader, as `manifest/web-panels.json` has the CRM call it. */
export function panelUrl({ ctx, associateId, language }: PanelAddress): string {
  return `/panel?${new URLSearchParams({ uctx: ctx, usid: String(associateId), lang: language })}`;
}
