import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { type CompressedBody, compressedBody, sendCompressed } from '../../rendering/compression.ts';

/** The files of the viewer that the page needs, of 12 MB. */
const names = ['swagger-ui-bundle.js', 'swagger-ui.css'] as const;

const packageFile = createRequire(import.meta.url).resolve('swagger-ui-dist/package.json');
const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, 'utf8')));

/** The path of the files, which changes with the version of the viewer. */
export const viewerPath = `/api/docs/viewer-${version}`;

/** Creates the handler of `/api/docs/:folder/:name`. A file is read when it is first asked for, and then kept. */
export function createViewerFiles(): RequestHandler {
  const kept = new Map<string, CompressedBody>();
  return async function viewerFile(request, response, next) {
    const { folder, name } = request.params;
    const known = names.find((each) => each === name);
    if (known === undefined || `/api/docs/${String(folder)}` !== viewerPath) return next('router');
    const body = kept.get(known) ?? compressedBody(readFileSync(join(dirname(packageFile), known)), 'page');
    kept.set(known, body);
    response
      .type(extname(known))
      .set({ 'Cache-Control': 'public, max-age=31536000, immutable', ETag: `W/"${version}"` });
    await sendCompressed(request, response, body);
  };
}
