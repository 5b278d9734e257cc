import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { toMultiLanguageText } from '../../superoffice/api/multi-language-text.ts';
import type { WebPanelEntity } from '../../superoffice/api/web-panels.ts';

const tooltipText = z
  .string()
  .min(1)
  .regex(/^[^"]*$/, 'has a quotation mark that would end the text');
/** A text per language: the documentation has a translation of the description of a web panel, but none of its name. */
const tooltipSchema = z
  .strictObject({
    en: tooltipText,
    de: tooltipText.optional(),
    no: tooltipText.optional(),
    sv: tooltipText.optional(),
    da: tooltipText.optional(),
    nl: tooltipText.optional(),
  })
  .refine(
    (texts) => toMultiLanguageText(texts).length <= 254,
    'has more than 254 characters in all languages together',
  );

export const webPanelsSchema = z.array(
  z.strictObject({
    progId: z.string().min(1).max(254),
    name: z.string().min(1).max(239),
    tooltip: tooltipSchema,
    windowName: z.string().min(1).max(254),
    visibleIn: z.enum(['BrowserPanel', 'NavigatorButton']),
    url: z.string().min(1).max(1023),
    urlEncoding: z.enum(['None', 'ANSI', 'Unicode']),
  }),
);

/**
 * No documented event reports a plan change; user events only trigger an earlier refresh
 * (docs/superoffice/web-api.md#1-essentials).
 */
export const webhookSchema = z.strictObject({
  name: z.string().min(1).max(100),
  description: z.string().min(1).max(500),
  events: z.array(z.enum(['associate.created', 'associate.changed', 'associate.deleted'])).min(1),
});

/** The desired state of a web panel. */
export type DesiredPanel = Pick<
  WebPanelEntity,
  | 'ProgId'
  | 'Name'
  | 'Tooltip'
  | 'WindowName'
  | 'VisibleIn'
  | 'Url'
  | 'UrlEncoding'
  | 'OnCentral'
  | 'OnSalesMarketingWeb'
  | 'AlwaysReloadOnShow'
  | 'Deleted'
>;

/**
 * The desired state of the webhook. Its name distinguishes it from other apps' webhooks, but names need not be unique
 * (docs/superoffice/web-api.md#62-entity).
 */
export interface DesiredWebhook {
  readonly name: string;
  /** What the webhook is for and what breaks without it, for the administrators of the tenant. */
  readonly description: string;
  readonly events: readonly string[];
  /** Addresses of the operator that SuperOffice notifies when it disables the webhook. */
  readonly errorEmails: readonly string[];
  /** The URL it calls, without the tenant's `hookId` at the end. */
  readonly address: string;
}

/** What the app provisions in every tenant. */
export interface DesiredState {
  readonly panels: readonly DesiredPanel[];
  readonly webhook: DesiredWebhook;
  /** A hash of the desired state: a tenant with another fingerprint is provisioned again. */
  readonly fingerprint: string;
}

/**
 * Reads `web-panels.json` and `webhook.json` from the manifest folder and inserts what the configuration says.
 * @throws ZodError if a file is invalid
 */
export function loadDesiredState(
  folder: string,
  { publicUrl, webhookErrorEmails }: { publicUrl: string; webhookErrorEmails: readonly string[] },
): DesiredState {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const panels = webPanelsSchema
    .parse(read('web-panels.json'))
    .map((panel) => toDesiredPanel(panel, publicUrl));
  const webhook = {
    ...webhookSchema.parse(read('webhook.json')),
    errorEmails: webhookErrorEmails,
    address: `${publicUrl}/callbacks/webhooks/`,
  };
  const fingerprint = createHash('sha256').update(JSON.stringify({ panels, webhook })).digest('base64url');
  return { panels, webhook, fingerprint };
}

function toDesiredPanel(panel: z.output<typeof webPanelsSchema>[number], publicUrl: string): DesiredPanel {
  return {
    ProgId: panel.progId,
    Name: panel.name,
    Tooltip: toMultiLanguageText(panel.tooltip),
    WindowName: panel.windowName,
    VisibleIn: panel.visibleIn,
    Url: panel.url.replace('{PUBLIC_URL}', publicUrl),
    UrlEncoding: panel.urlEncoding,
    OnCentral: true,
    OnSalesMarketingWeb: true,
    AlwaysReloadOnShow: false,
    Deleted: false,
  };
}
