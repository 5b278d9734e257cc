import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDesiredState } from '../src/lifecycle/provisioning/desired-state.ts';
import { root } from './support/project-files.ts';

const origin = 'https://planlens.example';
const { panels, webhook } = loadDesiredState(join(root, 'manifest'), {
  publicUrl: origin,
  webhookErrorEmails: [],
});
const [panel, ...otherPanels] = panels.filter(({ VisibleIn }) => VisibleIn === 'BrowserPanel');
const [button, ...otherButtons] = panels.filter(({ VisibleIn }) => VisibleIn === 'NavigatorButton');

describe('manifest/web-panels.json', () => {
  it('defines one panel and one button in the navigator', () => {
    expect([panel?.Name, button?.Name, panels.length]).toEqual(['Planlens panel', 'Planlens', 2]);
    expect([...otherPanels, ...otherButtons]).toEqual([]);
  });

  it('has a tooltip with the name of the app in each language', () => {
    for (const { Tooltip } of panels) {
      expect(Tooltip.match(/[A-Z]{2}:"Planlens: [^"]+"/g)).toHaveLength(6);
    }
  });

  // certifies R1, R9
  it('opens our panel over HTTPS with tenant, user and language as parameters', () => {
    const url = new URL(panel?.Url ?? '');
    expect([url.protocol, url.origin, url.pathname]).toEqual(['https:', origin, '/panel']);
    expect(Object.fromEntries(url.searchParams)).toEqual({ uctx: '<uctx>', usid: '<usid>', lang: '<lani>' });
  });

  // certifies R9
  it('never requests a credential, because URLs end up in logs', () => {
    for (const { Url } of panels) expect(Url).not.toMatch(/usec|ticket|token|secret/i);
  });

  it('encodes the values that CRM inserts into the panel URL', () => {
    expect(panel?.UrlEncoding).toBe('Unicode');
  });

  it('opens the panel from the button by its window name', () => {
    expect(button?.Url).toBe(`soprotocol:browser.${panel?.WindowName}`);
  });

  it('leaves no placeholder of our own unfilled in a URL', () => {
    for (const { Url } of panels) expect(Url).not.toMatch(/[{}]/);
  });

  it.each(['ProgId', 'WindowName', 'Name'] as const)(
    'gives each panel a unique %s that begins with our name',
    (field) => {
      const values = panels.map((each) => each[field]);
      expect(new Set(values).size).toBe(panels.length);
      for (const value of values) expect(value).toMatch(/^planlens/i);
    },
  );

  it('uses window names that a soprotocol URL can contain', () => {
    for (const { WindowName } of panels) expect(WindowName).toMatch(/^[A-Za-z]+$/);
  });

  // certifies R12
  it('names the app in every tooltip', () => {
    for (const { Tooltip } of panels) expect(Tooltip).toContain('Planlens');
  });

  it('stays within the field lengths that SuperOffice stores', () => {
    const longest = { Name: 239, Tooltip: 254, WindowName: 254, ProgId: 254, Url: 1023 } as const;
    const longOrigin = `https://${'a'.repeat(63)}.${'b'.repeat(63)}.example:65535`;
    for (const each of loadDesiredState(join(root, 'manifest'), {
      publicUrl: longOrigin,
      webhookErrorEmails: [],
    }).panels) {
      for (const [field, length] of Object.entries(longest)) {
        expect(String(each[field as keyof typeof longest]).length).toBeLessThanOrEqual(length);
      }
    }
  });

  it('shows every panel wherever CRM runs and marks none as deleted', () => {
    for (const each of panels) {
      expect(each).toMatchObject({ OnCentral: true, OnSalesMarketingWeb: true, Deleted: false });
    }
  });
});

describe('manifest/webhook.json', () => {
  it('subscribes to user events at our own URL', () => {
    expect(webhook).toEqual({
      name: 'Planlens',
      description: expect.stringContaining('Without it'),
      errorEmails: [],
      events: ['associate.created', 'associate.changed', 'associate.deleted'],
      address: `${origin}/callbacks/webhooks/`,
    });
  });
});
