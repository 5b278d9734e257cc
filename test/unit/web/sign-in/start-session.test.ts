import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { KeptUserLicenses, LicenseSnapshots } from '../../../../src/snapshots/license-snapshots.ts';
import type { UserKnownBy } from '../../../../src/snapshots/snapshot-store.ts';
import type { WebApi } from '../../../../src/superoffice/api/web-api.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
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

interface Given {
  /** What is kept of the user. */
  readonly kept?: Partial<KeptUserLicenses>;
  /** The user's name in the list of users, which does not have the user without it. */
  readonly listed?: string;
  /** How long SuperOffice takes to report the principal, ms. */
  readonly delayMs?: number;
  readonly failure?: SuperOfficeError;
}

/** Starts a session. Returns the user's name, and what was called, saved and left for later. */
async function startSession({ kept, listed, delayMs = 0, failure }: Given) {
  const events: string[] = [];
  const content = kept && { associateId, granted: [], complete: true, functionRights: [], ...kept };
  const start = createStartSession({
    tenants: { find: async () => tenant } as Partial<Deps['tenants']> as Deps['tenants'],
    licenses: {
      getKeptUserLicenses: async () => (content ? { content, readAt: 0, stale: false, version: 1 } : null),
      async saveUserLicenses(_tenant, _principal, knownBy) {
        if (knownBy === 'sign-in') events.push('saved');
      },
    } as Partial<LicenseSnapshots> as LicenseSnapshots,
    users: {
      findListed: async () => (listed === undefined ? null : { name: listed, userPlan: '', readAt: 0 }),
    },
    refreshAfterSignIn: {
      request: ({ accessToken, knownBy }) =>
        void events.push(`later with ${accessToken}, known by ${knownBy}`),
    },
    audit: { write: async () => {} } as Partial<Deps['audit']> as Deps['audit'],
    sessionCutoffs: { recordSignIn: async () => {} } as Partial<
      Deps['sessionCutoffs']
    > as Deps['sessionCutoffs'],
    limits: createRequestLimits(Date.now),
    now: Date.now,
    webApi: {
      asUser: (_tenantId, _token, turn) => ({
        async call() {
          events.push(`called ${turn}`);
          if (failure !== undefined) throw failure;
          return sleep(delayMs, principal, { ref: false });
        },
      }),
    } as Partial<WebApi> as WebApi,
    log: pino({ level: 'silent' }),
  });
  const claims = {
    tenantId: tenant.tenantId,
    associateId,
    isAdministrator: true,
    companyName: '',
    serial: '1',
    email: 'anna@example.com',
    expiresAt: 0,
  };
  const { name, isAdministrator } = await start({ claims, accessToken: 'a', address: '203.0.113.7' });
  expect(isAdministrator).toBe(true);
  return { name, events };
}

describe('createStartSession', () => {
  it('calls nothing for a user whose function rights are kept, and leaves them to be read later', async () => {
    const later = ['later with a, known by stored-data'];
    expect(await startSession({ kept: { name: 'Anna K' } })).toEqual({ name: 'Anna K', events: later });
    const both = { kept: { name: 'Anna K' }, listed: 'Anna L' };
    expect(await startSession(both)).toEqual({ name: 'Anna L', events: later });
    expect(await startSession({ kept: {}, listed: 'Anna L' })).toEqual({ name: 'Anna L', events: later });
  });

  it('reads the first sign-in of a user at once, if a call may be made soon', async () => {
    const read = { name: 'Anna', events: ['called soon', 'saved'] };
    expect(await startSession({})).toEqual(read);
    expect(await startSession({ listed: 'Anna L' })).toEqual(read);
    expect(await startSession({ kept: { functionRights: null } })).toEqual(read);
    expect(await startSession({ kept: {} })).toEqual(read);
  });

  it('does not wait for a call when none may be made soon', async () => {
    const failure = new SuperOfficeError('too-many-calls', 'current principal');
    const later = (knownBy: UserKnownBy) => ['called soon', `later with a, known by ${knownBy}`];
    expect(await startSession({ listed: 'Anna L', failure })).toEqual({
      name: 'Anna L',
      events: later('stored-data'),
    });
    expect(await startSession({ failure })).toEqual({ name: 'anna@example.com', events: later('sign-in') });
  });

  it('does not wait for a silent SuperOffice if the user is listed', async () => {
    const events = ['called soon', 'later with a, known by stored-data'];
    expect(await startSession({ listed: 'Anna L', delayMs: 60_000 })).toEqual({ name: 'Anna L', events });
  });

  it('waits if nothing at all is known of the user, and uses what arrives', async () => {
    expect((await startSession({ delayMs: 2_000 })).name).toBe('Anna');
  });

  it('does not try again what SuperOffice refuses', async () => {
    const failure = new SuperOfficeError('forbidden', 'current principal');
    expect((await startSession({ listed: 'Anna L', failure })).events).toEqual(['called soon']);
  });
});
