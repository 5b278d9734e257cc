import { describe, expect, it } from 'vitest';
import { fillPanelUrl } from '../../sandbox/panel-url.ts';
import { createTenants } from '../../sandbox/tenants.ts';
import { appUrl, essential, get, openClient, premium, signIn, users } from './support.ts';

const { sandbox, client } = await openClient();

async function addPanel(fields: Record<string, unknown>, groups: number[]): Promise<void> {
  const { WebPanelId: listItemId } = await client.agent<{ WebPanelId: number }>(
    'List/SaveWebPanelEntity',
    fields,
  );
  const visible = { UdListDefinitionId: 124, ListItemId: listItemId, UserGroupId: groups, Enable: true };
  await client.agent('List/SetVisibleForUserGroup', visible);
}

const panel = {
  Name: 'Plans',
  WindowName: 'PlansMain',
  VisibleIn: 'BrowserPanel',
  UrlEncoding: 'Unicode',
  Url: `${appUrl}/panel?uctx=<uctx>&usid=<usid>&lang=<lani>`,
};
const button = {
  Name: 'Plans button',
  WindowName: 'PlansButton',
  VisibleIn: 'NavigatorButton',
  Url: 'soprotocol:browser.PlansMain',
  Tooltip: 'See your plan',
};
const page = async (userName: string, path: string) =>
  (await get(`${sandbox.url}${path}`, await signIn(sandbox, userName))).text();

describe('sandbox CRM page', () => {
  it('redirects a browser without a session or from another tenant to sign-in and back', async () => {
    const path = `/${premium}/?panel=PlansMain`;
    for (const cookie of [{ Cookie: '' }, await signIn(sandbox, users.essential)]) {
      const html = await (await get(`${sandbox.url}${path}`, cookie)).text();
      expect(html).toContain('<h1>Sign in</h1>');
      expect(html).toContain(`name="next" value="${path}"`);
      expect(html).not.toContain('Katharina Vogel');
    }
  });

  it('shows a dashboard in the language of the user', async () => {
    const german = await page(users.sales, `/${premium}/`);
    expect(german).toContain('lang="de-DE"');
    expect(german).toContain('Posteingang');
    const english = await page('emily.carter@designteamet.example', `/${premium}/`);
    expect(english).toContain('Inbox');
    expect(english).not.toContain('<iframe');
  });

  it('hides the screens that the role of the user hides', async () => {
    const countScreens = async (userName: string) =>
      (await page(userName, `/${premium}/`)).match(/<li>/g)?.length;
    expect(((await countScreens(users.sales)) ?? 0) - ((await countScreens(users.restricted)) ?? 0)).toBe(2);
  });

  it('shows an app panel in a titled frame and opens it from its navigator button', async () => {
    await addPanel(panel, [1, 2, 3, 4]);
    await addPanel(button, [1, 2, 3, 4]);
    const home = await page(users.sales, `/${premium}/`);
    expect(home).toMatch(new RegExp(`href="/${premium}/\\?panel=PlansMain"\\s+title="See your plan"`));
    const open = await page(users.sales, `/${premium}/?panel=PlansMain`);
    const src = `${appUrl}/panel?uctx=Cust20001&amp;usid=101&amp;lang=de`;
    expect(open).toContain(`<iframe title="Plans" name="PlansMain" src="${src}">`);
    expect(open).toMatch(/title="See your plan"\s+aria-current="page"/);
  });

  it('shows a panel only to its user groups, only in its tenant and not when it is deleted', async () => {
    await addPanel(panel, [3]);
    expect(await page(users.service, `/${premium}/?panel=PlansMain`)).toContain('<iframe');
    expect(await page(users.sales, `/${premium}/?panel=PlansMain`)).not.toContain('<iframe');
    expect(await page(users.essential, `/${essential}/?panel=PlansMain`)).not.toContain('<iframe');
    await client.agent('List/SaveWebPanelEntity', {
      ...panel,
      WebPanelId: await findPanelId('Plans'),
      Deleted: true,
    });
    expect(await page(users.service, `/${premium}/?panel=PlansMain`)).not.toContain('<iframe');
  });

  it('frames only web URLs', async () => {
    await addPanel({ ...panel, Url: 'javascript:alert(1)' }, [2]);
    expect(await page(users.sales, `/${premium}/?panel=PlansMain`)).not.toContain('<iframe');
  });

  it('escapes the panel name', async () => {
    await addPanel({ ...panel, Name: '"><script>' }, [2]);
    expect(await page(users.sales, `/${premium}/?panel=PlansMain`)).not.toContain('"><script>');
  });

  const findPanelId = async (name: string) => {
    const panels = await client.agent<{ WebPanelId: number; Name: string }[]>('List/GetWebPanelList');
    return panels.find((row) => row.Name === name)?.WebPanelId;
  };
});

describe('sandbox screens by SoProtocol', () => {
  const open = async (userName: string, path: string) => {
    const response = await get(`${sandbox.url}/${premium}/${path}`, await signIn(sandbox, userName));
    const html = await response.text();
    return [response.status, /<h1>(.*?)<\/h1>/.exec(html)?.[1]];
  };

  it.each([
    ['sale.main.guide', 'Sale'],
    ['contact.udef', 'Company'],
    ['emarketing.mmlistforms', 'Marketing'],
    ['statusmonitor', 'Status monitor'],
    ['contact.main?contact_id=5', 'Company'],
  ])('opens %s as %s', async (target, title) => {
    expect(await open(users.sales, `default.aspx?${target}`)).toEqual([200, title]);
  });

  it.each([
    '',
    'sale',
    'sale.guide',
    'sale.main.report',
    'sale.main.guide.extra',
    'mailbox.main',
    '__proto__.main',
  ])('knows no target %j', async (target) => {
    expect(await open(users.sales, `default.aspx?${target}`)).toEqual([404, 'Unknown target']);
  });

  it('opens screens for administrators only to administrators', async () => {
    for (const path of ['default.aspx?adminusers', 'admin/default.aspx?', 'admin/default.aspx?adminusers'])
      expect(await open(users.sales, path)).toEqual([403, 'No access']);
    expect(await open(users.admin, 'default.aspx?adminusers')).toEqual([200, 'Users']);
    expect(await open(users.admin, 'admin/default.aspx?')).toEqual([200, 'Settings and maintenance']);
    expect(await open(users.admin, 'admin/default.aspx?adminusers')).toEqual([
      200,
      'Settings and maintenance',
    ]);
  });

  it('opens no screen that the role of the user hides', async () => {
    expect(await open(users.restricted, 'default.aspx?project.main')).toEqual([403, 'No access']);
    expect(await open(users.restricted, 'default.aspx?diary.day')).toEqual([200, 'Diary']);
  });

  it('opens the screens of a tenant that has moved at its new address', async () => {
    sandbox.control.moveTenant({ tenant: premium });
    const response = await get(`${sandbox.url}/api/state/${premium}`);
    const state = (await response.json()) as { Endpoint: string };
    const headers = await signIn(sandbox, users.admin);
    for (const path of ['default.aspx?adminusers', 'admin/default.aspx?'])
      expect((await get(`${state.Endpoint}/${path}`, headers)).status).toBe(200);
  });

  it('asks a browser without a session to sign in, and returns to the screen', async () => {
    const html = await (await get(`${sandbox.url}/${premium}/default.aspx?sale.main`)).text();
    expect(html).toContain(`name="next" value="/${premium}/default.aspx?sale.main"`);
  });
});

describe('sandbox front page', () => {
  it('lists every active user with a sign-in link, and the app', async () => {
    const html = await (await get(`${sandbox.url}/`)).text();
    expect(html).toContain(`href="${appUrl}"`);
    expect(html.match(/href="\/login\/as\//g)).toHaveLength(18);
    expect(html).not.toContain(`/login/as/${users.retired}`);
  });

  it('loads no resources from other hosts', async () => {
    const html = await (await get(`${sandbox.url}/`)).text();
    const sources = [...html.matchAll(/(?:src|href)="(https?:[^"]*)"/g)].map((match) => match[1]);
    expect(sources).toEqual([appUrl]);
    expect((await get(`${sandbox.url}/_sandbox/sandbox.css`)).status).toBe(200);
  });
});

describe('panel URL variables', () => {
  const found = createTenants().findUser(users.service);
  const fill = (url: string, encoding = 'Unicode') =>
    found ? fillPanelUrl(url, encoding, found.tenant, found.user) : undefined;

  it.each([
    ['<uctx>', 'Cust20001'],
    ['<usid>', '111'],
    ['<usec>', ''],
    ['<lani>', 'de'],
    ['<lanc>', 'de-DE'],
    ['<lanx>', 'GE'],
    ['<adm?>', 'False'],
    ['<user>', 'LH'],
    ['<usem>', 'lena.hoffmann%40designteamet.example'],
    ['<auth>', 'Lena%20Hoffmann'],
    ['<ser#>', '1010000014'],
    ['<iocn>', 'Designteamet'],
    ['<vern>', 'SuperOffice%2011.11'],
    ['<ulic>', 'superoffice.ten-service'],
    ['<zzzz>', ''],
  ])('fills %s with %j', (tag, value) => {
    expect(fill(`https://app.example/?x=${tag}&y=1`)).toBe(`https://app.example/?x=${value}&y=1`);
  });

  it('fills variables in any case and at every occurrence, and leaves other text unchanged', () => {
    expect(fill('https://a.example/<UCTX>/<uctx>?b=<toolong>&c=<>')).toBe(
      'https://a.example/Cust20001/Cust20001?b=<toolong>&c=<>',
    );
  });

  it('does not encode values when the encoding is None', () => {
    expect(fill('https://a.example/?n=<auth>', 'None')).toBe('https://a.example/?n=Lena Hoffmann');
  });
});
