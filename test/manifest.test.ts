import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDesiredState } from '../src/lifecycle/provisioning/desired-state.ts';
import { root } from './support/project-files.ts';

const origin = 'https://planlens.example';
const { panels, webhook } = loadDesiredState(join(root, 'manifest'), origin);
const [panel, ...otherPanels] = panels.filter(({ VisibleIn }) => VisibleIn === 'BrowserPanel');
const [button, ...otherButtons] = panels.filter(({ VisibleIn }) => VisibleIn === 'NavigatorButton');

describe('manifest/web-panels.json', () => {
  it('is one panel and one button in the main menu', () => {
    expect([panel?.Name, button?.Name, panels.length]).toEqual(['Planlens panel', 'Planlens', 2]);
    expect([...otherPanels, ...otherButtons]).toEqual([]);
  });

  // certifies R1, R9
  it('opens our own panel over https and tells it tenant, user and language', () => {
    const url = new URL(panel?.Url ?? '');
    expect([url.protocol, url.origin, url.pathname]).toEqual(['https:', origin, '/panel']);
    expect(Object.fromEntries(url.searchParams)).toEqual({ uctx: '<uctx>', usid: '<usid>', lang: '<lani>' });
  });

  // certifies R9
  it('never asks for a credential: what stands in an address gets into logs', () => {
    for (const { Url } of panels) expect(Url).not.toMatch(/usec|ticket|token|secret/i);
  });

  it('encodes what CRM fills in', () => {
    expect(panel?.UrlEncoding).toBe('Unicode');
  });

  it('has the button open the panel, by its window name', () => {
    expect(button?.Url).toBe(`soprotocol:browser.${panel?.WindowName}`);
  });

  it('has no address of ours unfilled', () => {
    for (const { Url } of panels) expect(Url).not.toMatch(/[{}]/);
  });

  it.each(['ProgId', 'WindowName', 'Name'] as const)(
    'gives each panel a %s of its own, with our name',
    (field) => {
      const values = panels.map((each) => each[field]);
      expect(new Set(values).size).toBe(panels.length);
      for (const value of values) expect(value).toMatch(/^planlens/i);
    },
  );

  it('has window names a soprotocol address can carry', () => {
    for (const { WindowName } of panels) expect(WindowName).toMatch(/^[A-Za-z]+$/);
  });

  // certifies R12
  it('names the app in every tooltip', () => {
    for (const { Tooltip } of panels) expect(Tooltip).toContain('Planlens');
  });

  it('fits in what SuperOffice keeps', () => {
    const longest = { Name: 239, Tooltip: 254, WindowName: 254, ProgId: 254, Url: 1023 } as const;
    const longOrigin = `https://${'a'.repeat(63)}.${'b'.repeat(63)}.example:65535`;
    for (const each of loadDesiredState(join(root, 'manifest'), longOrigin).panels) {
      for (const [field, length] of Object.entries(longest)) {
        expect(String(each[field as keyof typeof longest]).length).toBeLessThanOrEqual(length);
      }
    }
  });

  it('is seen wherever CRM runs, and is not deleted', () => {
    for (const each of panels) {
      expect(each).toMatchObject({ OnCentral: true, OnSalesMarketingWeb: true, Deleted: false });
    }
  });
});

describe('manifest/webhook.json', () => {
  it('asks for what happens to users, at an address of ours', () => {
    expect(webhook).toEqual({
      name: 'Planlens',
      events: ['associate.created', 'associate.changed', 'associate.deleted'],
      address: `${origin}/callbacks/webhooks/`,
    });
  });
});
