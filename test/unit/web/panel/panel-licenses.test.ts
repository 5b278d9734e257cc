import { describe, expect, it } from 'vitest';
import type { LicenseSnapshots } from '../../../../src/snapshots/license-snapshots.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { createLoadPanelLicenses } from '../../../../src/web/panel/panel-licenses.ts';
import { entitlementEngine } from '../../licensing/fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../../licensing/fixtures/tenants.ts';
import { readAt, tenant } from './panel-contexts.ts';

const minute = 60_000;
const licenses = publishedTenant('premium');
const snapshot = <T>(content: T, version: number) => ({ content, readAt, stale: false, version });
const ofTenant = snapshot(licenses, 1);
const kept = snapshot(userWithPlan(licenses, 'ten-sales'), 2);
const read = snapshot(userWithPlan(licenses, 'ten-service'), 3);
const refuse = () => Promise.reject(new SuperOfficeError('too-many-calls', 'user licenses'));

interface Given {
  readonly isKept?: boolean;
  readonly isListed?: boolean;
  readonly signedInMinutesAgo?: number;
  /** What comes of a read; never, by default. */
  readonly reading?: () => Promise<typeof read>;
}

/** Loads the licenses of user 5, and tells what was read. */
async function load({
  isKept = true,
  isListed = false,
  signedInMinutesAgo = 0,
  reading = () => new Promise(() => {}),
}: Given) {
  const reads: string[] = [];
  const loadPanelLicenses = createLoadPanelLicenses({
    licenses: {
      getKeptTenantLicenses: async () => (isKept ? ofTenant : null),
      getKeptUserLicenses: async () => (isKept ? kept : null),
      getTenantLicenses: async () => {
        reads.push('tenant');
        return ofTenant;
      },
      getUserLicenses: (_tenant, _associateId, turn) => {
        reads.push(`user ${turn}`);
        return reading();
      },
    } as Partial<LicenseSnapshots> as LicenseSnapshots,
    findListedUser: async () => {
      reads.push('list');
      return isListed ? { name: 'Anna', userPlan: 'Marketing Premium', readAt } : null;
    },
    entitlementEngine,
    now: () => readAt,
  });
  const signedInAt = readAt - signedInMinutesAgo * minute;
  const session = { tenantId: tenant.tenantId, associateId: 5, isAdministrator: false, name: '', signedInAt };
  return { ...(await loadPanelLicenses(tenant, session)), reads };
}

describe('createLoadPanelLicenses', () => {
  it('reads nothing right after a sign-in if the licenses are kept', async () => {
    expect(await load({})).toEqual({
      tenantLicenses: ofTenant,
      userLicenses: kept,
      isFromList: false,
      reads: [],
    });
  });

  it('reads what is due in a session of ten minutes', async () => {
    const { userLicenses, reads } = await load({ signedInMinutesAgo: 10, reading: async () => read });
    expect([userLicenses, reads]).toEqual([read, ['tenant', 'user spare']]);
  });

  it('reads the licenses of a user of whom nothing is kept', async () => {
    const { userLicenses, isFromList, reads } = await load({ isKept: false, reading: async () => read });
    expect([userLicenses, isFromList, reads]).toEqual([read, false, ['tenant', 'user spare']]);
  });

  it.each([
    ['the limit of calls has none to spare', refuse],
    ['SuperOffice does not answer in time', undefined],
  ])('shows the plan on the list if %s', async (_what, reading) => {
    const { userLicenses, isFromList } = await load({
      isKept: false,
      isListed: true,
      ...(reading && { reading }),
    });
    expect([userLicenses?.content.granted.map(({ name }) => name), isFromList]).toEqual([
      ['ten-marketing'],
      true,
    ]);
    expect(userLicenses).toMatchObject({ readAt, content: { complete: false } });
  });

  it('shows a panel without licenses if nobody can tell them now', async () => {
    const { userLicenses, isFromList, reads } = await load({ isKept: false, reading: refuse });
    expect([userLicenses, isFromList, reads]).toEqual([null, false, ['tenant', 'user spare', 'list']]);
  });

  it('fails as SuperOffice fails if nothing is kept', async () => {
    const failure = new SuperOfficeError('server-error', 'user licenses');
    await expect(
      load({ isKept: false, isListed: true, reading: () => Promise.reject(failure) }),
    ).rejects.toBe(failure);
  });
});
