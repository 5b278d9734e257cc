import { describe, expect, it, vi } from 'vitest';
import {
  createCrmAddresses,
  documentedAddressForms,
  patienceMs,
} from '../../../../src/superoffice/api/crm-addresses.ts';
import type { ApiCall } from '../../../../src/superoffice/api/web-api.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { createFakeApiClient } from '../fake-tenant-api-client.ts';
import { createClock, toAllowedUrl } from '../harness.ts';

const tenant = { tenantId: 'Cust12345', serial: '1', systemToken: () => '' };
const state = { state: 'Running', isRunning: true, api: '', validUntil: 0 } as const;

function setUp(
  respond: (call: ApiCall) => unknown,
  { endpoint = 'https://online2.superoffice.com/Cust12345', forms = documentedAddressForms } = {},
) {
  const clock = createClock();
  const apiClient = createFakeApiClient(respond);
  const crmAddresses = createCrmAddresses({
    webApi: { asSystemUser: () => apiClient },
    states: { peek: () => ({ ...state, endpoint }) },
    toAllowedUrl,
    loginUrl: 'https://online.superoffice.com',
    forms,
    now: clock.now,
  });
  return { crmAddresses, clock, calls: apiClient.calls };
}

const settings = 'https://online2.superoffice.com/Cust12345/admin/default.aspx?';
const usersScreen = 'https://online2.superoffice.com/Cust12345/default.aspx?adminusers';

describe('address at which users open the CRM', () => {
  it('is the one that SuperOffice reports, or else on the sign-in host', () => {
    const { crmAddresses, calls } = setUp(() => null);
    expect(crmAddresses.start('Cust12345')).toBe('https://online2.superoffice.com/Cust12345/');
    expect(setUp(() => null, { endpoint: '' }).crmAddresses.start('Cust12345')).toBe(
      'https://online.superoffice.com/Cust12345/',
    );
    expect(calls).toEqual([]);
  });
});

describe('address of a screen', () => {
  it('is in the CRM whose address SuperOffice reports, or else on the sign-in host', () => {
    const { crmAddresses, calls } = setUp(() => null);
    expect(crmAddresses.screenPattern('Cust12345')).toBe(
      'https://online2.superoffice.com/Cust12345/default.aspx?{target}',
    );
    expect(setUp(() => null, { endpoint: '' }).crmAddresses.screenPattern('Cust12345')).toBe(
      'https://online.superoffice.com/Cust12345/default.aspx?{target}',
    );
    expect(calls).toEqual([]);
  });
});

describe('address of a screen for administrators', () => {
  it('is the one that SuperOffice reports for the target', async () => {
    const { crmAddresses, calls } = setUp(() => usersScreen);
    expect(await crmAddresses.administration(tenant, 'adminusers')).toBe(usersScreen);
    expect(calls).toMatchObject([
      {
        path: 'Agents/Configuration/GetCRMUrl',
        json: { SoProtocol: 'adminusers', Currents: '', Frameless: false },
      },
    ]);
  });

  it.each([
    ['nothing', null],
    ['an empty text', ''],
    ['another host', 'https://superoffice.example.com/adminusers'],
    ['a script', 'javascript:alert(1)'],
    ['a response of another type', { Url: usersScreen }],
  ])('is the start page of Settings and maintenance if SuperOffice reports %s', async (_name, body) => {
    const { crmAddresses } = setUp(() => body);
    expect(await crmAddresses.administration(tenant, 'adminusers')).toBe(settings);
  });

  it('follows the form that the operator configured if SuperOffice reports none', async () => {
    const forms = { ...documentedAddressForms, administration: '{crm}/admin/default.aspx?{target}' };
    const { crmAddresses } = setUp(() => null, { forms });
    expect(await crmAddresses.administration(tenant, 'adminusers')).toBe(`${settings}adminusers`);
  });

  it('is asked for once in ten minutes, also if SuperOffice refuses', async () => {
    for (const respond of [() => usersScreen, refuse('forbidden'), refuse('server-error')]) {
      const { crmAddresses, clock, calls } = setUp(respond);
      await crmAddresses.administration(tenant, 'adminusers');
      clock.advance(9 * 60_000);
      await crmAddresses.administration(tenant, 'adminusers');
      expect(calls).toHaveLength(1);
      clock.advance(2 * 60_000);
      await crmAddresses.administration(tenant, 'adminusers');
      expect(calls).toHaveLength(2);
    }
  });

  it('is asked for again after half a minute if SuperOffice did not respond', async () => {
    const { crmAddresses, clock, calls } = setUp(refuse('timeout'));
    expect(await crmAddresses.administration(tenant, 'adminusers')).toBe(settings);
    clock.advance(31_000);
    await crmAddresses.administration(tenant, 'adminusers');
    expect(calls).toHaveLength(2);
  });

  it('does not wait for a slow response, which later pages use', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    let respond = (_address: string) => {};
    const slow = new Promise<string>((resolve) => {
      respond = resolve;
    });
    const { crmAddresses, calls } = setUp(() => slow);
    const first = crmAddresses.administration(tenant, 'adminusers');
    await vi.advanceTimersByTimeAsync(patienceMs);
    vi.useRealTimers();
    expect(await first).toBe(settings);
    respond(usersScreen);
    expect(await crmAddresses.administration(tenant, 'adminusers')).toBe(usersScreen);
    expect(calls).toHaveLength(1);
  });
});

describe('address of the shop', () => {
  it('is the one that SuperOffice reports on an allowed host', async () => {
    const { crmAddresses, calls } = setUp(() => 'https://shop.superoffice.com/?ctx=Cust12345');
    expect(await crmAddresses.shop(tenant)).toBe('https://shop.superoffice.com/?ctx=Cust12345');
    expect(calls).toMatchObject([{ path: 'Agents/License/GetShopUrl', json: { OwnerName: 'SUPEROFFICE' } }]);
  });

  it.each([null, '', 'https://shop.example.com/', 'http://shop.superoffice.com/'])(
    'is unknown if SuperOffice reports %j',
    async (body) => {
      expect(await setUp(() => body).crmAddresses.shop(tenant)).toBeNull();
    },
  );

  it('is unknown if SuperOffice refuses', async () => {
    expect(await setUp(refuse('unauthorized')).crmAddresses.shop(tenant)).toBeNull();
  });
});

function refuse(code: SuperOfficeError['code']) {
  return (call: ApiCall) => {
    throw new SuperOfficeError(code, call.operation);
  };
}
