import type { TenantApiClient } from '../../../../src/superoffice/api/web-api.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';

type Fields = Record<string, unknown>;
interface StoredPanel {
  entity: Fields & { readonly WebPanelId: number };
  readonly groups: { Id: number; Name: string; Selected: boolean }[];
}

/** A minimal List agent for web panels. A new panel is visible to no user group; unknown fields are preserved. */
export function createFakePanelStore() {
  const panels = new Map<number, StoredPanel>();
  const saved: string[] = [];
  /** ProgIds that are refused, with the error. */
  const refused = new Map<unknown, Error>();

  const methods: Record<string, (body: Fields) => unknown> = {
    GetWebPanelByProgId({ ProgId }) {
      const failure = refused.get(ProgId);
      if (failure !== undefined) throw failure;
      return [...panels.values()].find(({ entity }) => entity.ProgId === ProgId)?.entity ?? null;
    },
    SaveWebPanelEntity(body) {
      saved.push(String(body.ProgId));
      const isNew = body.WebPanelId === 0;
      const id = isNew ? panels.size + 1 : Number(body.WebPanelId);
      const groups = ['Sales', 'Support'].map((name, index) => ({ Id: index, Name: name, Selected: false }));
      const entity = { Rank: 7, ...body, WebPanelId: id };
      panels.set(id, { entity, groups: panels.get(id)?.groups ?? groups });
      return entity;
    },
    DeleteWebPanel({ Id }) {
      panels.delete(Number(Id));
      return null;
    },
    GetVisibleForUserGroups: ({ ListItemId }) => panels.get(Number(ListItemId))?.groups,
    SetVisibleForUserGroups({ ListItemId, UserGroups }) {
      panels.get(Number(ListItemId))?.groups.splice(0, Number.POSITIVE_INFINITY, ...(UserGroups as []));
      return null;
    },
  };

  const apiClient: TenantApiClient = {
    async call({ operation, path, json }) {
      if (path === 'MDOList/Lists') return [{ Id: 124, Type: 'webpanel' }];
      const method = methods[path.replace('Agents/List/', '')];
      if (method === undefined) throw new SuperOfficeError('not-found', operation);
      return method(Object(json));
    },
  };

  return {
    apiClient,
    /** ProgIds in the order they were saved. */
    saved,
    refuse: (progId: string, failure: Error) => void refused.set(progId, failure),
    allowAll: () => refused.clear(),
    all: () => [...panels.values()],
    /** Changes fields of a panel as an administrator would. */
    change(progId: string, fields: Fields) {
      for (const panel of panels.values()) {
        if (panel.entity.ProgId === progId) panel.entity = { ...panel.entity, ...fields };
      }
    },
    hideFromOneGroup(progId: string) {
      for (const { entity, groups } of panels.values()) {
        const [first] = groups;
        if (entity.ProgId === progId && first !== undefined) first.Selected = false;
      }
    },
  };
}
