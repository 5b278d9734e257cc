import { describe, expect, it } from 'vitest';
import { installedPlanlens, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;

interface Line {
  readonly msg: string;
  readonly tenantId?: string;
  readonly associateId?: number;
  readonly req?: { readonly path: string };
  readonly [field: string]: unknown;
}

/** Each line must contain time, user, source, action and outcome (docs/superoffice/certification.md#r37). */
describe('application log', async () => {
  const planlens = await installedPlanlens();
  const { control } = planlens.sandbox;
  const lines = () => planlens.logged.map((line) => JSON.parse(line) as Line);
  const findLine = (path: string, msg: string) =>
    lines()
      .filter((line) => line.msg === msg && line.req?.path === path)
      .at(-1);

  // certifies R37
  it('logs tenant, user and outcome of each request of a signed-in user', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    const user = { tenantId, associateId: salesPremium.associateId };
    for (const path of ['/panel', '/auth/callback'])
      expect(findLine(path, 'request completed')).toMatchObject({
        ...user,
        time: expect.any(Number),
        hostname: expect.any(String),
        pid: process.pid,
        req: {
          from: expect.stringMatching(/^(::1|127\.)/),
          to: expect.stringMatching(/:\d+$/),
          method: 'GET',
        },
        res: { status: expect.any(Number) },
      });
    expect(findLine('/auth/callback', 'signed in')).toMatchObject({
      ...user,
      purpose: 'panel',
      isAdministrator: false,
    });
    const admin = await signInToCrm(planlens, administrator);
    await admin.get(`${planlens.url}/admin`);
    expect(findLine('/admin', 'request completed')).toMatchObject({
      tenantId,
      associateId: administrator.associateId,
    });
  });

  // certifies R37
  it('logs the client that a trusted proxy reports', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.9, 203.0.113.7' };
    await fetch(`${planlens.url}/setup`, { redirect: 'manual', headers });
    expect(findLine('/setup', 'request completed')?.req).toMatchObject({ from: '203.0.113.7' });
  });

  it('logs no user for a request without a verified identity', async () => {
    await fetch(panelUrl(planlens, salesPremium), { redirect: 'manual' });
    const { tenantId: loggedTenant, associateId } = findLine('/panel', 'request completed') ?? {
      tenantId: '',
      associateId: 0,
    };
    expect([loggedTenant, associateId]).toEqual([tenantId, undefined]);
  });

  it('logs tenant, subject and outcome of each processed callback', async () => {
    control.setPlan({ tenant: tenantId, associateId: 101, plan: 'ten-sales' });
    await control.whenDelivered();
    await control.sendStateChange({ tenant: tenantId, changeType: 3 });
    const processed = () =>
      lines().filter(({ msg, queue }) => msg === 'job processed' && String(queue).endsWith('-changes'));
    await expect.poll(() => new Set(processed().map(({ queue }) => queue)).size).toBe(2);
    const fields = { tenantId, jobId: expect.any(String), attempts: 1 };
    expect(processed()).toContainEqual(
      expect.objectContaining({
        ...fields,
        queue: 'user-changes',
        associateId: 101,
        deleted: false,
      }),
    );
    expect(processed()).toContainEqual(
      expect.objectContaining({ ...fields, queue: 'state-changes', change: 'resume' }),
    );
    expect(findLine('/callbacks/state-change', 'request completed')).toMatchObject({
      tenantId,
      change: 'resume',
      enqueued: true,
    });
  });

  it('logs operation, host, duration and outcome of each SuperOffice call', () => {
    const calls = lines().filter(({ msg }) => msg === 'SuperOffice called');
    expect(calls.length).toBeGreaterThan(10);
    for (const line of calls)
      expect(line).toMatchObject({
        operation: expect.any(String),
        host: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        outcome: expect.anything(),
        durationMs: expect.any(Number),
      });
  });
});
