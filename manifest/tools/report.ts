import type { ManifestValidation } from './validate.ts';

/**
 * Reports a validation line by line, with the exit code of the check. Files are named from the root of the project.
 * Placeholders of the vendor are a warning during development, and problems in a release.
 */
export function reportValidation(
  { problems: faults, placeholders }: Pick<ManifestValidation, 'problems' | 'placeholders'>,
  { isRelease }: { readonly isRelease: boolean },
): { readonly lines: readonly string[]; readonly exitCode: 0 | 1 } {
  const problems = isRelease ? [...faults, ...placeholders] : faults;
  const places = placeholders.map(({ file, where }) => `manifest/${file} ${where}`);
  const isWarned = !isRelease && places.length > 0;
  return {
    lines: [
      ...problems.map(({ file, where, message }) => `manifest/${file}${where && ` ${where}`}: ${message}`),
      ...(isWarned
        ? [`Warning: a release refuses these placeholders of the vendor: ${places.join(', ')}.`]
        : []),
      problems.length === 0
        ? 'The manifest is valid.'
        : `${problems.length} problem(s). To update the generated files, run npm run manifest:check -- --write.`,
    ],
    exitCode: problems.length === 0 ? 0 : 1,
  };
}
