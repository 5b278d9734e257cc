import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

const pageSources = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  scriptSrc: ["'self'"],
  connectSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  baseUri: ["'none'"],
  formAction: ["'self'"],
} as const;

/**
 * Headers for every page: nothing loads but our own stylesheet and script, nobody may frame it. helmet's
 * `X-Frame-Options` and `Cross-Origin-Opener-Policy` are left out: the first blanks a panel in the CRM, the
 * second cuts a sign-in pop-up from its opener
 * (docs/superoffice/panels-and-marketplace.md#7-cookies-and-framing); `frame-ancestors` does the former's
 * work.
 */
export function securityHeaders(): RequestHandler {
  const headers = headersBy(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { ...pageSources, frameAncestors: ["'none'"] },
      },
      xFrameOptions: false,
      crossOriginOpenerPolicy: false,
      referrerPolicy: { policy: 'no-referrer' },
    }),
  );
  return function securityHeaders(_request, response, next) {
    response.setHeaders(headers);
    next();
  };
}

/** Lets the CRM, and nobody else, show what follows in a frame. */
export function framedByCrm(ancestors: readonly string[]): RequestHandler {
  const headers = headersBy(
    helmet.contentSecurityPolicy({
      useDefaults: false,
      directives: { ...pageSources, frameAncestors: [...ancestors] },
    }),
  );
  return function framedByCrm(_request, response, next) {
    response.setHeaders(headers);
    next();
  };
}

/** helmet's headers are the same for every request: it is asked once. */
function headersBy(helmets: ReturnType<typeof helmet>): Map<string, string> {
  const answer = new ServerResponse(new IncomingMessage(new Socket()));
  helmets(answer.req, answer, () => {});
  return new Map(Object.entries(answer.getHeaders()).map(([name, value]) => [name, String(value)]));
}
