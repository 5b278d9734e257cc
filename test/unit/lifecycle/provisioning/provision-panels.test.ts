import { beforeEach, describe, expect, it } from 'vitest';
import type { DesiredPanel } from '../../../../src/lifecycle/provisioning/desired-state.ts';
import { planPanels, provisionPanels } from '../../../../src/lifecycle/provisioning/provision-panels.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import type { ProvisionedPanel } from '../../../../src/tenants/tenant.ts';
import { createFakePanelStore } from './fake-panel-store.ts';

const main: DesiredPanel = {
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
const button: DesiredPanel = {
  ...main,
  ProgId: 'planlens.button',
  Name: 'Planlens',
  WindowName: 'PlanlensButton',
  VisibleIn: 'NavigatorButton',
  Url: 'soprotocol:browser.PlanlensMain',
  UrlEncoding: 'None',
};
const desired = [main, button];

let panelStore: ReturnType<typeof createFakePanelStore>;
beforeEach(() => {
  panelStore = createFakePanelStore();
  progress = [];
});
const nothing: ProvisionedPanel[] = [];
let progress: string[];
/** Provisions after an earlier run with the result `known`; records the outcomes after each step. */
const provision = (known = nothing) =>
  provisionPanels(panelStore.apiClient, planPanels(desired, known), async (panels) => {
    progress.push(panels.map(({ outcome }) => outcome).join(' '));
  });
const outcomes = async () => (await provision()).map(({ outcome }) => outcome);

function expectDesiredState(): void {
  expect(panelStore.all().map(({ entity }) => entity)).toMatchObject(desired);
  expect(panelStore.all()).toHaveLength(2);
  for (const { groups } of panelStore.all())
    expect(groups.map(({ Selected }) => Selected)).toEqual([true, true]);
}

describe('provisionPanels', () => {
  it('creates missing panels that every user group can see', async () => {
    expect(await provision()).toEqual([
      { progId: 'planlens.main', name: 'Planlens panel', outcome: 'created', problem: null },
      { progId: 'planlens.button', name: 'Planlens', outcome: 'created', problem: null },
    ]);
    expectDesiredState();
  });

  it('leaves matching panels unchanged on every run', async () => {
    await provision();
    expect(await outcomes()).toEqual(['unchanged', 'unchanged']);
    expect(await outcomes()).toEqual(['unchanged', 'unchanged']);
    expect(panelStore.saved).toEqual(['planlens.main', 'planlens.button']);
    expectDesiredState();
  });

  // A panel is found by its ProgId, so a different ProgId is a different panel.
  const changes: Omit<Record<keyof DesiredPanel, unknown>, 'ProgId'> = {
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
  it.each(Object.entries(changes))('updates only the panel whose %s is %j', async (field, value) => {
    await provision();
    panelStore.change('planlens.main', { [field]: value });
    expect(await outcomes()).toEqual(['updated', 'unchanged']);
    expect(panelStore.saved).toEqual(['planlens.main', 'planlens.button', 'planlens.main']);
    expectDesiredState();
  });

  it('corrects all differing fields of a panel in one run', async () => {
    await provision();
    panelStore.change('planlens.button', changes);
    expect(await outcomes()).toEqual(['unchanged', 'updated']);
    expectDesiredState();
  });

  it('preserves fields that the desired state does not define', async () => {
    await provision();
    panelStore.change('planlens.main', { Rank: 99, Icon: 4, Url: 'https://old.example/' });
    await provision();
    expect(panelStore.all()[0]?.entity).toMatchObject({ Rank: 99, Icon: 4, Url: main.Url });
  });

  it.each([
    ['in all languages', 'unchanged', 'US:"Planlens plans";DA:"Planlens planer"'],
    ['in English only', 'unchanged', 'Planlens plans'],
    ['of an earlier version', 'updated', 'Planlens'],
  ])('a tooltip that is returned %s is %s', async (_, outcome, tooltip) => {
    const translated = [{ ...main, Tooltip: 'US:"Planlens plans";DA:"Planlens planer"' }];
    const run = () => provisionPanels(panelStore.apiClient, planPanels(translated, nothing), async () => {});
    await run();
    panelStore.change('planlens.main', { Tooltip: tooltip });
    expect(await run()).toMatchObject([{ outcome }]);
  });

  it('restores a soft-deleted panel instead of creating a second one', async () => {
    await provision();
    panelStore.change('planlens.main', { Deleted: true });
    expect(await outcomes()).toEqual(['updated', 'unchanged']);
    expectDesiredState();
  });

  it('shows a panel again to a user group it was hidden from and reports it as updated', async () => {
    await provision();
    panelStore.hideFromOneGroup('planlens.button');
    expect(await outcomes()).toEqual(['unchanged', 'updated']);
    expectDesiredState();
    expect(await outcomes()).toEqual(['unchanged', 'unchanged']);
  });

  it('reports a refused panel by its error code and continues with the others', async () => {
    panelStore.refuse(
      'planlens.main',
      new SuperOfficeError('forbidden', 'web panel by ProgId', { status: 403 }),
    );
    expect(await provision()).toEqual([
      { progId: 'planlens.main', name: 'Planlens panel', outcome: 'failed', problem: 'forbidden' },
      { progId: 'planlens.button', name: 'Planlens', outcome: 'created', problem: null },
    ]);
    panelStore.allowAll();
    expect(await outcomes()).toEqual(['created', 'unchanged']);
    expect(panelStore.all()).toHaveLength(2);
  });

  it('rethrows an error that is not a SuperOffice error', async () => {
    panelStore.refuse('planlens.button', new TypeError('a programming error'));
    await expect(provision()).rejects.toThrow('a programming error');
  });

  it('reports the progress after each panel', async () => {
    await provision();
    expect(progress).toEqual(['waiting waiting', 'created waiting', 'created created']);
  });

  it('removes a panel of an earlier version and then stops tracking it', async () => {
    const before = await provision();
    const withoutButton = () =>
      provisionPanels(panelStore.apiClient, planPanels([main], before), async () => {});
    const after = await withoutButton();
    expect(after.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['Planlens panel', 'unchanged'],
      ['Planlens', 'removed'],
    ]);
    expect(panelStore.all()).toHaveLength(1);
    expect((await withoutButton()).map(({ outcome }) => outcome)).toEqual(['unchanged', 'removed']);
    expect(planPanels([main], after).map(({ progId }) => progId)).toEqual(['planlens.main']);
  });
});
