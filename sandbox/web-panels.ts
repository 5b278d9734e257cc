import { z } from 'zod';
import { selectableItem, webPanelList } from './mdo-list.ts';
import { resolveText } from './multi-language.ts';
import { panelLocations } from './panel-locations.ts';
import type { Tenant } from './tenants.ts';
import { type ApiCall, ApiError, type ApiRoute, readBody } from './web-api.ts';

const text = (length: number) => z.string().max(length).nullish();
const flag = z.boolean().nullish();

/**
 * The request of SaveWebPanelEntity; absent and null fields take their default
 * (docs/superoffice/panels-and-marketplace.md#2-entity-fields).
 */
const webPanelEntity = z.object({
  WebPanelId: z.number().nullish(),
  Name: z.string().min(1).max(239),
  Tooltip: text(254),
  Deleted: flag,
  Rank: z.number().nullish(),
  UrlEncoding: z.enum(['Unknown', 'None', 'ANSI', 'Unicode']).nullish(),
  VisibleIn: z.enum(panelLocations).nullish(),
  OnCentral: flag,
  OnSatellite: flag,
  OnTravel: flag,
  OnSalesMarketingWeb: flag,
  OnSalesMarketingPocket: flag,
  ShowInMenuBar: flag,
  ShowInToolBar: flag,
  ShowInAddressBar: flag,
  ShowInStatusBar: flag,
  WindowName: text(254),
  Url: text(1023),
  ProgId: text(254),
  Icon: z.number().nullish(),
  AlwaysReloadOnShow: flag,
  NeverReloadOnCurrentChange: flag,
  CustomObjectEntity: text(254),
});

const defaults = {
  WebPanelId: 0,
  Name: '',
  Tooltip: '',
  Deleted: false,
  Rank: 0,
  UrlEncoding: 'Unknown',
  VisibleIn: 'Invisible',
  OnCentral: false,
  OnSatellite: false,
  OnTravel: false,
  OnSalesMarketingWeb: false,
  OnSalesMarketingPocket: false,
  ShowInMenuBar: false,
  ShowInToolBar: false,
  ShowInAddressBar: false,
  ShowInStatusBar: false,
  WindowName: '',
  Url: '',
  ProgId: '',
  Icon: 0,
  AlwaysReloadOnShow: false,
  NeverReloadOnCurrentChange: false,
  CustomObjectEntity: '',
};

/** A stored web panel: the entity, whether the app created it, and the groups that can see it. */
interface WebPanel {
  readonly entity: typeof defaults;
  readonly byApp: boolean;
  readonly groupIds: Set<number>;
}

export interface WebPanels {
  readonly routes: readonly ApiRoute[];
  /** The panels that a group sees in CRM, by rank, without deleted ones. */
  visibleTo(tenant: Tenant, groupId: number): readonly (typeof defaults)[];
  /** Every panel of a tenant, including deleted ones. */
  list(tenant: Tenant): readonly (typeof defaults)[];
  reset(): void;
}

/** Creates the store of web panels and the operations of the List agent that manage them. */
export function createWebPanels(): WebPanels {
  const byTenant = new Map<string, WebPanel[]>();
  let lastId = 0;
  const findPanels = ({ contextIdentifier }: Tenant) => {
    const panels = byTenant.get(contextIdentifier) ?? [];
    byTenant.set(contextIdentifier, panels);
    return panels;
  };

  function save(call: ApiCall) {
    const body = readBody(call, webPanelEntity);
    const panels = findPanels(call.tenant);
    const id = body.WebPanelId ?? 0;
    const old = panels.find((panel) => panel.entity.WebPanelId === id);
    if (id !== 0 && !old) throw new ApiError(404, 'SoNotFoundException', `Web panel ${id} not found`);
    // The name is unique over all panels; the error text of SuperOffice is unknown.
    if (panels.some((panel) => panel !== old && panel.entity.Name === body.Name)) {
      throw new ApiError(400, 'SoDuplicateException', `A web panel named ${body.Name} exists`);
    }
    if (!old) lastId += 1;
    const entity = { ...defaults, ...withoutNulls(body), WebPanelId: old ? id : lastId };
    const groupIds = old?.groupIds ?? new Set<number>();
    const stored = { entity, byApp: old?.byApp ?? call.hasAppToken, groupIds };
    byTenant.set(call.tenant.contextIdentifier, [...panels.filter((panel) => panel !== old), stored]);
    return carrier(stored, call);
  }

  function remove(tenant: Tenant, shouldRemove: (panel: WebPanel) => boolean): void {
    byTenant.set(
      tenant.contextIdentifier,
      findPanels(tenant).filter((panel) => !shouldRemove(panel)),
    );
  }

  return {
    routes: [...panelRoutes({ findPanels, save, remove }), ...visibilityRoutes(findPanels)],
    visibleTo: (tenant, groupId) =>
      findPanels(tenant)
        .filter((panel) => panel.groupIds.has(groupId) && !panel.entity.Deleted)
        .map((panel) => panel.entity)
        .sort((one, other) => one.Rank - other.Rank),
    list: (tenant) => findPanels(tenant).map((panel) => panel.entity),
    reset: () => byTenant.clear(),
  };
}

interface PanelStore {
  readonly findPanels: (tenant: Tenant) => WebPanel[];
  readonly save: (call: ApiCall) => unknown;
  readonly remove: (tenant: Tenant, shouldRemove: (panel: WebPanel) => boolean) => void;
}

function panelRoutes({ findPanels, save, remove }: PanelStore): ApiRoute[] {
  return [
    list('CreateDefaultWebPanelEntity', (call) => carrier({ entity: defaults }, call)),
    list('SaveWebPanelEntity', save),
    list('GetWebPanelEntity', (call) => {
      const id = Number(call.query.webPanelEntityId);
      return carrierOrNull(
        findPanels(call.tenant).find((panel) => panel.entity.WebPanelId === id),
        call,
      );
    }),
    list('GetWebPanelList', (call) => findPanels(call.tenant).map((panel) => carrier(panel, call))),
    list('GetWebPanelByProgId', (call) => {
      const { ProgId } = readBody(call, z.object({ ProgId: z.string() }));
      return carrierOrNull(
        findPanels(call.tenant).find((panel) => panel.entity.ProgId === ProgId),
        call,
      );
    }),
    list('GetAppWebPanels', (call) => {
      requireAppToken(call);
      return findPanels(call.tenant)
        .filter((panel) => panel.byApp)
        .map((panel) => carrier(panel, call));
    }),
    list('DeleteWebPanel', (call) => {
      const { Id } = readBody(call, z.object({ Id: z.number() }));
      remove(call.tenant, (panel) => panel.entity.WebPanelId === Id);
    }),
    list('DeleteAppWebPanels', (call) => {
      requireAppToken(call);
      remove(call.tenant, (panel) => panel.byApp);
    }),
  ];
}

const item = { ListItemId: z.number() };
const byId = z.object({ ...item, UdListDefinitionId: z.literal(webPanelList.id) });
const byName = z.object({ ...item, UdListDefinitionName: z.literal(webPanelList.name) });
const userGroups = z.array(z.object({ Id: z.number(), Selected: z.boolean().nullish() }));

/**
 * The operations that select the user groups of a panel. A new panel is visible to none. The panel is identified
 * by the list (id or name) and its item id.
 */
function visibilityRoutes(findPanels: (tenant: Tenant) => WebPanel[]): ApiRoute[] {
  const find = ({ tenant }: ApiCall, id: number) => {
    const found = findPanels(tenant).find((panel) => panel.entity.WebPanelId === id);
    if (!found) throw new ApiError(404, 'SoNotFoundException', `Web panel ${id} not found`);
    return found;
  };
  const groups = ({ tenant }: ApiCall, panel: WebPanel) =>
    tenant.groups.map(({ id, name }) =>
      selectableItem({ Id: id, Name: name, Selected: panel.groupIds.has(id) }),
    );
  const get = (schema: typeof byId | typeof byName) => (call: ApiCall) =>
    groups(call, find(call, readBody(call, schema).ListItemId));
  const set = (schema: typeof byId | typeof byName) => (call: ApiCall) => {
    const panel = find(call, readBody(call, schema).ListItemId);
    for (const { Id, Selected } of readBody(call, z.object({ UserGroups: userGroups })).UserGroups) {
      setVisible(panel, [Id], Selected === true);
    }
    return groups(call, panel);
  };
  return [
    list('GetVisibleForUserGroups', get(byId)),
    list('GetVisibleForUserGroupsFromListName', get(byName)),
    list('SetVisibleForUserGroups', set(byId)),
    list('SetVisibleForUserGroupsFromListName', set(byName)),
    list('SetVisibleForUserGroup', (call) => {
      const schema = byId.extend({ UserGroupId: z.array(z.number()), Enable: z.boolean() });
      const { ListItemId, UserGroupId, Enable } = readBody(call, schema);
      setVisible(find(call, ListItemId), UserGroupId, Enable);
    }),
  ];
}

function setVisible(panel: WebPanel, groupIds: readonly number[], on: boolean): void {
  for (const id of groupIds) {
    if (on) panel.groupIds.add(id);
    else panel.groupIds.delete(id);
  }
}

function list(name: string, handle: ApiRoute['handle']): ApiRoute {
  return { method: 'post', path: `/Agents/List/${name}`, operation: `List.${name}`, handle };
}

/**
 * The operations on "the app's own panels" identify the app by its secret
 * (docs/superoffice/panels-and-marketplace.md#5-panel-api).
 */
function requireAppToken({ hasAppToken }: ApiCall): void {
  if (!hasAppToken) throw new ApiError(401, 'SoUnauthorizedException', 'SO-AppToken is missing or wrong');
}

function carrier({ entity }: { entity: typeof defaults }, { language }: ApiCall) {
  const tooltip = resolveText(entity.Tooltip, language);
  return { ...entity, Tooltip: tooltip, TableRight: null, FieldProperties: {} };
}

function carrierOrNull(panel: WebPanel | undefined, call: ApiCall) {
  return panel ? carrier(panel, call) : null;
}

function withoutNulls(body: z.infer<typeof webPanelEntity>): Partial<typeof defaults> {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== null && value !== undefined),
  );
}
