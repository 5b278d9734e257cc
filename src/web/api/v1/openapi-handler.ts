import type { RequestHandler } from 'express';
import { type PreparedAnswer, prepareAnswer, sendPrepared } from './send-answer.ts';

/** Creates the handler of the description, which is made when it is first asked for. Everybody may read it. */
export function createOpenApiHandler(publicUrl: string): RequestHandler {
  let made: Promise<PreparedAnswer> | null = null;
  return async function openApi(request, response) {
    made ??= makeDescription(publicUrl);
    response.set({ 'Cache-Control': 'no-cache', 'Access-Control-Allow-Origin': '*' });
    await sendPrepared(request, response, await made);
  };
}

/** Loads the library when it is needed: most processes are never asked. */
async function makeDescription(publicUrl: string): Promise<PreparedAnswer> {
  const { createOpenApiDocument } = await import('./openapi-document.ts');
  return prepareAnswer(createOpenApiDocument(publicUrl), 'file');
}
