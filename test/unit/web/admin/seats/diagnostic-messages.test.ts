import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../../../src/licensing/diagnostics/diagnostic.ts';
import { describeDiagnostic } from '../../../../../src/web/admin/seats/diagnostic-messages.ts';
import { english, german } from '../../harness.ts';

/** One of each kind: the compiler refuses a missing one. */
const kinds: { readonly [Kind in Diagnostic['kind']]: Extract<Diagnostic, { kind: Kind }> } = {
  'license-incomplete': { kind: 'license-incomplete' },
  'seat-count-differs': {
    kind: 'seat-count-differs',
    module: 'quote-cal',
    purchased: 1,
    inPlans: 41,
    plans: ['ten-sales', 'ten-service'],
  },
  'set-name-missing': { kind: 'set-name-missing', plan: 'ten-sales', module: 'quote-cal' },
  'plan-without-set': { kind: 'plan-without-set', plan: 'ten-sales' },
  'extra-flags-unknown': { kind: 'extra-flags-unknown', module: 'quote', extraFlags: 1024 },
  'prerequisite-missing': { kind: 'prerequisite-missing', module: 'quote', prerequisite: 'server' },
  'duplicate-row': { kind: 'duplicate-row', module: 'quote', rows: 3 },
  'several-versions': { kind: 'several-versions', module: 'quote', versions: ['11.11', '12'] },
  'more-in-use-than-purchased': {
    kind: 'more-in-use-than-purchased',
    module: 'quote',
    inUse: 3,
    purchased: 2,
    derived: [],
  },
  'both-tiers-marked': { kind: 'both-tiers-marked', solution: 'sales', by: ['sales-t1', 'sales-t2'] },
  'foreign-owner': { kind: 'foreign-owner', owner: 'ACME', modules: 2 },
};

const each = Object.entries(kinds);

describe('describeDiagnostic', () => {
  it.each(each)('mentions every value of %s in one sentence per language', (kind, diagnostic) => {
    const { kind: _kind, ...members } = diagnostic;
    for (const language of [english, german]) {
      const words = describeDiagnostic(diagnostic, language);
      expect(words).not.toContain('{{');
      expect(words).not.toContain(kind);
      expect(words).toMatch(/\.$/);
      const printed = Object.values(members)
        .flat()
        .filter((value) => value !== 'sales');
      for (const value of printed) expect(words).toContain(String(value));
    }
  });

  it('lists several values and shows a solution by its display name', () => {
    expect(describeDiagnostic(kinds['several-versions'], english)).toBe(
      'quote comes in several versions: 11.11, 12.',
    );
    expect(describeDiagnostic(kinds['both-tiers-marked'], english)).toBe(
      'Sales is marked as both tiers (sales-t1, sales-t2), so the markers are ignored.',
    );
  });
});
