import { z } from 'zod';
import type { Tenant } from './tenants.ts';
import { ApiError, type ApiRoute, readBody } from './web-api.ts';

/**
 * The list definition of web panels; its id is the UdListDefinitionId in visibility calls of the List agent. Which name
 * is the UdListDefinitionName is unknown.
 */
export const webPanelList = { id: 124, type: 'webpanel', name: 'GUI - Web panel' };

interface ItemFields {
  readonly Id: number;
  readonly Name: string;
  readonly ToolTip?: string;
  readonly Type?: string;
  readonly ExtraInfo?: string;
}

const emptyItem = {
  ToolTip: '',
  Deleted: false,
  Rank: 0,
  Type: '',
  ColorBlock: 0,
  IconHint: '',
  ExtraInfo: '',
  StyleHint: '',
  TableRight: null,
  FieldProperties: {},
};

type Lists = Record<string, (tenant: Tenant) => ItemFields[]>;

const lists: Lists = {
  userplan: userPlans,
  usergroup: ({ groups }) => groups.map(({ id, name }) => ({ Id: id, Name: name })),
  role: ({ roles }) =>
    roles.map(({ id, name, description }) => ({ Id: id, Name: name, ToolTip: description })),
  associate: ({ users }) => users.map((user) => ({ Id: user.associateId, Name: user.fullName })),
  lists: () => [{ Id: webPanelList.id, Name: webPanelList.name, Type: webPanelList.type }],
};

/** The MDO lists of plans, groups, roles, users and lists, through REST and the MDO agent. */
export function mdoListRoutes(): ApiRoute[] {
  const get = (path: string, operation: string, handle: ApiRoute['handle']): ApiRoute => {
    return { method: 'get', path, operation, handle };
  };
  return [
    get('/MDOList', 'MDOList.Names', () => Object.keys(lists)),
    get('/MDOList/:listname', 'MDOList.Get', ({ tenant, params }) =>
      listItems(tenant, params.listname).map(item),
    ),
    {
      method: 'post',
      path: '/Agents/MDO/GetList',
      operation: 'MDO.GetList',
      handle: (call) => listItems(call.tenant, readBody(call, z.object({ Name: z.string() })).Name).map(item),
    },
    get('/MDOList/:listname/selectable', 'MDOList.GetSelectable', ({ tenant, params }) =>
      listItems(tenant, params.listname).map((fields) => selectableItem({ ...fields, ChildItems: [] })),
    ),
  ];
}

/**
 * The user plans of a tenant: Id of the module license, its description as Name, its module name as
 * ExtraInfo, after the entry "(No Selection)" (docs/superoffice/licenses.md#3-endpoints).
 */
function userPlans(tenant: Tenant): ItemFields[] {
  const plans = tenant.modules.filter((module) => module.ExtraFlags === 1);
  return [
    { Id: 79, Name: '(No Selection)', ExtraInfo: 'superlicense-no-selection' },
    ...plans.map((plan) => ({
      Id: plan.id,
      Name: plan.ModuleDescription,
      ToolTip: plan.ModuleTooltip,
      ExtraInfo: plan.ModuleName,
    })),
  ];
}

function listItems(tenant: Tenant, listName = ''): ItemFields[] {
  const list = lists[listName.toLowerCase()];
  if (!list) throw new ApiError(404, 'SoNotFoundException', `MDO list ${listName} not found`);
  return list(tenant);
}

function item(fields: ItemFields) {
  return { ...emptyItem, ...fields, ChildItems: [], FullName: fields.Name };
}

/** SelectableMDOListItem: an item that can be selected. */
export function selectableItem(fields: ItemFields & { Selected?: boolean; ChildItems?: unknown[] }) {
  return {
    ...emptyItem,
    Selected: false,
    ChildItems: [],
    LastChanged: '0001-01-01T00:00:00',
    Hidden: false,
    FullName: fields.Name,
    ...fields,
  };
}
