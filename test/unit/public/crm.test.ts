import { afterEach, describe, expect, it, vi } from 'vitest';

const script = new URL('../../../public/crm.js', import.meta.url).href;
const { openInCrm } = await import(script);

/** A browser window whose parent is another window, or itself. */
function stubWindow(ancestorOrigins: readonly string[] | undefined, isFramed = true) {
  const sent: unknown[][] = [];
  const parent = { postMessage: (...args: unknown[]) => void sent.push(args) };
  const own = { ...parent, parent };
  if (!isFramed) own.parent = own;
  vi.stubGlobal('window', own);
  vi.stubGlobal('location', { ancestorOrigins });
  return sent;
}

afterEach(() => vi.unstubAllGlobals());

describe('openInCrm', () => {
  it('sends the documented message to the origin of the CRM around the page, never to any origin', () => {
    const sent = stubWindow(['https://online2.superoffice.com', 'https://portal.example.com']);
    expect(openInCrm('sale.main.guide')).toBe(true);
    expect(sent).toEqual([
      [{ command: 'soprotocol', arguments: 'sale.main.guide' }, 'https://online2.superoffice.com'],
    ]);
  });

  it.each([
    ['outside of a frame', [], false],
    ['in a browser that does not tell the origin around the page', undefined, true],
    ['in a frame without an ancestor', [], true],
  ])('sends nothing %s', (_name, ancestorOrigins, isFramed) => {
    const sent = stubWindow(ancestorOrigins, isFramed);
    expect(openInCrm('sale.main.guide')).toBe(false);
    expect(sent).toEqual([]);
  });
});
