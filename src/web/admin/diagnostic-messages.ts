import type { Diagnostic } from '../../licensing/diagnostics/diagnostic.ts';
import type { Language } from '../rendering/i18n.ts';

/**
 * Says in one sentence what does not add up. The sentence of a kind names the members of its diagnostic: a further kind
 * takes a text in `admin.diagnostic` and nothing here.
 */
export function describeDiagnostic(diagnostic: Diagnostic, { t }: Language): string {
  const words: Record<string, string> = {};
  for (const [name, value] of Object.entries(diagnostic)) words[name] = describeMember(value);
  if ('solution' in diagnostic) words.solution = t(`solution.${diagnostic.solution}`);
  return t(`admin.diagnostic.${diagnostic.kind}`, words);
}

function describeMember(value: string | number | readonly string[]): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}
