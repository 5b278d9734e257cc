import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { LicenseSnapshots } from '../../../../src/snapshots/license-snapshots.ts';
import type { WebApi } from '../../../../src/superoffice/api/web-api.ts';
import { createRequestLimits } from '../../../../src/web/middleware/request-limits.ts';
import { createStartSession } from '../../../../src/web/sign-in/start-session.ts';
import { tenant } from '../panel/panel-contexts.ts';

type Deps = Parameters<typeof createStartSession>[0];
const associateId = 5;
const principal = {
  AssociateId: associateId,
  DatabaseContextIdentifier: tenant.tenantId,
  FullName: 'Anna',
  Licenses: [],
  FunctionRights: [],
};

/** Starts a session while SuperOffice reports the principal after `delayMs`; returns the user's name. */
async function startSession(isStored: boolean, delayMs: number): Promise<string> {
  const start = createStartSession({
    tenants: { find: async () => tenant } as Partial<Deps['tenants']> as Deps['tenants'],
    licenses: {
      saveUserLicenses: async () => {},
      hasUserLicenses: async () => isStored,
    } as Partial<LicenseSnapshots> as LicenseSnapshots,
    audit: { write: async () => {} } as Partial<Deps['audit']> as Deps['audit'],
    sessionCutoffs: { recordSignIn: async () => {} } as Partial<
      Deps['sessionCutoffs']
    > as Deps['sessionCutoffs'],
    limits: createRequestLimits(Date.now),
    now: Date.now,
    webApi: {
      asUser: () => ({ call: () => sleep(delayMs, principal, { ref: false }) }),
    } as Partial<WebApi> as WebApi,
    log: pino({ level: 'silent' }),
  });
  const claims = {
    tenantId: tenant.tenantId,
    associateId,
    isAdministrator: false,
    companyName: '',
    serial: '1',
    email: 'anna@example.com',
    expiresAt: 0,
  };
  return (await start({ claims, accessToken: 'a', address: '203.0.113.7' })).name;
}

describe('createStartSession', () => {
  it('does not wait for a silent SuperOffice while older licenses of the user are stored', async () => {
    expect(await startSession(true, 60_000)).toBe('anna@example.com');
  });

  it('waits when nothing is stored, and uses what arrives in time', async () => {
    expect(await startSession(false, 2_000)).toBe('Anna');
    expect(await startSession(true, 0)).toBe('Anna');
  });
});
