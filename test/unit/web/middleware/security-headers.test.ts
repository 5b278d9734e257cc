import request from 'supertest';
import { describe, expect, it } from 'vitest';
import {
  allowFramingByCrm,
  keepOpener,
  securityHeaders,
} from '../../../../src/web/middleware/security-headers.ts';
import { createApp } from '../harness.ts';

const app = createApp(securityHeaders())
  .get('/framed', allowFramingByCrm(['https://*.superoffice.com', 'https://crm.example']), (_req, res) =>
    res.send('framed'),
  )
  .get('/opened', keepOpener, (_req, res) => res.send('opened'))
  .use((_req, res) => void res.send('alone'));

async function fetchHeaders(path: string): Promise<Record<string, string>> {
  return (await request(app).get(path)).headers;
}

function policyIn(headers: Record<string, string>): Record<string, string> {
  const directives = (headers['content-security-policy'] ?? '').split(';').map((text) => text.trim());
  return Object.fromEntries(
    directives.map((text) => [text.split(' ')[0], text.split(' ').slice(1).join(' ')]),
  );
}

const page = {
  'default-src': "'none'",
  'style-src': "'self'",
  'script-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self' data:",
  'base-uri': "'none'",
  'form-action': "'self'",
};

describe('securityHeaders', () => {
  // certifies R13
  it('allows only our own resources on a page and forbids framing it', async () => {
    expect(policyIn(await fetchHeaders('/'))).toEqual({ ...page, 'frame-ancestors': "'none'" });
  });

  it('hides the referrer from other sites, forbids content type sniffing and enforces HTTPS', async () => {
    const headers = await fetchHeaders('/');
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'referrer-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'x-dns-prefetch-control': 'off',
      'x-download-options': 'noopen',
      'x-permitted-cross-domain-policies': 'none',
      'x-xss-protection': '0',
    });
  });

  it('denies the powerful features of browsers', async () => {
    const { 'permissions-policy': policy } = await fetchHeaders('/framed');
    expect(policy).toMatch(/(^|, )camera=\(\), /);
    expect(policy).toMatch(/(^|, )geolocation=\(\), /);
  });

  it.each(['/', '/framed'])(
    'omits from %s the headers that would break the panel in its frame',
    async (path) => {
      const headers = await fetchHeaders(path);
      expect(headers).not.toHaveProperty('x-frame-options');
      expect(headers).not.toHaveProperty('cross-origin-embedder-policy');
    },
  );
});

describe('cross-origin-opener-policy', () => {
  it('separates pages from the windows of other sites, except where a pop-up must reach its panel', async () => {
    expect(await fetchHeaders('/')).toHaveProperty('cross-origin-opener-policy', 'same-origin');
    for (const path of ['/framed', '/opened'])
      expect(await fetchHeaders(path)).not.toHaveProperty('cross-origin-opener-policy');
  });
});

describe('framedByCrm', () => {
  it('replaces only the permitted frame ancestors, in a single policy', async () => {
    expect(policyIn(await fetchHeaders('/framed'))).toEqual({
      ...page,
      'frame-ancestors': 'https://*.superoffice.com https://crm.example',
    });
  });
});
