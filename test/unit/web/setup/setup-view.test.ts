import { describe, expect, it } from 'vitest';
import type { ProvisionedPanel, Tenant } from '../../../../src/tenants/tenant.ts';
import type { TenantWebhook } from '../../../../src/tenants/webhook-store.ts';
import { setupView } from '../../../../src/web/setup/setup-view.ts';
import { english } from '../harness.ts';
import { tenant } from '../panel/panel-contexts.ts';

const at = new Date('2026-11-26T10:00:00Z');
const crmUrl = 'https://crm.example/Cust12345/';
const before = new Date('2026-11-26T09:00:00Z');
const created: ProvisionedPanel = { progId: 'a', name: 'Panel', outcome: 'created', problem: null };
const failed: ProvisionedPanel = { progId: 'b', name: 'Button', outcome: 'failed', problem: 'forbidden' };
const waiting: ProvisionedPanel = { ...created, outcome: 'waiting' };

function view(
  panels: readonly ProvisionedPanel[],
  reconciliation: Partial<Tenant['reconciliation']> = {},
  hook: Partial<TenantWebhook> = {},
) {
  const of = { ...tenant, panels, reconciliation: { ...tenant.reconciliation, ...reconciliation } };
  return setupView(of, hookOf(hook), crmUrl, english);
}

function hookOf(hook: Partial<TenantWebhook>): TenantWebhook {
  return {
    tenantId: tenant.tenantId,
    hookId: 'h',
    webhookId: 1,
    outcome: 'unchanged',
    problem: null,
    consecutiveErrors: 0,
    checkedAt: before,
    secret: () => '',
    ...hook,
  };
}

describe('setupView', () => {
  it('shows the progress of a running setup and treats an older webhook check as pending', () => {
    const page = view([created, waiting], { setupStartedAt: at });
    expect(page).toMatchObject({ inProgress: true, done: 1 });
    expect(page.rows.map(({ outcome }) => outcome)).toEqual(['created', 'waiting', 'waiting']);
    expect(view([created], { setupStartedAt: at }, { checkedAt: null }).rows[1]?.outcome).toBe('waiting');
    expect(view([created], { setupStartedAt: at }, { checkedAt: at }).done).toBe(2);
  });

  it('reports setup as complete when no panel failed, whatever the webhook outcome', () => {
    expect(view([created]).complete).toBe(true);
    expect(view([created], {}, { outcome: 'refused', problem: 'forbidden' })).toMatchObject({
      complete: true,
      inProgress: false,
      rows: [{}, { outcome: 'refused', problem: 'forbidden' }],
    });
    expect(view([created, failed]).complete).toBe(false);
    expect(view([]).complete).toBe(false);
    expect(view([created], {}, { outcome: null }).rows[1]?.outcome).toBe('failed');
  });

  it('offers the next steps and a text for colleagues once nothing is left to repair', () => {
    expect(view([created]).nextSteps).toEqual({
      crmUrl,
      message: expect.stringContaining(`: ${crmUrl}\n\n`),
    });
    expect(view([created, failed]).nextSteps).toBeNull();
  });

  it('calls our panels what they are, and panels of an earlier version by their name', () => {
    const names = ['planlens.web-panel.main', 'planlens.web-panel.navigator-button', 'planlens.old'].map(
      (progId) => view([{ ...created, progId }]).rows[0]?.name,
    );
    expect(names).toEqual(['Web panel', 'Button in the navigator', 'Panel']);
  });

  it('tells how many deliveries of the webhook failed', () => {
    const failures = (consecutiveErrors: number | null) =>
      view([created], {}, { consecutiveErrors }).rows.map((row) => row.failures);
    expect(failures(0)).toEqual(['', '']);
    expect(failures(null)).toEqual(['', '']);
    expect(failures(1)).toEqual(['', 'At the last check, the last delivery had failed.']);
    expect(failures(8)).toEqual(['', 'At the last check, the last 8 deliveries had failed.']);
  });

  it('explains why a revoked tenant is not reconciled and shows no retry time', () => {
    expect(view([created]).statusText).toBe('');
    const revoked = setupView(
      {
        ...tenant,
        status: 'revoked',
        reconciliation: { ...tenant.reconciliation, lastError: 'system-user-refused' },
      },
      hookOf({}),
      crmUrl,
      english,
    );
    expect(revoked).toMatchObject({
      statusText: 'the approval of Planlens was withdrawn',
      stopped: null,
      nextSteps: null,
    });
  });

  it('shows the last reconcile error and the time of the next attempt', () => {
    expect(view([created]).stopped).toBeNull();
    expect(view([created], { lastError: 'timeout', at }).stopped).toEqual({
      text: 'Setup failed (timeout). Planlens tries again by itself.',
      nextAttemptAt: { text: '26 Nov 2026, 10:00 UTC', iso: '2026-11-26T10:00:00.000Z' },
    });
  });

  it.each([
    ['licenses', 'the licences'],
    ['users', 'the list of users'],
  ])('names the part that failed if only the %s could not be read', (part, words) => {
    expect(view([created], { lastError: `${part} timeout`, at }).stopped?.text).toMatch(
      `Everything is set up, but ${words} could not be read (timeout).`,
    );
  });
});
