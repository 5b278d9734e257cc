import { z } from 'zod';
import { booleanOrFalse, readBody, rowIdOrZero, stringOrEmpty } from '../transport/schemas.ts';
import { SuperOfficeError, type SuperOfficeErrorCode } from '../transport/superoffice-error.ts';
import type { TenantApiClient } from './web-api.ts';

/**
 * The WebPanelEntity carrier of the List agent (docs/superoffice/panels-and-marketplace.md#2-entity-fields).
 * Unknown fields are preserved, so that saving a changed panel loses nothing.
 */
export const webPanelSchema = z.looseObject({
  /** 0 for a new panel. */
  WebPanelId: rowIdOrZero,
  Name: stringOrEmpty,
  Tooltip: stringOrEmpty,
  Url: stringOrEmpty,
  UrlEncoding: stringOrEmpty,
  WindowName: stringOrEmpty,
  ProgId: stringOrEmpty,
  VisibleIn: stringOrEmpty,
  OnCentral: booleanOrFalse,
  OnSalesMarketingWeb: booleanOrFalse,
  AlwaysReloadOnShow: booleanOrFalse,
  Deleted: booleanOrFalse,
});
/** A web panel; the name is that of SuperOffice's carrier. */
export type WebPanelEntity = z.output<typeof webPanelSchema>;

/** The panel with this ProgId, soft-deleted or not, or null. */
export async function findWebPanelByProgId(
  apiClient: TenantApiClient,
  progId: string,
): Promise<WebPanelEntity | null> {
  const operation = 'web panel by ProgId';
  const body = await post(apiClient, operation, 'GetWebPanelByProgId', { ProgId: progId }, true);
  const panel = readBody(operation, webPanelSchema.nullable(), body);
  // Assumption: it is not documented whether an absent panel is null or an entity without an id.
  return panel === null || panel.WebPanelId === 0 ? null : panel;
}

/** Errors of a call that the app may not use, or that does not exist. */
const unavailableCodes: readonly SuperOfficeErrorCode[] = ['forbidden', 'unauthorized', 'not-found'];

/** All panels that this app created; empty if it may not list them. */
export async function listAppWebPanels(apiClient: TenantApiClient): Promise<WebPanelEntity[]> {
  const operation = 'web panels of the app';
  try {
    const body = await post(apiClient, operation, 'GetAppWebPanels', {});
    return readBody(operation, z.array(webPanelSchema), body);
  } catch (error) {
    if (error instanceof SuperOfficeError && unavailableCodes.includes(error.code)) return [];
    throw error;
  }
}

/**
 * Creates the panel if its id is 0, otherwise updates it. Returns the saved panel.
 * @throws SuperOfficeError `unexpected-response` if SuperOffice returns no id
 */
export async function saveWebPanel(
  apiClient: TenantApiClient,
  panel: WebPanelEntity,
): Promise<WebPanelEntity> {
  const operation = 'save web panel';
  return readBody(
    operation,
    savedWebPanelSchema,
    await post(apiClient, operation, 'SaveWebPanelEntity', panel),
  );
}

/** Deletes a panel permanently, unlike a soft delete. */
export async function deleteWebPanel(apiClient: TenantApiClient, panelId: number): Promise<void> {
  await post(apiClient, 'delete web panel', 'DeleteWebPanel', { Id: panelId }, true);
}

const savedWebPanelSchema = webPanelSchema.refine((panel) => panel.WebPanelId > 0, { path: ['WebPanelId'] });

function post(
  apiClient: TenantApiClient,
  operation: string,
  method: string,
  json: unknown,
  mayBeNull = false,
): Promise<unknown> {
  return apiClient.call({ operation, method: 'POST', path: `Agents/List/${method}`, json, mayBeNull });
}
