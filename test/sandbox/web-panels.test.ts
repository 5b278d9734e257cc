import { describe, expect, it } from 'vitest';
import { essential, getTokens, openClient, postJson, systemClient, users } from './support.ts';

interface Panel {
  WebPanelId: number;
  Name: string;
  Tooltip: string;
  Url: string;
  VisibleIn: string;
  Deleted: boolean;
}
interface Group {
  Id: number;
  Selected: boolean;
}

const { sandbox, client } = await openClient();

const save = (fields: Record<string, unknown>) => client.agent<Panel>('List/SaveWebPanelEntity', fields);
const getStatus = async (method: string, body: unknown, headers = client.headers) =>
  (await postJson(`${client.url}/Agents/List/${method}`, body, headers)).status;

describe('sandbox web panel creation and update', () => {
  it('creates a panel for id 0 with defaults for missing fields', async () => {
    const panel = await save({ WebPanelId: 0, Name: 'One', Url: null, VisibleIn: 'BrowserPanel' });
    expect(panel).toMatchObject({
      Name: 'One',
      Url: '',
      VisibleIn: 'BrowserPanel',
      Tooltip: '',
      Deleted: false,
    });
    expect(panel.WebPanelId).toBeGreaterThan(0);
  });

  it('returns the default entity without saving it', async () => {
    const blank = await client.agent<Panel>('List/CreateDefaultWebPanelEntity');
    expect(blank).toMatchObject({ WebPanelId: 0, Name: '', VisibleIn: 'Invisible' });
    expect(await client.agent('List/GetWebPanelList')).toEqual([]);
  });

  it('replaces a panel with a known id', async () => {
    const { WebPanelId } = await save({ Name: 'One', Tooltip: 'old' });
    await save({ WebPanelId, Name: 'One, renamed' });
    expect(await client.agent<Panel[]>('List/GetWebPanelList')).toMatchObject([
      { WebPanelId, Name: 'One, renamed', Tooltip: '' },
    ]);
  });

  it('returns a tooltip in the language of the call, and unchanged without one', async () => {
    const tooltip = 'US:"Plans";GE:"Pläne"';
    await save({ Name: 'One', ProgId: 'one', Tooltip: tooltip });
    const read = async (language: Record<string, string>) => {
      const headers = { ...client.headers, ...language };
      const response = await postJson(
        `${client.url}/Agents/List/GetWebPanelByProgId`,
        { ProgId: 'one' },
        headers,
      );
      return ((await response.json()) as Panel).Tooltip;
    };
    expect(await read({ 'Accept-Language': 'de' })).toBe('Pläne');
    expect(await read({ 'Accept-Language': 'sv' })).toBe('Plans');
    expect(await read({ 'SO-Language': '*' })).toBe(tooltip);
  });

  it('rejects a duplicate name, an unknown id and an invalid entity', async () => {
    const { WebPanelId } = await save({ Name: 'One' });
    expect(await getStatus('SaveWebPanelEntity', { Name: 'One' })).toBe(400);
    expect(await getStatus('SaveWebPanelEntity', { WebPanelId, Name: 'One' })).toBe(200);
    expect(await getStatus('SaveWebPanelEntity', { WebPanelId: 999, Name: 'Two' })).toBe(404);
    expect(await getStatus('SaveWebPanelEntity', { Name: 'Three', VisibleIn: 'Nowhere' })).toBe(400);
    expect(await getStatus('SaveWebPanelEntity', { Name: 'x'.repeat(240) })).toBe(400);
    expect(await client.agent('List/GetWebPanelList')).toHaveLength(1);
  });

  it('keeps a panel that is marked as deleted', async () => {
    const { WebPanelId } = await save({ Name: 'One' });
    await save({ WebPanelId, Name: 'One', Deleted: true });
    expect(await client.agent<Panel[]>('List/GetWebPanelList')).toMatchObject([{ Deleted: true }]);
  });

  it('isolates the panels of one tenant from another', async () => {
    await save({ Name: 'One', ProgId: 'one' });
    const other = await systemClient(sandbox, essential, 'silje.aune@fjordkraft.example');
    expect(await other.agent('List/GetWebPanelList')).toEqual([]);
    expect(await other.agent('List/GetWebPanelByProgId', { ProgId: 'one' })).toBeNull();
  });
});

describe('sandbox web panel lookup and deletion', () => {
  it('returns null for an unknown panel', async () => {
    expect(await client.agent('List/GetWebPanelByProgId', { ProgId: 'none' })).toBeNull();
    expect(await client.agent('List/GetWebPanelEntity?webPanelEntityId=9')).toBeNull();
  });

  it('deletes a panel permanently', async () => {
    const { WebPanelId } = await save({ Name: 'One' });
    expect(await getStatus('DeleteWebPanel', { Id: WebPanelId })).toBe(204);
    expect(await client.agent('List/GetWebPanelList')).toEqual([]);
  });

  it('identifies panels of the app by the app token and requires it to list or delete them', async () => {
    const { access_token } = await getTokens(sandbox, users.admin);
    const user = { Authorization: `Bearer ${access_token}` };
    expect(await getStatus('SaveWebPanelEntity', { Name: 'By hand' }, user)).toBe(200);
    await save({ Name: 'By the app' });
    expect(await client.agent<Panel[]>('List/GetAppWebPanels')).toMatchObject([{ Name: 'By the app' }]);
    expect(await getStatus('GetAppWebPanels', {}, user)).toBe(401);
    expect(await getStatus('DeleteAppWebPanels', {}, user)).toBe(401);
    expect(await getStatus('DeleteAppWebPanels', {})).toBe(204);
    expect(await client.agent<Panel[]>('List/GetWebPanelList')).toMatchObject([{ Name: 'By hand' }]);
  });
});

describe('sandbox web panel visibility', () => {
  const byId = (id: number) => ({ UdListDefinitionId: 124, ListItemId: id });
  const selectedGroups = async (id: number) => {
    const groups = await client.agent<Group[]>('List/GetVisibleForUserGroups', byId(id));
    return groups.filter((group) => group.Selected).map((group) => group.Id);
  };

  it('includes no user group until one is selected', async () => {
    const { WebPanelId: id } = await save({ Name: 'One' });
    expect(await selectedGroups(id)).toEqual([]);
    const all = { ...byId(id), UserGroupId: [1, 2, 3], Enable: true };
    expect(await getStatus('SetVisibleForUserGroup', all)).toBe(204);
    expect(await selectedGroups(id)).toEqual([1, 2, 3]);
    await client.agent('List/SetVisibleForUserGroup', { ...byId(id), UserGroupId: [2], Enable: false });
    expect(await selectedGroups(id)).toEqual([1, 3]);
  });

  it('survives an update of the panel', async () => {
    const { WebPanelId: id } = await save({ Name: 'One' });
    await client.agent('List/SetVisibleForUserGroup', { ...byId(id), UserGroupId: [4], Enable: true });
    await save({ WebPanelId: id, Name: 'Renamed' });
    expect(await selectedGroups(id)).toEqual([4]);
  });

  it.each(['FromListName', ''])(
    'accepts a list of selected groups through SetVisibleForUserGroups%s',
    async (suffix) => {
      const { WebPanelId: listItemId } = await save({ Name: 'One' });
      const list = suffix ? { UdListDefinitionName: 'GUI - Web panel' } : { UdListDefinitionId: 124 };
      const userGroups = [
        { Id: 1, Selected: true },
        { Id: 2, Selected: false },
      ];
      const response = await client.agent<Group[]>(`List/SetVisibleForUserGroups${suffix}`, {
        ...list,
        ListItemId: listItemId,
        UserGroups: userGroups,
      });
      expect(response.filter((group) => group.Selected).map((group) => group.Id)).toEqual([1]);
      expect(await selectedGroups(listItemId)).toEqual([1]);
    },
  );

  it('rejects another list definition and an unknown list item', async () => {
    const { WebPanelId: id } = await save({ Name: 'One' });
    expect(await getStatus('GetVisibleForUserGroups', { UdListDefinitionId: 1, ListItemId: id })).toBe(400);
    expect(await getStatus('GetVisibleForUserGroups', byId(999))).toBe(404);
  });
});
