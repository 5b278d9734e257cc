import { z } from 'zod';
import { booleanOrFalse, lenientRows, lenientString, readBody } from '../transport/schemas.ts';
import { isCallRefused, SuperOfficeError } from '../transport/superoffice-error.ts';
import type { TenantApiClient } from './web-api.ts';

/** How a visibility call names the list that contains web panels. */
type PanelList = { readonly UdListDefinitionId: number } | { readonly UdListDefinitionName: string };

/**
 * The ways to name the list, in the order in which they are tried. Documented is the id, for another protocol
 * (docs/superoffice/panels-and-marketplace.md#5-panel-api). Assumption: the name is the type or the caption.
 */
const panelListForms = ['id', 'type', 'caption'] as const;
type PanelListForm = (typeof panelListForms)[number];

/** The type of the list of web panels in the MDO list `Lists`. */
const listType = 'webpanel';
const listCaption = 'GUI - Web panel';
const operation = 'web panel user groups';

const userGroupsSchema = z.array(z.looseObject({ Id: z.number(), Selected: booleanOrFalse })).min(1);
type UserGroup = z.output<typeof userGroupsSchema>[number];

/**
 * Makes the panel visible to every user group, and reads the groups again to be sure of it. Returns false, without
 * saving, if it already is.
 * @throws SuperOfficeError of the first form if SuperOffice accepts none
 */
export async function showToAllUserGroups(apiClient: TenantApiClient, panelId: number): Promise<boolean> {
  return tryForms(async (form) => {
    const list = await toPanelList(apiClient, form);
    const groups = await readUserGroups(apiClient, list, panelId);
    if (groups.every(isSelected)) return false;
    const selected = groups.map((group) => ({ ...group, Selected: true }));
    await callAgent(apiClient, 'Set', list, { ListItemId: panelId, UserGroups: selected });
    if ((await readUserGroups(apiClient, list, panelId)).every(isSelected)) return true;
    throw new SuperOfficeError('unexpected-response', operation, { detail: 'Selected' });
  });
}

/**
 * How many of the tenant's user groups see the panel, and the first form that SuperOffice accepts.
 * @throws SuperOfficeError of the first form if SuperOffice accepts none
 */
export async function readPanelVisibility(
  apiClient: TenantApiClient,
  panelId: number,
): Promise<{ readonly form: PanelListForm; readonly visible: number; readonly all: number }> {
  return tryForms(async (form) => {
    const groups = await readUserGroups(apiClient, await toPanelList(apiClient, form), panelId);
    return { form, visible: groups.filter(isSelected).length, all: groups.length };
  });
}

async function tryForms<T>(attempt: (form: PanelListForm) => Promise<T>): Promise<T> {
  const failures: unknown[] = [];
  for (const form of panelListForms) {
    try {
      return await attempt(form);
    } catch (error) {
      if (!isCallRefused(error)) throw error;
      failures.push(error);
    }
  }
  throw failures[0];
}

async function toPanelList(apiClient: TenantApiClient, form: PanelListForm): Promise<PanelList> {
  if (form === 'id') return { UdListDefinitionId: await findPanelListId(apiClient) };
  return { UdListDefinitionName: form === 'type' ? listType : listCaption };
}

const listItemsSchema = lenientRows(
  z.object({ Id: z.int32(), Type: lenientString, ChildItems: z.unknown().optional() }),
);

async function findPanelListId(apiClient: TenantApiClient): Promise<number> {
  const body = await apiClient.call({ operation: 'lists', method: 'GET', path: 'MDOList/Lists' });
  const id = findIdByType(body);
  if (id === undefined) throw new SuperOfficeError('unexpected-response', 'lists', { detail: listType });
  return id;
}

/** The id of the list of web panels among MDO list items, which may be grouped under headings. */
function findIdByType(items: unknown): number | undefined {
  const { rows } = listItemsSchema.parse(items);
  return (
    rows.find(({ Type }) => Type.toLowerCase() === listType)?.Id ??
    rows.map(({ ChildItems }) => findIdByType(ChildItems)).find((id) => id !== undefined)
  );
}

async function readUserGroups(
  apiClient: TenantApiClient,
  list: PanelList,
  panelId: number,
): Promise<readonly UserGroup[]> {
  return readBody(
    operation,
    userGroupsSchema,
    await callAgent(apiClient, 'Get', list, { ListItemId: panelId }),
  );
}

function callAgent(
  apiClient: TenantApiClient,
  verb: 'Get' | 'Set',
  list: PanelList,
  json: object,
): Promise<unknown> {
  const suffix = 'UdListDefinitionId' in list ? '' : 'FromListName';
  const path = `Agents/List/${verb}VisibleForUserGroups${suffix}`;
  return apiClient.call({ operation, method: 'POST', path, json: { ...list, ...json } });
}

function isSelected({ Selected }: UserGroup): boolean {
  return Selected;
}
