import { moduleName } from './module-names.ts';

/**
 * Reads the `set=` of a user plan's ExtraInfo: the user licenses the plan assigns, as compared names. Empty
 * where there is no `set=` (a tier marker's text, say). Only lower-case `set=a,b` is documented; other
 * commands after `;` or white space, other case, spaces and owner prefixes are tolerated
 * (docs/superoffice/licenses.md#4-extraflags-and-extrainfo).
 */
export function parseLicenseSet(extraInfo: string): readonly string[] {
  const commands = extraInfo.split(/;|(?<!\s)\s+(?=[a-z]+\s*=)/i);
  const listed = commands.flatMap((command) => /^\s*set\s*=(.*)$/is.exec(command)?.[1]?.split(',') ?? []);
  return [...new Set(listed.map(moduleName))].filter((name) => name !== '');
}
