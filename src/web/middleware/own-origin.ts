import type { Request, RequestHandler } from 'express';
import { AppError } from '../../errors.ts';

/** Whether a browser sent a POST from one of our own pages: by its origin and, in newer browsers, by its fetch metadata. */
export function isFromOwnPage({ headers }: Request, publicUrl: string): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin === publicUrl && (site === undefined || site === 'same-origin');
}

/** Refuses requests that do not come from our own pages. @returns a handler that throws AppError `request-foreign` */
export function createOwnPagesOnly(publicUrl: string): RequestHandler {
  return function ownPagesOnly(request, _response, next) {
    if (!isFromOwnPage(request, publicUrl)) throw new AppError('request-foreign');
    next();
  };
}
