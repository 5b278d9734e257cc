import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { WebPanelEntity } from '../../superoffice/api/web-panels.ts';

export const webPanelsSchema = z.array(
  z.strictObject({
    progId: z.string().min(1).max(254),
    name: z.string().min(1).max(239),
    tooltip: z.string().min(1).max(254),
    windowName: z.string().min(1).max(254),
    visibleIn: z.enum(['BrowserPanel', 'NavigatorButton']),
    url: z.string().min(1).max(1023),
    urlEncoding: z.enum(['None', 'ANSI', 'Unicode']),
  }),
);

/**
 * A plan change raises no event that is documented: those of users are hints to read sooner
 * (docs/superoffice/web-api.md#1-essentials).
 */
export const webhookSchema = z.strictObject({
  name: z.string().min(1).max(100),
  events: z.array(z.enum(['associate.created', 'associate.changed', 'associate.deleted'])).min(1),
});

/** A web panel as it should be in every tenant. */
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
 * The webhook as it should be in every tenant. By its name we know ours among others; names need not be
 * unique (docs/superoffice/web-api.md#62-entity).
 */
export interface WantedWebhook {
  readonly name: string;
  readonly events: readonly string[];
  /** The address it calls ends with what names the tenant. */
  readonly address: string;
}

/** What we set up in every tenant. */
export interface DesiredState {
  readonly panels: readonly DesiredPanel[];
  readonly webhook: WantedWebhook;
  /** Changes whenever any of it does: a tenant set up as another has to be set up anew. */
  readonly fingerprint: string;
}

/** Reads `manifest/web-panels.json` and `manifest/webhook.json`, what SuperOffice is told about the app, with our own address. */
export function loadDesiredState(folder: string, publicUrl: string): DesiredState {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const panels = webPanelsSchema.parse(read('web-panels.json')).map((panel) => desired(panel, publicUrl));
  const webhook = {
    ...webhookSchema.parse(read('webhook.json')),
    address: `${publicUrl}/callbacks/webhooks/`,
  };
  const fingerprint = createHash('sha256').update(JSON.stringify({ panels, webhook })).digest('base64url');
  return { panels, webhook, fingerprint };
}

function desired(panel: z.output<typeof webPanelsSchema>[number], publicUrl: string): DesiredPanel {
  return {
    ProgId: panel.progId,
    Name: panel.name,
    Tooltip: panel.tooltip,
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
