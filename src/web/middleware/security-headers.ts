import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import helmet, { type HelmetOptions } from 'helmet';

/**
 * Sets the security headers of every response. Pages load only our own resources and no site may frame them.
 * `x-frame-options` is left out on purpose: it blanks the panel in the CRM
 * (docs/superoffice/panels-and-marketplace.md#7-cookies-and-framing), and `frame-ancestors` does its work. With a referrer
 * policy stricter than `same-origin`, browsers hide the origin of our own forms.
 */
export function securityHeaders(): RequestHandler {
  const helmetHeaders = helmet({
    contentSecurityPolicy: toContentSecurityPolicy(["'none'"]),
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'same-origin' },
    // The operator decides about other hosts below the domain.
    strictTransportSecurity: { includeSubDomains: false },
    xFrameOptions: false,
  });
  return function securityHeaders(request, response, next) {
    response.setHeader('Permissions-Policy', permissionsPolicy);
    helmetHeaders(request, response, next);
  };
}

/**
 * The security headers of answers that are data, which no browser shows as a page: a few, always the same, because they are
 * sent thousands of times per second.
 */
export function dataHeaderValues(): Readonly<Record<string, string>> {
  const { directives } = toContentSecurityPolicy(["'none'"]);
  const toDirective = ([name, sources]: [string, readonly string[]]) =>
    `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${sources.join(' ')}`;
  return {
    'Content-Security-Policy': Object.entries(directives).map(toDirective).join(';'),
    'Referrer-Policy': 'same-origin',
    'Strict-Transport-Security': 'max-age=31536000',
    'X-Content-Type-Options': 'nosniff',
  };
}

/** Sets the headers of `dataHeaderValues`. */
export function dataHeaders(): RequestHandler {
  const values = Object.entries(dataHeaderValues());
  return function dataHeaders(_request, response, next) {
    for (const [name, value] of values) response.setHeader(name, value);
    next();
  };
}

/** The headers that handlers set for every request, as a flat list of names and values, which `writeHead` takes as it is. */
export function headersOf(handler: RequestHandler): readonly string[] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  handler(request as Request, response as Response, () => {});
  return Object.entries(response.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
}

/** Powerful features of browsers, which no page of ours uses. Helmet does not set this header. */
const deniedFeatures = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
];
const permissionsPolicy = deniedFeatures.map((feature) => `${feature}=()`).join(', ');

/**
 * Permits framing by the hosts of the CRM (sources of `frame-ancestors`) and by no other site.
 * @param targets the sources that the page itself may frame, and lead to by a form; by default only our own by a form
 */
export function allowFramingByCrm(hosts: readonly string[], targets: readonly string[] = []): RequestHandler {
  const setPolicy = helmet.contentSecurityPolicy(toContentSecurityPolicy(hosts, targets));
  return function inCrm(request, response, next) {
    keepOpener(request, response, () => setPolicy(request, response, next));
  };
}

/** The policies of the two pages that take part in a sign-in in a hidden frame of the panel. */
export interface HiddenFramePolicies {
  /** For the page that the panel shows while it signs in: it frames the sign-in, or leads to it by a form. */
  readonly outer: RequestHandler;
  /** For the page on which the sign-in in the hidden frame ends. */
  readonly inner: RequestHandler;
}

/** @param hosts the hosts of SuperOffice: of the CRM, which frames the panel, and of the sign-in */
export function createHiddenFramePolicies(hosts: readonly string[]): HiddenFramePolicies {
  const hostsAndSelf = [...hosts, "'self'"];
  return { outer: allowFramingByCrm(hosts, hostsAndSelf), inner: allowFramingByCrm(hostsAndSelf) };
}

/** Keeps the connection between a sign-in pop-up and the panel that opened it, which `same-origin` would cut. */
export const keepOpener: RequestHandler = function keepOpener(_request, response, next) {
  response.removeHeader('Cross-Origin-Opener-Policy');
  next();
};

function toContentSecurityPolicy(frameAncestors: readonly string[], targets: readonly string[] = []) {
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      baseUri: ["'none'"],
      formAction: targets.length > 0 ? [...targets] : ["'self'"],
      frameAncestors: [...frameAncestors],
      ...(targets.length > 0 && { frameSrc: [...targets] }),
    },
  } satisfies HelmetOptions['contentSecurityPolicy'];
}
