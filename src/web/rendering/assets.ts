import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type RequestHandler } from 'express';

/** The version of `public`: it changes with any file, so that a script imports the modules of its own release. */
export function assetVersion(root: string): string {
  const folder = join(root, 'public');
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('base64url').slice(0, 10);
}

/**
 * Serves `public` under `/{version}/`. Browsers cache the current version for a year; any other version they must ask for
 * again, because during a rolling update pages of another release ask for what only that release has.
 */
export function serveAssets(root: string): RequestHandler {
  const currentVersion = assetVersion(root);
  const options = { index: false, redirect: false } as const;
  const serve = express.static(join(root, 'public'), {
    ...options,
    cacheControl: false,
    setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache'),
  });
  const serveImmutable = express.static(join(root, 'public'), { ...options, immutable: true, maxAge: '1y' });

  return function assets(request, response, next) {
    const [, version, path] = /^\/([\w-]{10})(\/.+)/.exec(request.url) ?? [];
    if (path === undefined) return next();
    request.url = path;
    if (version === currentVersion) serveImmutable(request, response, next);
    else serve(request, response, next);
  };
}
