/** A version of the changelog with the text below its heading. The section `Unreleased` has no date. */
export interface ChangelogSection {
  readonly version: string;
  readonly date: string | null;
  readonly text: string;
}

/** Reads the sections of a changelog in the form of Keep a Changelog, newest first. */
export function readSections(changelog: string): readonly ChangelogSection[] {
  const [, ...sections] = changelog.split(/^## /m);
  return sections.map((section) => {
    const end = section.indexOf('\n');
    const heading = end === -1 ? section : section.slice(0, end);
    const { version, date } =
      /^\[(?<version>[^\]]+)\](?: - (?<date>\d{4}-\d\d-\d\d))?$/.exec(heading)?.groups ?? {};
    if (version === undefined) {
      throw new Error(`CHANGELOG.md: heading "## ${heading}" must be "## [1.2.3] - 2026-12-31".`);
    }
    return { version, date: date ?? null, text: section.slice(heading.length).trim() };
  });
}
