import type { Language } from '../rendering/i18n.ts';

/** A link to a file, as `views/partials/downloads.ejs` shows it. */
export interface DownloadLink {
  readonly text: string;
  readonly href: string;
}

/** The links to what a page lists as files, at the address of the page with the extension. */
export function downloadLinks(path: string, lang: string, { t }: Language): readonly DownloadLink[] {
  return (['csv', 'xlsx'] as const).map((format) => ({
    text: t(`admin.download.${format}`),
    href: `${path}.${format}?${new URLSearchParams({ lang })}`,
  }));
}
