import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadDesiredState } from '../../../../src/lifecycle/provisioning/desired-state.ts';

describe('loadDesiredState', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-manifest-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const panel = {
    progId: 'planlens.main',
    name: 'Planlens',
    tooltip: { en: 'Planlens', nl: 'Planlens-plan' },
    windowName: 'PlanlensMain',
    visibleIn: 'BrowserPanel',
    url: '{PUBLIC_URL}/panel?uctx=<uctx>',
    urlEncoding: 'Unicode',
  };
  const webhook = { name: 'Planlens', description: 'Reports changes', events: ['associate.changed'] };
  const config = { publicUrl: 'https://planlens.example', webhookErrorEmails: ['ops@planlens.example'] };
  const loadAll = (panels: readonly object[], hook: object, changed: Partial<typeof config> = {}) => {
    writeFileSync(join(folder, 'web-panels.json'), JSON.stringify(panels));
    writeFileSync(join(folder, 'webhook.json'), JSON.stringify(hook));
    return loadDesiredState(folder, { ...config, ...changed });
  };
  const load = (...panels: readonly object[]) => loadAll(panels, webhook).panels;

  it('inserts the public URL and adds the fields that all panels share', () => {
    expect(load(panel)).toEqual([
      {
        ProgId: 'planlens.main',
        Name: 'Planlens',
        Tooltip: 'US:"Planlens";NL:"Planlens-plan"',
        WindowName: 'PlanlensMain',
        VisibleIn: 'BrowserPanel',
        Url: 'https://planlens.example/panel?uctx=<uctx>',
        UrlEncoding: 'Unicode',
        OnCentral: true,
        OnSalesMarketingWeb: true,
        AlwaysReloadOnShow: false,
        Deleted: false,
      },
    ]);
    expect(loadAll([panel], webhook).webhook).toEqual({
      ...webhook,
      errorEmails: ['ops@planlens.example'],
      address: 'https://planlens.example/callbacks/webhooks/',
    });
  });

  it('changes the fingerprint whenever the desired state changes, and only then', () => {
    const fingerprints = [
      loadAll([panel], webhook),
      loadAll([{ ...panel, tooltip: { en: 'Other' } }], webhook),
      loadAll([panel, { ...panel, progId: 'planlens.other' }], webhook),
      loadAll([panel], { ...webhook, events: ['associate.deleted'] }),
      loadAll([panel], { ...webhook, description: 'Reports all changes' }),
      loadAll([panel], webhook, { publicUrl: 'https://elsewhere.example' }),
      loadAll([panel], webhook, { webhookErrorEmails: [] }),
    ].map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(7);
    expect(loadAll([panel], webhook).fingerprint).toBe(fingerprints[0]);
  });

  it.each<[string, object]>([
    ['an unsupported event', { ...webhook, events: ['sale.created'] }],
    ['no events', { ...webhook, events: [] }],
    ['no name', { ...webhook, name: '' }],
    ['no description', { ...webhook, description: '' }],
    ['an unknown field', { ...webhook, secret: 'x' }],
  ])('rejects a webhook with %s', (_what, invalid) => {
    expect(() => loadAll([panel], invalid)).toThrow();
    expect(loadAll([panel], webhook).panels).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['an unknown field', { ...panel, icon: 1 }],
    ['an unsupported location', { ...panel, visibleIn: 'ContactCard' }],
    ['an empty ProgId', { ...panel, progId: '' }],
    ['a name that is too long', { ...panel, name: 'x'.repeat(240) }],
    ['a tooltip that is too long', { ...panel, tooltip: { en: 'x'.repeat(255) } }],
    ['no English tooltip', { ...panel, tooltip: { de: 'Planlens' } }],
    ['a URL that is too long', { ...panel, url: 'x'.repeat(1024) }],
    ['an unknown encoding', { ...panel, urlEncoding: 'UTF-8' }],
    ['no window name', { ...panel, windowName: undefined }],
  ])('rejects a panel with %s', (_what, invalid) => {
    expect(() => load(panel, invalid)).toThrow();
    expect(load(panel, panel)).toHaveLength(2);
  });
});
