import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { RequestHandler } from 'express';
import { compressedBody, sendCompressed } from './compression.ts';

/** The version of `public`: it changes with any file, so that a script imports the modules of its own release. */
export function assetVersion(root: string): string {
  return versionOf(readAssets(root));
}

/** The names and the bytes of the files of `public`, in the order of the names. */
function readAssets(root: string): readonly (readonly [string, Buffer])[] {
  const folder = join(root, 'public');
  return readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(join(folder, name))] as const);
}

function versionOf(assets: ReturnType<typeof readAssets>): string {
  const hash = createHash('sha256');
  for (const [name, file] of assets) hash.update(name).update(file);
  return hash.digest('base64url').slice(0, 10);
}

/**
 * Security headers that browsers apply to pages only. A style sheet, a script or a picture keeps those that concern it:
 * `nosniff`, the resource policy and HSTS. Ten assets of a first view would repeat these headers.
 */
const pageHeaders = [
  'Content-Security-Policy',
  'Permissions-Policy',
  'Cross-Origin-Opener-Policy',
  'Origin-Agent-Cluster',
  'Referrer-Policy',
  'X-DNS-Prefetch-Control',
  'X-Download-Options',
  'X-Permitted-Cross-Domain-Policies',
  'X-XSS-Protection',
];

/** The types of files that no browser runs or frames as a page. */
const assetTypes = ['.css', '.js', '.webp'];

/**
 * Serves the files of `public` under `/{version}/`, from memory and compressed. Browsers cache the current version for a
 * year; any other version they must ask for again, because during a rolling update pages of another release ask for what
 * only that release has.
 */
export function serveAssets(root: string): RequestHandler {
  const published = readAssets(root);
  const currentVersion = versionOf(published);
  const files = new Map(
    published.map(([name, file]) => {
      const compressed = isText(name) ? compressedBody(file, 'file') : null;
      return [name, { plain: file, compressed }] as const;
    }),
  );

  return async function assets(request, response, next) {
    const [, version, name = ''] = /^\/([\w-]{10})\/([\w.-]+)$/.exec(request.path) ?? [];
    const file = files.get(name);
    if (file === undefined || !['GET', 'HEAD'].includes(request.method)) return next();
    const lifetime = version === currentVersion ? 'public, max-age=31536000, immutable' : 'no-cache';
    if (assetTypes.includes(extname(name))) for (const header of pageHeaders) response.removeHeader(header);
    response.type(extname(name)).set({ 'Cache-Control': lifetime, ETag: `W/"${currentVersion}"` });
    if (file.compressed === null) response.send(file.plain);
    else await sendCompressed(request, response, file.compressed);
  };
}

/** Pictures are compressed already. */
function isText(name: string): boolean {
  return ['.css', '.js'].includes(extname(name));
}
