import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { framedByCrm, securityHeaders } from '../../../../src/web/middleware/security-headers.ts';
import { appOf } from '../harness.ts';

const app = appOf(securityHeaders())
  .get('/framed', framedByCrm(['https://*.superoffice.com', 'https://crm.example']), (_req, res) =>
    res.send('framed'),
  )
  .use((_req, res) => void res.send('alone'));

async function headersOf(path: string): Promise<Record<string, string>> {
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
    expect(policyIn(await headersOf('/'))).toEqual({ ...page, 'frame-ancestors': "'none'" });
  });

  it('suppresses the referrer, forbids content type sniffing and enforces HTTPS', async () => {
    const headers = await headersOf('/');
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/),
    });
  });

  it.each(['/', '/framed'])(
    'omits from %s the headers that would break the panel or the pop-up',
    async (path) => {
      const headers = await headersOf(path);
      expect(headers).not.toHaveProperty('x-frame-options');
      expect(headers).not.toHaveProperty('cross-origin-opener-policy');
      expect(headers).not.toHaveProperty('cross-origin-embedder-policy');
    },
  );
});

describe('framedByCrm', () => {
  it('replaces only the permitted frame ancestors, in a single policy', async () => {
    expect(policyIn(await headersOf('/framed'))).toEqual({
      ...page,
      'frame-ancestors': 'https://*.superoffice.com https://crm.example',
    });
  });
});
