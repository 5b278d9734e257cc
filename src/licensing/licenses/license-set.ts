import { memoizeByText } from './memoize-by-text.ts';
import { normalizeModuleName } from './module-names.ts';

/**
 * Parses the `set=` of a user plan's ExtraInfo: the normalized names of the user licenses that the plan assigns. Empty if
 * there is no `set=`, such as in the text of a tier marker. Only lower-case `set=a,b` is documented; other commands
 * after `;` or white space, upper case, spaces and owner prefixes are accepted
 * (docs/superoffice/licenses.md#4-extraflags-and-extrainfo).
 */
export function parseLicenseSet(extraInfo: string): readonly string[] {
  return extraInfo.includes('=') ? findLicenseSet(extraInfo) : [];
}

const findLicenseSet = memoizeByText((extraInfo): readonly string[] => {
  const commands = extraInfo.split(/;|(?<!\s)\s+(?=[a-z]+\s*=)/i);
  const listed = commands.flatMap((command) => /^\s*set\s*=(.*)$/is.exec(command)?.[1]?.split(',') ?? []);
  return [...new Set(listed.map(normalizeModuleName))].filter((name) => name !== '');
});
