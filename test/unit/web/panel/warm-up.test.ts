import { describe, expect, it } from 'vitest';
import type { PanelView } from '../../../../src/web/panel/panel-view.ts';
import { createWarmUp } from '../../../../src/web/panel/warm-up.ts';
import type { Views } from '../../../../src/web/rendering/views.ts';
import { entitlementEngine } from '../../licensing/fixtures/engine.ts';
import { languages, views } from '../harness.ts';

/** What a warm-up prints: the values of each page and its HTML. */
async function warmUp() {
  const printed: { name: string; code: string; page: PanelView; html: string }[] = [];
  const recordingViews: Views = (name, language, page) => {
    const html = views(name, language, page);
    printed.push({ name, code: language.code, page: page as PanelView, html });
    return html;
  };
  await createWarmUp({ entitlementEngine, languages, views: recordingViews, now: Date.now })();
  return printed;
}

describe('warm-up', () => {
  it('prints one panel in each language', async () => {
    const printed = await warmUp();
    expect(printed.map(({ name }) => name)).toEqual(languages.codes.map(() => 'panel'));
    expect(printed.map(({ code }) => code)).toEqual(languages.codes);
    for (const { html } of printed) expect(html).toContain('data-row=');
  });

  it('runs the code that decides about enabled and missing features, and suggests upgrades', async () => {
    const [first] = await warmUp();
    expect(first?.html).toContain('data-state="enabled"');
    expect(first?.html).toContain('data-state="upgrade"');
    expect(first?.page.plan).toBe('Sales-Essentials');
    expect(first?.page.suggestedUpgrades).not.toEqual([]);
    expect(first?.page.emptyState).toBeNull();
  });
});
