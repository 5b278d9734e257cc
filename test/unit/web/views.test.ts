import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadViews } from '../../../src/web/views.ts';
import { english, german, views } from './stand.ts';

const nasty = `<script>alert(1)</script>"' onload=x &amp;`;
const feature = {
  id: nasty,
  label: nasty,
  state: nasty,
  stateText: nasty,
  reason: nasty,
  upgrade: nasty,
  children: [],
};
const panel = {
  companyName: nasty,
  plan: nasty,
  planNote: nasty,
  summary: nasty,
  enabledPercent: 50,
  asOf: nasty,
  notices: [nasty],
  solutions: [
    {
      id: nasty,
      title: nasty,
      tally: nasty,
      tiers: [{ title: nasty, features: [feature, { ...feature, children: [feature] }] }],
    },
  ],
  addOns: [feature],
  unknownModules: nasty,
};
const setup = {
  companyName: nasty,
  ctx: nasty,
  consentedAt: nasty,
  provisionedAt: nasty,
  complete: true,
  panels: [{ name: nasty, outcome: 'failed', failed: true, problem: nasty }],
};
const problem = { title: nasty, text: nasty, code: nasty, detail: nasty, requestId: nasty };

describe('every page', () => {
  it.each([
    ['panel', panel],
    ['setup', setup],
    ['problem', problem],
  ])('%s prints whatever it is given harmless', (name, page) => {
    const html = views(name, english, page);
    expect(html).not.toContain('<script');
    expect(html).not.toMatch(/="[^"]*<|"' onload/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('&amp;amp;');
  });

  it.each([
    ['landing', {}],
    ['panel', panel],
    ['setup', setup],
    ['problem', problem],
  ])('%s names its language, its style sheet and no script', (name, page) => {
    const html = views(name, german, page);
    expect(html).toMatch(/^<!doctype html>\s*<html lang="de">/);
    expect(html).toMatch(/<link rel="stylesheet" href="\/assets\/planlens\.css\?v=[\w-]{10}">/);
    expect(html).not.toMatch(/<script|<style|style="|\son\w+="|javascript:/);
  });

  it.each([
    ['setup', { ...setup, provisionedAt: null }, setup, '<dt>Eingerichtet</dt>'],
    ['panel', { ...panel, notices: [] }, panel, 'role="status"'],
    ['panel', { ...panel, unknownModules: '' }, panel, '<code>'],
    ['panel', { ...panel, planNote: '' }, { ...panel, planNote: 'noted' }, 'noted'],
    ['problem', { ...problem, detail: undefined }, { ...problem, detail: 'uctx' }, '(uctx)'],
  ])('%s leaves out what there is nothing of', (name, without, having, text) => {
    expect(views(name, german, without)).not.toContain(text);
    expect(views(name, german, having)).toContain(text);
  });

  it('shows a reason for a feature alone, for a group those of its features', () => {
    const alone = views('panel', english, panel);
    const [group, ...reasons] = alone.match(/class="reason"/g) ?? [];
    expect([group, ...reasons]).toHaveLength(3); // the feature, the child of the group, the add-on
  });
});

describe('loadViews', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'planlens-views-'));
    for (const name of ['views', 'views/partials', 'public']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'public', 'planlens.css'), 'body {}');
    writeFileSync(join(folder, 'views', 'page.ejs'), '<%= page.word %> <%= stylesheet %>');
    writeFileSync(join(folder, 'views', 'partials', 'part.ejs'), 'a part');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('throws for a view there is not, a partial among them', () => {
    const load = loadViews(folder);
    for (const name of ['other', 'partials/part', 'part', '../public/planlens', 'page.ejs', '']) {
      expect(() => load(name, english, {})).toThrow(`no view named ${name}`);
    }
  });

  it('reads the templates once', () => {
    const load = loadViews(folder);
    writeFileSync(join(folder, 'views', 'page.ejs'), 'changed');
    expect(load('page', english, { word: 'first' })).toMatch(/^first /);
  });

  it('names the style sheet anew when it changed', () => {
    const before = loadViews(folder)('page', english, {});
    expect(loadViews(folder)('page', english, {})).toBe(before);
    writeFileSync(join(folder, 'public', 'planlens.css'), 'body { color: red }');
    expect(loadViews(folder)('page', english, {})).not.toBe(before);
  });

  it('does not load a template that is no EJS', () => {
    writeFileSync(join(folder, 'views', 'broken.ejs'), '<% if ( { %>');
    expect(() => loadViews(folder)).toThrow();
  });

  it('gives a template no variable but its own', () => {
    writeFileSync(join(folder, 'views', 'leak.ejs'), '<%= word %>');
    expect(() => loadViews(folder)('leak', english, { word: 'x' })).toThrow(/word is not defined/);
  });
});
