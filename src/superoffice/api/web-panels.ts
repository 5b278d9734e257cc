import { z } from 'zod';
import { flag, readBody, text, whole } from '../transport/schemas.ts';
import type { TenantApiClient } from './web-api.ts';

/**
 * A web panel as the List agent carries it (docs/superoffice/panels-and-marketplace.md#2-entity-fields).
 * Fields not named here are kept, so that a panel read, changed and saved loses nothing.
 */
export const WebPanelEntity = z.looseObject({
  /** 0 for a panel to be created. */
  WebPanelId: whole,
  Name: text,
  Tooltip: text,
  Url: text,
  UrlEncoding: text,
  WindowName: text,
  ProgId: text,
  VisibleIn: text,
  OnCentral: flag,
  OnSalesMarketingWeb: flag,
  AlwaysReloadOnShow: flag,
  Deleted: flag,
});
export type WebPanelEntity = z.output<typeof WebPanelEntity>;

/** The panel with this ProgId, deleted ones included, or null. */
export async function webPanelByProgId(
  apiClient: TenantApiClient,
  progId: string,
): Promise<WebPanelEntity | null> {
  const operation = 'web panel by ProgId';
  const body = await post(apiClient, operation, 'GetWebPanelByProgId', { ProgId: progId }, true);
  const panel = readBody(operation, WebPanelEntity.nullable(), body);
  // Without a match an agent may answer null or an entity never saved; which is not documented.
  return panel === null || panel.WebPanelId === 0 ? null : panel;
}

/** Creates the panel if its id is 0, otherwise updates it; answers it as saved. */
export async function saveWebPanel(
  apiClient: TenantApiClient,
  panel: WebPanelEntity,
): Promise<WebPanelEntity> {
  const operation = 'save web panel';
  return readBody(operation, SavedWebPanel, await post(apiClient, operation, 'SaveWebPanelEntity', panel));
}

/** A guess: the name of the list that holds web panels, after the Type its entry has among the lists (section 5). */
const WEB_PANEL_LIST = 'webpanel';

/** Makes the panel visible to every user group; saves nothing if it already is. Answers whether it saved. */
export async function showToAllUserGroups(apiClient: TenantApiClient, panelId: number): Promise<boolean> {
  const operation = 'web panel user groups';
  const panel = { UdListDefinitionName: WEB_PANEL_LIST, ListItemId: panelId };
  const body = await post(apiClient, operation, 'GetVisibleForUserGroupsFromListName', panel);
  const groups = readBody(operation, z.array(UserGroup), body);
  if (groups.every((group) => group.Selected)) return false;
  await post(apiClient, operation, 'SetVisibleForUserGroupsFromListName', {
    ...panel,
    UserGroups: groups.map((group) => ({ ...group, Selected: true })),
  });
  return true;
}

/** Deletes a panel for good: unlike a soft-deleted one it leaves nothing behind. */
export async function deleteWebPanel(apiClient: TenantApiClient, panelId: number): Promise<void> {
  await post(apiClient, 'delete web panel', 'DeleteWebPanel', { Id: panelId }, true);
}

const SavedWebPanel = WebPanelEntity.refine((panel) => panel.WebPanelId > 0, { path: ['WebPanelId'] });

const UserGroup = z.looseObject({ Id: z.number(), Selected: flag });

function post(
  apiClient: TenantApiClient,
  operation: string,
  method: string,
  json: unknown,
  mayBeNull = false,
): Promise<unknown> {
  return apiClient.call({ operation, method: 'POST', path: `Agents/List/${method}`, json, mayBeNull });
}
