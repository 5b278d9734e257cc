import type { Diagnostic } from '../../../licensing/diagnostics/diagnostic.ts';
import type { Language } from '../../rendering/i18n.ts';

/**
 * Describes an inconsistency in one sentence. The text of each kind uses the members of its diagnostic as placeholders, so
 * a new kind needs only a text in `admin.diagnostic`.
 */
export function describeDiagnostic(diagnostic: Diagnostic, { t }: Language): string {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(diagnostic)) {
    if (name !== 'derived') values[name] = describeMember(value);
  }
  if ('solution' in diagnostic) values.solution = t(`solution.${diagnostic.solution}`);
  return t(`admin.diagnostic.${diagnostic.kind}`, values);
}

function describeMember(value: string | number | readonly string[]): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}
