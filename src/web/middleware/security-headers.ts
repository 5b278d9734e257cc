import type { RequestHandler } from 'express';
import helmet, { type HelmetOptions } from 'helmet';

/**
 * Sets the security headers of every response. Pages load only our own resources and no site may frame them.
 * `x-frame-options` and `cross-origin-opener-policy` are left out on purpose: the first blanks the panel in the CRM, the
 * second separates the sign-in pop-up from its opener
 * (docs/superoffice/panels-and-marketplace.md#7-cookies-and-framing). `frame-ancestors` does the work of the first.
 */
export function securityHeaders(): RequestHandler {
  const helmetHeaders = helmet({
    contentSecurityPolicy: toContentSecurityPolicy(["'none'"]),
    crossOriginOpenerPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    // The operator decides about other hosts below the domain.
    strictTransportSecurity: { includeSubDomains: false },
    xFrameOptions: false,
  });
  return function securityHeaders(request, response, next) {
    response.setHeader('Permissions-Policy', permissionsPolicy);
    helmetHeaders(request, response, next);
  };
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

/** Permits framing by the hosts of the CRM (sources of `frame-ancestors`) and by no other site. */
export function allowFramingByCrm(hosts: readonly string[]): RequestHandler {
  return helmet.contentSecurityPolicy(toContentSecurityPolicy(hosts));
}

function toContentSecurityPolicy(frameAncestors: readonly string[]) {
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: [...frameAncestors],
    },
  } satisfies HelmetOptions['contentSecurityPolicy'];
}
