import fc from 'fast-check';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { cookieProbeUrl, panelUrl, parsePanelUrl } from '../../../src/web/links.ts';
import { createApp, listening } from './harness.ts';

const server = listening(
  createApp((req, res) => {
    try {
      res.json(parsePanelUrl(req));
    } catch (error) {
      res.status(400).json(error instanceof AppError ? [error.code, error.detail] : 'another error');
    }
  }),
);

async function addressAt(url: string): Promise<unknown> {
  return (await request(server).get(url)).body;
}

const firstRequest = { signedInAt: 0, cookieProbe: false, isLoadingShown: false };

describe('parsePanelUrl', () => {
  it.each([
    ['uctx=Cust12345&usid=5&lang=de', { tenantId: 'Cust12345', associateId: 5, language: 'de' }],
    ['lang=en&usid=2147483647&uctx=Cust1', { tenantId: 'Cust1', associateId: 2147483647, language: 'en' }],
    ['uctx=Cust1&usid=5', { tenantId: 'Cust1', associateId: 5, language: '' }],
    ['uctx=Cust1&usid=5&lang=', { tenantId: 'Cust1', associateId: 5, language: '' }],
    ['uctx=Cust1&usid=5&lang=de&lang=en', { tenantId: 'Cust1', associateId: 5, language: '' }],
    [`uctx=Cust1&usid=5&lang=${'x'.repeat(21)}`, { tenantId: 'Cust1', associateId: 5, language: '' }],
    ['uctx=Cust1&usid=5&lang=de%00', { tenantId: 'Cust1', associateId: 5, language: '' }],
    ['uctx=Cust1&usid=5&lang=de%0D%0AX', { tenantId: 'Cust1', associateId: 5, language: '' }],
    ['uctx=Cust1&usid=5&usec=abc&more=1', { tenantId: 'Cust1', associateId: 5, language: '' }],
    ['uctx=Cust9999999999&usid=0000000007', { tenantId: 'Cust9999999999', associateId: 7, language: '' }],
  ])('parses %s', async (query, address) => {
    expect(await addressAt(`/panel?${query}`)).toEqual({ ...address, ...firstRequest });
  });

  it('detects the cookie probe only with its exact parameter', async () => {
    const panelUser = { tenantId: 'Cust1', associateId: 5, language: 'de' };
    expect(await addressAt(cookieProbeUrl(panelUrl(panelUser)))).toEqual({
      ...panelUser,
      ...firstRequest,
      cookieProbe: true,
    });
    expect(await addressAt('/panel?uctx=Cust1&usid=5&cookie=x')).toMatchObject({ cookieProbe: false });
    expect(await addressAt('/panel?uctx=Cust1&usid=5&cookie=probe&cookie=probe')).toMatchObject({
      cookieProbe: false,
    });
  });

  it.each(['signedIn=', 'signedIn=soon', 'signedIn=1&signedIn=2', 'signedIn=NaN'])(
    'ignores %s as a sign-in time',
    async (query) => {
      const address = await addressAt(`/panel?uctx=Cust1&usid=5&${query}`);
      expect(address).toMatchObject({ signedInAt: 0 });
    },
  );

  it.each([
    ['', 'uctx, usid'],
    ['uctx=&usid=', 'uctx, usid'],
    ['usid=5', 'uctx'],
    ['uctx=Cust1', 'usid'],
    ['uctx=<uctx>&usid=<usid>', 'uctx, usid'],
    ['uctx=Cust1&uctx=Cust2&usid=5', 'uctx'],
    ['uctx[]=Cust1&usid=5', 'uctx'],
    ['uctx[a]=Cust1&usid=5', 'uctx'],
    ['uctx=cust1&usid=5', 'uctx'],
    ['uctx=Cust&usid=5', 'uctx'],
    ['uctx=Cust12345678901&usid=5', 'uctx'],
    ['uctx=Cust1%27--&usid=5', 'uctx'],
    ['uctx=Cust1%0A&usid=5', 'uctx'],
    ['uctx=%20Cust1&usid=5', 'uctx'],
    ['uctx=Cust1%00&usid=5', 'uctx'],
    ['uctx=Cust1/../Cust2&usid=5', 'uctx'],
    ['uctx=..%2F..%2FCust1&usid=5', 'uctx'],
    ['uctx=Cust%EF%BC%91&usid=5', 'uctx'],
    ['uctx=Cust1.evil.example&usid=5', 'uctx'],
    ['uctx=Cust1&usid=0', 'usid'],
    ['uctx=Cust1&usid=-5', 'usid'],
    ['uctx=Cust1&usid=5.0', 'usid'],
    ['uctx=Cust1&usid=5e3', 'usid'],
    ['uctx=Cust1&usid=0x10', 'usid'],
    ['uctx=Cust1&usid=2147483648', 'usid'],
    [`uctx=Cust1&usid=${'9'.repeat(400)}`, 'usid'],
    ['uctx=Cust1&usid=5&usid=6', 'usid'],
    ['uctx=Cust1&usid=5%20or%201=1', 'usid'],
    ['uctx=Cust1&usid=NaN', 'usid'],
    ['uctx=Cust1&usid=Infinity', 'usid'],
  ])('rejects %s and names %s', async (query, names) => {
    expect(await addressAt(`/panel?${query}`)).toEqual(['panel-url-invalid', names]);
  });
});

describe('panelUrl', () => {
  it('builds the URL that CRM calls and adds the time of the sign-in', () => {
    const url = panelUrl({ tenantId: 'Cust1', associateId: 5, language: 'de' }, 1_795_381_426_149);
    expect(url).toBe('/panel?uctx=Cust1&usid=5&lang=de&signedIn=1795381426149');
  });

  it('is parsed back to the same values by parsePanelUrl', async () => {
    const addresses = fc.record({
      tenantId: fc.integer({ min: 0, max: 9_999_999_999 }).map((id) => `Cust${id}`),
      associateId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      language: fc.stringMatching(/^[\w-]{0,20}$/),
    });
    await fc.assert(
      fc.asyncProperty(addresses, fc.nat(), async (address, signedInAt) => {
        expect(await addressAt(panelUrl(address, signedInAt))).toEqual({
          ...address,
          ...firstRequest,
          signedInAt,
        });
      }),
    );
  });
});
