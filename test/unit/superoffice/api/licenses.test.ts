import { describe, expect, it } from 'vitest';
import { readTenantLicenses, readUserLicenses } from '../../../../src/superoffice/api/licenses.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { expectRejection } from '../expect-rejection.ts';
import { createFakeApiClient } from '../fake-tenant-api-client.ts';

const respondWith = (body: unknown) => createFakeApiClient(() => body);

function moduleRow(moduleName: string, overrides: Record<string, unknown> = {}) {
  return {
    OwnerName: 'SUPEROFFICE',
    ModuleName: moduleName,
    ModuleDescription: 'Sales Premium',
    ModuleTooltip: 'User Plan: Can edit Companies',
    ModuleVersion: '11.11',
    LicenseType: 'UserLicense',
    Unrestricted: false,
    AllowedUserType: 'InternalAssociate',
    NumberOfLicenses: 21,
    ExtraFlags: 1,
    ExtraInfo: 'set=user,web',
    SortOrder: 73,
    IsHidden: false,
    PrerequisiteModuleName: '',
    Signature: '',
    ...overrides,
  };
}

function extendedRow(current: unknown, inUse: number | null = 18, free: number | null = 3) {
  return {
    New: null,
    Current: current,
    NumberOfLicensesInUse: inUse,
    NumberOfLicensesFree: free,
    NumberOfLicensesTotal: 21,
  };
}

function licenseBody(
  plain: unknown[] | null,
  extendedRows: unknown[] | null,
  overrides: Record<string, unknown> = {},
) {
  return {
    Reason: '',
    New: null,
    Current: {
      CompanyName: 'Designteamet',
      SerialNr: '1010000014',
      OwnerName: 'SUPEROFFICE',
      AdminWarningDate: '2027-02-27T00:00:00',
      ExpiryDate: '2027-03-27T23:59:59+02:00',
      GraceDate: '0001-01-01T00:00:00',
      ModuleLicenses: plain,
      PublicKey: null,
      ...overrides,
    },
    ExtendedModuleLicenses: extendedRows,
  };
}

describe('readTenantLicenses', () => {
  it('requests the licenses of the owner SuperOffice', async () => {
    const apiClient = respondWith(licenseBody([moduleRow('sale')], []));
    await readTenantLicenses(apiClient);
    expect(apiClient.calls).toEqual([
      {
        operation: 'tenant licenses',
        method: 'POST',
        path: 'Agents/License/GetLicenseFromDB',
        json: { OwnerName: 'SUPEROFFICE' },
      },
    ]);
  });

  it('reads the license, its modules and its dates', async () => {
    expect(
      await readTenantLicenses(respondWith(licenseBody([], [extendedRow(moduleRow('ten-sales'))]))),
    ).toEqual({
      companyName: 'Designteamet',
      serialNumber: '1010000014',
      expiryDate: '2027-03-27',
      adminWarningDate: '2027-02-27',
      graceDate: null,
      modules: [
        {
          owner: 'SUPEROFFICE',
          name: 'ten-sales',
          description: 'Sales Premium',
          tooltip: 'User Plan: Can edit Companies',
          version: '11.11',
          scope: 'user',
          purchased: 21,
          seats: { inUse: 18, free: 3 },
          unrestricted: false,
          hidden: false,
          extraFlags: 1,
          extraInfo: 'set=user,web',
          prerequisite: '',
        },
      ],
      complete: true,
    });
  });

  it.each([
    ['one row', [moduleRow('sale'), { OwnerName: 'SUPEROFFICE' }], null],
    ['one row with seats', null, [extendedRow(moduleRow('sale')), 'not a row']],
    ['the whole list', 'not a list', [extendedRow(moduleRow('sale'))]],
  ])('marks the licenses incomplete when %s cannot be read', async (_what, plain, extendedRows) => {
    const { modules, complete } = await readTenantLicenses(
      respondWith(licenseBody([], extendedRows, { ModuleLicenses: plain })),
    );
    expect([modules.map(({ name }) => name), complete]).toEqual([['sale'], false]);
  });

  it('marks the licenses incomplete when only the rows with seats can be read', async () => {
    const body = { ...licenseBody([], [extendedRow(moduleRow('sale'))]), Current: 'not a license' };
    expect(await readTenantLicenses(respondWith(body))).toMatchObject({ companyName: '', complete: false });
  });

  async function rows(plain: unknown[] | null, extendedRows: unknown[] | null) {
    const { modules } = await readTenantLicenses(respondWith(licenseBody(plain, extendedRows)));
    return modules.map(({ owner, name, version, seats }) => [owner, name, version, seats]);
  }
  const seats = { inUse: 18, free: 3 };

  it('reads a row from either list, with seats only when a seat count is reported', async () => {
    expect(await rows([moduleRow('sale')], null)).toEqual([['SUPEROFFICE', 'sale', '11.11', null]]);
    expect(await rows(null, [extendedRow(moduleRow('sale'))])).toEqual([
      ['SUPEROFFICE', 'sale', '11.11', seats],
    ]);
    expect(await rows([], [extendedRow(moduleRow('sale'), null, null)])).toEqual([
      ['SUPEROFFICE', 'sale', '11.11', null],
    ]);
  });

  it.each([
    [21, null],
    [null, 3],
    [21, -3],
  ])('keeps the count that is reported when the counts are %j and %j', async (inUse, free) => {
    expect(await rows([], [extendedRow(moduleRow('sale'), inUse, free)])).toEqual([
      ['SUPEROFFICE', 'sale', '11.11', { inUse, free }],
    ]);
  });

  it('takes the purchased number from the list that has it', async () => {
    const extended = extendedRow(moduleRow('sale', { NumberOfLicenses: null }));
    const read = await readTenantLicenses(respondWith(licenseBody([moduleRow('sale')], [extended])));
    expect(read.modules).toMatchObject([{ purchased: 21, seats }]);
  });

  it('merges a row that appears in both lists and keeps its seats', async () => {
    const plain = [moduleRow('SALE', { OwnerName: 'SuperOffice' }), moduleRow('user')];
    expect(await rows(plain, [extendedRow(moduleRow('sale')), extendedRow(moduleRow('web'))])).toEqual([
      ['SUPEROFFICE', 'sale', '11.11', seats],
      ['SUPEROFFICE', 'user', '11.11', null],
      ['SUPEROFFICE', 'web', '11.11', seats],
    ]);
  });

  it('keeps rows of the same name that differ in version or owner', async () => {
    const plain = [
      moduleRow('sale'),
      moduleRow('sale', { ModuleVersion: '12.0' }),
      moduleRow('sale', { OwnerName: 'PARTNER' }),
    ];
    expect(await rows(plain, [])).toHaveLength(3);
  });

  it('skips a row that is downloaded but not current', async () => {
    expect(await rows([moduleRow('sale')], [{ New: moduleRow('new'), Current: null }])).toHaveLength(1);
  });

  it.each([
    ['SiteLicense', 'site'],
    ['UserLicense', 'user'],
    ['SatelliteLicense', 'satellite'],
    ['Unknown', 'unknown'],
    ['constructor', 'unknown'],
    [null, 'unknown'],
  ])('reads license type %s as scope %s', async (licenseType, scope) => {
    const { modules } = await readTenantLicenses(
      respondWith(licenseBody([moduleRow('x', { LicenseType: licenseType })], [])),
    );
    expect(modules[0]?.scope).toBe(scope);
  });

  it('reads null and missing fields as empty values', async () => {
    const bare = { OwnerName: 'ACME', ModuleName: 'x', ModuleDescription: null, NumberOfLicenses: null };
    const license = licenseBody([bare], null, { CompanyName: null, ExpiryDate: '', AdminWarningDate: null });
    const { modules, ...rest } = await readTenantLicenses(respondWith(license));
    expect(rest).toMatchObject({ companyName: '', expiryDate: null, adminWarningDate: null });
    expect(modules[0]).toMatchObject({
      owner: 'ACME',
      description: '',
      purchased: 0,
      extraFlags: 0,
      scope: 'unknown',
    });
  });

  it('reads module rows when the license around them is missing', async () => {
    const body = { Current: null, ExtendedModuleLicenses: [extendedRow(moduleRow('sale'))] };
    expect(await readTenantLicenses(respondWith(body))).toMatchObject({ serialNumber: '', expiryDate: null });
  });

  it.each([
    ['ModuleLicenses', licenseBody([], [])],
    ['ModuleLicenses', {}],
    ['ModuleLicenses', licenseBody([moduleRow('')], [extendedRow(moduleRow('x', { OwnerName: 5 }))])],
    ['body', [licenseBody([moduleRow('sale')], [])]],
    ['body', 'text'],
  ])('rejects a response without a usable %s', async (detail, body) => {
    expect(await expectRejection(readTenantLicenses(respondWith(body)))).toMatchObject({
      code: 'unexpected-response',
      detail,
    });
  });

  it('propagates a forbidden error unchanged', async () => {
    const forbidden = new SuperOfficeError('forbidden', 'x', { status: 403 });
    expect(await expectRejection(readTenantLicenses({ call: () => Promise.reject(forbidden) }))).toBe(
      forbidden,
    );
  });
});

describe('readUserLicenses', () => {
  const link = {
    ModuleLicenseId: 124,
    Description: 'Sales Premium',
    ExtraFlags: 1,
    Free: 3,
    InUse: 18,
    Total: 21,
  };
  const body = [
    {
      Name: 'SUPEROFFICE',
      RestrictedModuleLicenses: [
        { ...link, Name: 'ten-sales', Assigned: true },
        { ...link, Name: 'ten-service', Assigned: false },
      ],
      UnrestrictedModuleLicenses: [{ Name: 'visible-for', Description: null, ExtraFlags: 0, Assigned: true }],
    },
    {
      Name: 'PARTNER',
      RestrictedModuleLicenses: null,
      UnrestrictedModuleLicenses: [{ Name: 'x', Assigned: true }],
    },
  ];

  it('requests the licenses of one associate', async () => {
    const apiClient = respondWith(body);
    await readUserLicenses(apiClient, 3456);
    expect(apiClient.calls).toMatchObject([
      { path: 'Agents/License/GetUserLicenses', json: { AssociateId: 3456 } },
    ]);
  });

  const unknown = { version: '', expiryDate: null, extraInfo: '' };

  it('reads the assigned licenses of every owner and leaves function rights unknown', async () => {
    expect(await readUserLicenses(respondWith(body), 3456)).toEqual({
      associateId: 3456,
      complete: true,
      functionRights: null,
      granted: [
        {
          owner: 'SUPEROFFICE',
          name: 'ten-sales',
          scope: 'user',
          description: 'Sales Premium',
          ...unknown,
          extraFlags: 1,
        },
        {
          owner: 'SUPEROFFICE',
          name: 'visible-for',
          scope: 'user',
          description: '',
          ...unknown,
          extraFlags: 0,
        },
        { owner: 'PARTNER', name: 'x', scope: 'user', description: '', ...unknown, extraFlags: 0 },
      ],
    });
  });

  const [own, partner] = body;
  it.each([
    ['is not listed as an owner', [partner]],
    ['has no restricted licenses', [{ ...own, RestrictedModuleLicenses: null }, partner]],
    ['has a row without a name', [{ ...own, RestrictedModuleLicenses: [link, { ...link, Assigned: true }] }]],
    [
      'has a row that does not report whether it is assigned',
      [{ ...own, UnrestrictedModuleLicenses: [{ Name: 'web' }] }],
    ],
    [
      'is listed with an owner whose list is not a list',
      [own, { ...partner, RestrictedModuleLicenses: 'x' }],
    ],
    ['is listed with an owner without a name', [own, { ...partner, Name: ' ' }]],
  ])('marks the licenses incomplete when SuperOffice %s', async (_case, body) => {
    expect(await readUserLicenses(respondWith(body), 1)).toMatchObject({ complete: false });
  });

  it.each([[{}], [null], ['text']])('rejects a response of %j', async (body) => {
    expect(await expectRejection(readUserLicenses(respondWith(body), 1))).toMatchObject({
      code: 'unexpected-response',
      detail: 'body',
    });
  });
});
