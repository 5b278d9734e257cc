import { describe, expect, it } from 'vitest';
import {
  readPanelVisibility,
  showToAllUserGroups,
} from '../../../../src/superoffice/api/panel-visibility.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { expectRejection } from '../expect-rejection.ts';
import { createFakeApiClient } from '../fake-tenant-api-client.ts';

const panelId = 12;
const sales = { Id: 1, Name: 'Sales', Selected: true, ChildItems: [] };
const support = { Id: 2, Name: 'Support', Selected: false, ChildItems: [] };
const lists = [
  { Id: 3, Type: 'category', Name: 'Category' },
  { Id: 4, Type: '', Name: 'GUI', ChildItems: [{ Id: 124, Type: 'webpanel', Name: 'GUI - Web panel' }] },
];

/** A tenant that accepts the list of web panels only as `accepted`, and its user groups. */
function createTenant(
  accepted: object,
  { groups = [sales, support], saves = true, listed = lists as unknown } = {},
) {
  let current = groups;
  return createFakeApiClient(({ path, operation, json }) => {
    if (path === 'MDOList/Lists') return listed;
    const { ListItemId, UserGroups, ...list } = Object(json);
    expect(ListItemId).toBe(panelId);
    if (JSON.stringify(list) !== JSON.stringify(accepted)) throw new SuperOfficeError('not-found', operation);
    if (path.includes('/Set') && saves) current = UserGroups;
    return current;
  });
}
const byId = { UdListDefinitionId: 124 };
const byType = { UdListDefinitionName: 'webpanel' };
const byCaption = { UdListDefinitionName: 'GUI - Web panel' };

describe('showToAllUserGroups', () => {
  it('selects the missing user groups by the id of the list, and reads them again', async () => {
    const apiClient = createTenant(byId);
    expect(await showToAllUserGroups(apiClient, panelId)).toBe(true);
    expect(apiClient.calls.map(({ path, json }) => [path, json])).toEqual([
      ['MDOList/Lists', undefined],
      ['Agents/List/GetVisibleForUserGroups', { ...byId, ListItemId: panelId }],
      [
        'Agents/List/SetVisibleForUserGroups',
        { ...byId, ListItemId: panelId, UserGroups: [sales, { ...support, Selected: true }] },
      ],
      ['Agents/List/GetVisibleForUserGroups', { ...byId, ListItemId: panelId }],
    ]);
  });

  it('saves nothing when every user group sees the panel', async () => {
    const apiClient = createTenant(byId, { groups: [sales] });
    expect(await showToAllUserGroups(apiClient, panelId)).toBe(false);
    expect(apiClient.calls).toHaveLength(2);
  });

  it.each([
    ['its type', byType],
    ['its caption', byCaption],
  ])('names the list by %s where SuperOffice does not accept its id', async (_what, accepted) => {
    const apiClient = createTenant(accepted);
    expect(await showToAllUserGroups(apiClient, panelId)).toBe(true);
    expect(apiClient.calls.at(-1)).toMatchObject({
      path: 'Agents/List/GetVisibleForUserGroupsFromListName',
      json: accepted,
    });
  });

  it.each([[[]], [[{ Id: 1, Type: 'category' }]], ['x']])(
    'names the list by its type where its id is not found in %j',
    async (listed) => {
      expect(await showToAllUserGroups(createTenant(byType, { listed }), panelId)).toBe(true);
    },
  );

  it('fails with the error of the id when SuperOffice accepts no form', async () => {
    const failure = await expectRejection(showToAllUserGroups(createTenant({}), panelId));
    expect(failure).toMatchObject({ code: 'not-found', operation: 'web panel user groups' });
  });

  it.each([
    ['the selection is not saved', { saves: false }, 'Selected'],
    ['there are no user groups', { groups: [] }, 'body'],
  ])('fails when %s', async (_what, options, detail) => {
    const failure = await expectRejection(showToAllUserGroups(createTenant(byId, options), panelId));
    expect(failure).toMatchObject({ code: 'unexpected-response', detail });
  });

  it('tries no other form when the tenant does not respond', async () => {
    const apiClient = createFakeApiClient(({ operation }) => {
      throw new SuperOfficeError('timeout', operation);
    });
    expect(await expectRejection(showToAllUserGroups(apiClient, panelId))).toMatchObject({ code: 'timeout' });
    expect(apiClient.calls).toHaveLength(1);
  });
});

describe('readPanelVisibility', () => {
  it.each([
    ['id', byId],
    ['type', byType],
    ['caption', byCaption],
  ])('tells that the tenant accepts the list by its %s, and changes nothing', async (form, accepted) => {
    const apiClient = createTenant(accepted);
    expect(await readPanelVisibility(apiClient, panelId)).toEqual({ form, visible: 1, all: 2 });
    expect(apiClient.calls.filter(({ path }) => path.includes('/Set'))).toEqual([]);
  });
});
