import type { Request } from 'express';

const pages = /^\/panel(\/(feature|newer-features|plans?))?$/;

/**
 * The page of the panel that a request was sent from, with the place in its address; null for any other. Browsers tell it
 * to our own pages only (the referrer policy of `securityHeaders`). It is a hint for a link, never proof.
 */
export function readPanelReferer({ headers }: Pick<Request, 'headers'>, publicUrl: string): string | null {
  const url = URL.parse(headers.referer ?? '');
  if (url === null || url.origin !== publicUrl || !pages.test(url.pathname)) return null;
  return `${url.pathname}${url.search}`;
}
