import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SuperOfficeError } from '../superoffice/superoffice-error.ts';
import type { Caller } from '../superoffice/web-api.ts';
import {
  saveWebPanel,
  showToAllUserGroups,
  type WebPanelEntity,
  webPanelByProgId,
} from '../superoffice/web-panels.ts';
import type { ProvisionedPanel } from '../tenants/tenant-store.ts';

const manifestSchema = z.array(
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

/** A web panel as it should be in every tenant. */
export type WantedPanel = Pick<
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

/** Reads `manifest/web-panels.json`, what SuperOffice is told about the app, with our own address filled in. */
export function loadWantedPanels(file: string, publicUrl: string): WantedPanel[] {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return manifest.map((panel) => ({
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
  }));
}

/**
 * Makes a tenant's web panels as they should be, found by ProgId: creates what is missing, mends what differs
 * (a soft-deleted panel too), leaves alone what is right. Done twice, or cut off and done again, it ends the same.
 * A panel SuperOffice refuses is reported as failed and does not stop the others.
 */
export async function provisionPanels(
  caller: Caller,
  wanted: readonly WantedPanel[],
): Promise<ProvisionedPanel[]> {
  const panels: ProvisionedPanel[] = [];
  for (const panel of wanted) panels.push(await provisionPanel(caller, panel));
  return panels;
}

async function provisionPanel(caller: Caller, wanted: WantedPanel): Promise<ProvisionedPanel> {
  const about = { progId: wanted.ProgId, name: wanted.Name };
  try {
    return { ...about, outcome: await bringAbout(caller, wanted), problem: null };
  } catch (error) {
    if (error instanceof SuperOfficeError) return { ...about, outcome: 'failed', problem: error.code };
    throw error;
  }
}

async function bringAbout(caller: Caller, wanted: WantedPanel): Promise<ProvisionedPanel['outcome']> {
  const actual = await webPanelByProgId(caller, wanted.ProgId);
  const saved =
    actual && equals(actual, wanted)
      ? actual
      : await saveWebPanel(caller, { WebPanelId: 0, ...actual, ...wanted });
  const groupsChanged = await showToAllUserGroups(caller, saved.WebPanelId);
  if (actual === null) return 'created';
  return saved !== actual || groupsChanged ? 'updated' : 'unchanged';
}

function equals(actual: WebPanelEntity, wanted: WantedPanel): boolean {
  return Object.entries(wanted).every(([field, value]) => actual[field] === value);
}
