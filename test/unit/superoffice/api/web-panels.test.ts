import { describe, expect, it } from 'vitest';
import {
  findWebPanelByProgId,
  saveWebPanel,
  webPanelSchema,
} from '../../../../src/superoffice/api/web-panels.ts';
import { expectRejection } from '../expect-rejection.ts';
import { createFakeApiClient } from '../fake-tenant-api-client.ts';

const panelBody = {
  WebPanelId: 12,
  Name: 'Planlens',
  Tooltip: 'Planlens: your plan',
  Deleted: false,
  Rank: 3,
  UrlEncoding: 'Unicode',
  VisibleIn: 'BrowserPanel',
  OnCentral: true,
  OnSalesMarketingWeb: true,
  WindowName: 'PlanlensMain',
  Url: 'https://planlens.example.com/panel?uctx=<uctx>&usid=<usid>',
  ProgId: 'planlens.main',
  Icon: 0,
  AlwaysReloadOnShow: false,
  NeverReloadOnCurrentChange: true,
  TableRight: null,
  FieldProperties: {},
};

/** A client that returns the body for the called agent method. */
const respondWith = (bodies: Record<string, unknown>) =>
  createFakeApiClient(({ path }) => bodies[path.replace('Agents/List/', '')]);

describe('webPanelByProgId', () => {
  it('finds a panel by its ProgId', async () => {
    const apiClient = respondWith({ GetWebPanelByProgId: panelBody });
    expect(await findWebPanelByProgId(apiClient, 'planlens.main')).toEqual(panelBody);
    expect(apiClient.calls).toMatchObject([
      {
        method: 'POST',
        path: 'Agents/List/GetWebPanelByProgId',
        json: { ProgId: 'planlens.main' },
        mayBeNull: true,
      },
    ]);
  });

  it.each([[null], [{ WebPanelId: 0, Name: null }], [{}]])(
    'returns no panel for the response %j',
    async (body) => {
      expect(
        await findWebPanelByProgId(respondWith({ GetWebPanelByProgId: body }), 'planlens.main'),
      ).toBeNull();
    },
  );

  it('rejects a panel of another shape', async () => {
    const apiClient = respondWith({ GetWebPanelByProgId: { ...panelBody, WebPanelId: '12' } });
    expect(await expectRejection(findWebPanelByProgId(apiClient, 'x'))).toMatchObject({
      code: 'unexpected-response',
      detail: 'WebPanelId',
    });
  });
});

describe('saveWebPanel', () => {
  it('sends the whole entity with unknown fields and returns the saved one', async () => {
    const panel = webPanelSchema.parse({ ...panelBody, WebPanelId: 0 });
    const apiClient = respondWith({ SaveWebPanelEntity: panelBody });
    expect(await saveWebPanel(apiClient, panel)).toEqual(panelBody);
    expect(apiClient.calls).toMatchObject([
      { path: 'Agents/List/SaveWebPanelEntity', json: { ...panelBody, WebPanelId: 0 } },
    ]);
  });

  it.each([[{ ...panelBody, WebPanelId: 0 }], [null], ['saved']])(
    'rejects %j as the saved panel',
    async (body) => {
      const apiClient = respondWith({ SaveWebPanelEntity: body });
      expect(await expectRejection(saveWebPanel(apiClient, webPanelSchema.parse(panelBody)))).toMatchObject({
        code: 'unexpected-response',
      });
    },
  );
});
