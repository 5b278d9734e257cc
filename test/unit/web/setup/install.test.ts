import type { Request, Response } from 'express';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createRequestLimits } from '../../../../src/web/middleware/request-limits.ts';
import { createFinishInstall } from '../../../../src/web/setup/install.ts';
import type { SignedIn } from '../../../../src/web/sign-in/auth-callback.ts';

const claims = {
  tenantId: 'Cust12345',
  associateId: 5,
  isAdministrator: true,
  companyName: '',
  serial: '1',
  systemToken: 't',
  expiresAt: 0,
};
const signedIn: SignedIn = { claims, accessToken: 'a', address: '203.0.113.7' };
const response = { redirect: vi.fn() } as unknown as Response;

describe('the end of an installation', () => {
  const verifySystemUser = vi.fn(async () => {});
  const saveConsent = vi.fn();
  const recordSignIn = vi.fn(async () => {});
  const finishInstall = createFinishInstall({
    tenants: { saveConsent } as never,
    requestReconciliation: async () => {},
    sessions: { write: vi.fn() } as never,
    sessionCutoffs: { recordSignIn },
    limits: createRequestLimits(() => 0),
    verifySystemUser,
    now: () => 0,
  });
  const finish = () => finishInstall({} as Request, response, signedIn, { kind: 'install', language: 'de' });
  beforeEach(() => vi.clearAllMocks());

  it('records the sign-in, so that a change of the user ends the session', async () => {
    await finish();
    expect(recordSignIn).toHaveBeenCalledWith('Cust12345', 5);
  });

  it('leads to the setup page in the language that was chosen before', async () => {
    await finish();
    expect(response.redirect).toHaveBeenCalledWith(303, '/setup?lang=de');
  });

  it('counts as a sign-in, so that nobody installs the app without end', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 100 }, finish));
    expect(attempts).toContainEqual({
      status: 'rejected',
      reason: expect.objectContaining({ code: 'too-many-requests' }),
    });
    expect(verifySystemUser.mock.calls.length).toBeLessThanOrEqual(60);
    expect(saveConsent.mock.calls.length).toBeLessThanOrEqual(60);
  });
});
