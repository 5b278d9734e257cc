import { describe, expect, it } from 'vitest';
import { readCurrentPrincipal } from '../../../../src/superoffice/api/principal.ts';
import { expectRejection } from '../expect-rejection.ts';
import { createFakeApiClient } from '../fake-tenant-api-client.ts';

const license = {
  OwnerId: 1,
  OwnerName: 'SUPEROFFICE',
  Name: 'ten-sales',
  Description: 'Sales Premium',
  Version: '11.11',
  LicenseType: 'UserLicense',
  ExtraFlags: 1,
  ExtraInfo: 'set=user,web',
  LicenseNumber: 21,
  IsHidden: false,
  ExpiryDate: '2026-06-11T00:00:00',
};
const principalBody = {
  UserType: 'InternalAssociate',
  AssociateId: 3456,
  FullName: 'Hugo Boss',
  RoleName: 'Standard',
  Licenses: [
    license,
    { ...license, Name: 'server', LicenseType: 'SiteLicense', ExtraFlags: 0, ExtraInfo: null },
  ],
  FunctionRights: ['allow-bulk-export', 'hide-project'],
  DatabaseContextIdentifier: 'Cust12345',
};

const readFrom = (body: unknown) => readCurrentPrincipal(createFakeApiClient(() => body));

describe('readCurrentPrincipal', () => {
  it('requests the current principal of the session', async () => {
    const apiClient = createFakeApiClient(() => principalBody);
    await readCurrentPrincipal(apiClient);
    expect(apiClient.calls).toEqual([
      { operation: 'current principal', method: 'GET', path: 'User/currentPrincipal' },
    ]);
  });

  it('reads the user with licenses of every scope and the function rights', async () => {
    expect(await readFrom(principalBody)).toEqual({
      associateId: 3456,
      tenantId: 'Cust12345',
      name: 'Hugo Boss',
      licenses: {
        associateId: 3456,
        granted: [
          {
            owner: 'SUPEROFFICE',
            name: 'ten-sales',
            scope: 'user',
            description: 'Sales Premium',
            version: '11.11',
            expiryDate: '2026-06-11',
            extraFlags: 1,
            extraInfo: 'set=user,web',
          },
          {
            owner: 'SUPEROFFICE',
            name: 'server',
            scope: 'site',
            description: 'Sales Premium',
            version: '11.11',
            expiryDate: '2026-06-11',
            extraFlags: 0,
            extraInfo: '',
          },
        ],
        complete: true,
        functionRights: ['allow-bulk-export', 'hide-project'],
      },
    });
  });

  it.each([[null], [undefined]])('reads function rights of %j as not reported', async (functionRights) => {
    expect(
      (await readFrom({ ...principalBody, FunctionRights: functionRights })).licenses.functionRights,
    ).toBeNull();
  });

  it('distinguishes an empty list of function rights from rights that are not reported', async () => {
    expect((await readFrom({ ...principalBody, FunctionRights: [] })).licenses.functionRights).toEqual([]);
  });

  it('reads a partly readable list of function rights as not reported', async () => {
    const functionRights = ['hide-project', null];
    expect(
      (await readFrom({ ...principalBody, FunctionRights: functionRights })).licenses.functionRights,
    ).toBeNull();
  });

  it('reads an expiry date in the year 1 as no expiry', async () => {
    const read = await readFrom({
      ...principalBody,
      Licenses: [{ ...license, ExpiryDate: '0001-01-01T00:00:00' }],
    });
    expect(read.licenses.granted).toMatchObject([{ name: 'ten-sales', expiryDate: null }]);
  });

  it.each([
    ['a name', [license, { ...license, Name: null }]],
    ['an owner', [license, { ...license, OwnerName: 7 }]],
    ['any field', [license, 'sale-cal']],
  ])('skips a row without %s and marks the licenses incomplete', async (_what, rows) => {
    const { licenses } = await readFrom({ ...principalBody, Licenses: rows });
    expect(licenses).toMatchObject({ granted: [{ name: 'ten-sales' }], complete: false });
    expect(licenses.granted).toHaveLength(1);
  });

  it('marks the licenses of a user incomplete when the list is null', async () => {
    const read = await readFrom({ ...principalBody, FullName: null, Licenses: null });
    expect(read).toMatchObject({ licenses: { granted: [], complete: false } });
  });

  it.each([
    ['AssociateId', { ...principalBody, AssociateId: undefined }],
    ['AssociateId', { ...principalBody, AssociateId: 0 }],
    ['AssociateId', { ...principalBody, AssociateId: 7.5 }],
    ['DatabaseContextIdentifier', { ...principalBody, DatabaseContextIdentifier: 'Default' }],
    ['body', null],
  ])('rejects a response without a usable %s', async (detail, body) => {
    expect(await expectRejection(readFrom(body))).toMatchObject({ code: 'unexpected-response', detail });
  });
});
