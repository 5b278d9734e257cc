import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  loadWantedPanels,
  provisionPanels,
  type WantedPanel,
} from '../../../src/lifecycle/provision-panels.ts';
import { SuperOfficeError } from '../../../src/superoffice/superoffice-error.ts';
import { createPanelKeeper } from './panel-keeper.ts';

const main: WantedPanel = {
  ProgId: 'planlens.main',
  Name: 'Planlens panel',
  Tooltip: 'Planlens',
  WindowName: 'PlanlensMain',
  VisibleIn: 'BrowserPanel',
  Url: 'https://planlens.example/panel?uctx=<uctx>',
  UrlEncoding: 'Unicode',
  OnCentral: true,
  OnSalesMarketingWeb: true,
  AlwaysReloadOnShow: false,
  Deleted: false,
};
const button: WantedPanel = {
  ...main,
  ProgId: 'planlens.button',
  Name: 'Planlens',
  WindowName: 'PlanlensButton',
  VisibleIn: 'NavigatorButton',
  Url: 'soprotocol:browser.PlanlensMain',
  UrlEncoding: 'None',
};
const wanted = [main, button];

let keeper: ReturnType<typeof createPanelKeeper>;
beforeEach(() => {
  keeper = createPanelKeeper();
});
const provision = () => provisionPanels(keeper.caller, wanted);
const outcomes = async () => (await provision()).map(({ outcome }) => outcome);

function everythingIsRight(): void {
  expect(keeper.all().map(({ entity }) => entity)).toMatchObject(wanted);
  expect(keeper.all()).toHaveLength(2);
  for (const { groups } of keeper.all()) expect(groups.map(({ Selected }) => Selected)).toEqual([true, true]);
}

describe('provisionPanels', () => {
  it('creates what is missing, seen by every user group', async () => {
    expect(await provision()).toEqual([
      { progId: 'planlens.main', name: 'Planlens panel', outcome: 'created', problem: null },
      { progId: 'planlens.button', name: 'Planlens', outcome: 'created', problem: null },
    ]);
    everythingIsRight();
  });

  it('leaves alone what is right, however often it is asked', async () => {
    await provision();
    expect(await outcomes()).toEqual(['unchanged', 'unchanged']);
    expect(await outcomes()).toEqual(['unchanged', 'unchanged']);
    expect(keeper.saved).toEqual(['planlens.main', 'planlens.button']);
    everythingIsRight();
  });

  // ProgId is how a panel is found: another one is another panel.
  const changes: Omit<Record<keyof WantedPanel, unknown>, 'ProgId'> = {
    Name: 'Renamed',
    Tooltip: '',
    WindowName: 'Other',
    VisibleIn: 'Invisible',
    Url: 'https://old.example/panel',
    UrlEncoding: 'ANSI',
    OnCentral: false,
    OnSalesMarketingWeb: false,
    AlwaysReloadOnShow: true,
    Deleted: true,
  };
  it.each(Object.entries(changes))('mends %s alone where it is %j', async (field, value) => {
    await provision();
    keeper.change('planlens.main', { [field]: value });
    expect(await outcomes()).toEqual(['updated', 'unchanged']);
    expect(keeper.saved).toEqual(['planlens.main', 'planlens.button', 'planlens.main']);
    everythingIsRight();
  });

  it('mends all that differs at once', async () => {
    await provision();
    keeper.change('planlens.button', changes);
    expect(await outcomes()).toEqual(['unchanged', 'updated']);
    everythingIsRight();
  });

  it('keeps what an administrator set beyond what we want', async () => {
    await provision();
    keeper.change('planlens.main', { Rank: 99, Icon: 4, Url: 'https://old.example/' });
    await provision();
    expect(keeper.all()[0]?.entity).toMatchObject({ Rank: 99, Icon: 4, Url: main.Url });
  });

  it('revives a panel that was deleted softly, instead of making a second one', async () => {
    await provision();
    keeper.change('planlens.main', { Deleted: true });
    expect(await outcomes()).toEqual(['updated', 'unchanged']);
    everythingIsRight();
  });

  it('shows a panel again to a group it was hidden from, and says that it changed something', async () => {
    await provision();
    keeper.hideFromOneGroup('planlens.button');
    expect(await outcomes()).toEqual(['unchanged', 'updated']);
    everythingIsRight();
    expect(await outcomes()).toEqual(['unchanged', 'unchanged']);
  });

  it('reports a refused panel by its code and goes on with the others', async () => {
    keeper.refuse('planlens.main', new SuperOfficeError('forbidden', 'web panel by ProgId', { status: 403 }));
    expect(await provision()).toEqual([
      { progId: 'planlens.main', name: 'Planlens panel', outcome: 'failed', problem: 'forbidden' },
      { progId: 'planlens.button', name: 'Planlens', outcome: 'created', problem: null },
    ]);
    keeper.allowAll();
    expect(await outcomes()).toEqual(['created', 'unchanged']);
    expect(keeper.all()).toHaveLength(2);
  });

  it('throws what is no refusal of SuperOffice', async () => {
    keeper.refuse('planlens.button', new TypeError('our own mistake'));
    await expect(provision()).rejects.toThrow('our own mistake');
  });
});

describe('loadWantedPanels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-manifest-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const panel = {
    progId: 'planlens.main',
    name: 'Planlens',
    tooltip: 'Planlens',
    windowName: 'PlanlensMain',
    visibleIn: 'BrowserPanel',
    url: '{PUBLIC_URL}/panel?uctx=<uctx>',
    urlEncoding: 'Unicode',
  };
  const load = (...panels: readonly object[]) => {
    const file = join(folder, 'web-panels.json');
    writeFileSync(file, JSON.stringify(panels));
    return loadWantedPanels(file, 'https://planlens.example');
  };

  it('fills in our own address and what is the same for every panel', () => {
    expect(load(panel)).toEqual([{ ...main, Name: 'Planlens' }]);
  });

  it.each<[string, object]>([
    ['a field it does not know', { ...panel, icon: 1 }],
    ['a place where no panel of ours goes', { ...panel, visibleIn: 'ContactCard' }],
    ['an empty ProgId', { ...panel, progId: '' }],
    ['a name longer than SuperOffice keeps', { ...panel, name: 'x'.repeat(240) }],
    ['a tooltip longer than SuperOffice keeps', { ...panel, tooltip: 'x'.repeat(255) }],
    ['an address longer than SuperOffice keeps', { ...panel, url: 'x'.repeat(1024) }],
    ['an encoding there is not', { ...panel, urlEncoding: 'UTF-8' }],
    ['no window name', { ...panel, windowName: undefined }],
  ])('refuses %s', (_what, wrong) => {
    expect(() => load(panel, wrong)).toThrow();
    expect(load(panel, panel)).toHaveLength(2);
  });
});
