import type { RequestHandler } from 'express';

/**
 * Headers of every response. `x-frame-options` and `cross-origin-opener-policy` are left out on purpose: the first blanks
 * the panel in the CRM, the second separates the sign-in pop-up from its opener
 * (docs/superoffice/panels-and-marketplace.md#7-cookies-and-framing). `frame-ancestors` does the work of the first.
 */
const commonHeaders = {
  'content-security-policy': toContentSecurityPolicy(["'none'"]),
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/** Sets the security headers of every response. Pages load only our own resources and no site may frame them. */
export function securityHeaders(): RequestHandler {
  const headers = new Map(Object.entries(commonHeaders));
  return function securityHeaders(_request, response, next) {
    response.setHeaders(headers);
    next();
  };
}

/** Permits framing by the hosts of the CRM (sources of `frame-ancestors`) and by no other site. */
export function allowFramingByCrm(hosts: readonly string[]): RequestHandler {
  const policy = toContentSecurityPolicy(hosts);
  return function framedByCrm(_request, response, next) {
    response.setHeader('content-security-policy', policy);
    next();
  };
}

function toContentSecurityPolicy(frameAncestors: readonly string[]): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${frameAncestors.join(' ')}`,
  ].join(';');
}
