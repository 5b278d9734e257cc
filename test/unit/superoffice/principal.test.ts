import { describe, expect, it } from 'vitest';
import { readCurrentPrincipal } from '../../../src/superoffice/principal.ts';
import { createCaller } from './caller.ts';
import { refusal } from './outcomes.ts';

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
const wire = {
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

const reading = (body: unknown) => readCurrentPrincipal(createCaller(() => body));

describe('readCurrentPrincipal', () => {
  it('asks the session who it is', async () => {
    const caller = createCaller(() => wire);
    await readCurrentPrincipal(caller);
    expect(caller.asked).toEqual([
      { operation: 'current principal', method: 'GET', path: 'User/currentPrincipal' },
    ]);
  });

  it('reads the user with licenses of every scope and the function rights', async () => {
    expect(await reading(wire)).toEqual({
      associateId: 3456,
      ctx: 'Cust12345',
      licenses: {
        associateId: 3456,
        granted: [
          {
            owner: 'SUPEROFFICE',
            name: 'ten-sales',
            scope: 'user',
            description: 'Sales Premium',
            extraFlags: 1,
            extraInfo: 'set=user,web',
          },
          {
            owner: 'SUPEROFFICE',
            name: 'server',
            scope: 'site',
            description: 'Sales Premium',
            extraFlags: 0,
            extraInfo: '',
          },
        ],
        complete: true,
        functionRights: ['allow-bulk-export', 'hide-project'],
      },
    });
  });

  it.each([[null], [undefined]])('knows that nobody told the function rights: %j', async (FunctionRights) => {
    expect((await reading({ ...wire, FunctionRights })).licenses.functionRights).toBeNull();
  });

  it('tells no rights from rights not told', async () => {
    expect((await reading({ ...wire, FunctionRights: [] })).licenses.functionRights).toEqual([]);
  });

  it('reads a user without licenses', async () => {
    const read = await reading({ ...wire, FullName: null, Licenses: null });
    expect(read).toMatchObject({ licenses: { granted: [] } });
  });

  it.each([
    ['AssociateId', { ...wire, AssociateId: undefined }],
    ['DatabaseContextIdentifier', { ...wire, DatabaseContextIdentifier: 'Default' }],
    ['Licenses.0.Name', { ...wire, Licenses: [{ ...license, Name: null }] }],
    ['body', null],
  ])('does not take an answer without a usable %s', async (detail, body) => {
    expect(await refusal(reading(body))).toMatchObject({ code: 'unexpected-answer', detail });
  });
});
