import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signWebhookBody } from '../../sandbox/webhook-signature.ts';
import { licenseCachePolicy } from '../../src/snapshots/license-snapshots.ts';
import { getTenant } from '../support/get-tenant.ts';
import { untilCallbacksProcessed } from '../support/jobs.ts';
import { installedPlanlens, metricsToken, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Parses the text format of Prometheus. */
function parseSamples(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', each = '']) => [key, each]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

describe('metrics endpoint', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox } = planlens;
  const headers = { authorization: `Bearer ${metricsToken}` };

  async function scrape(): Promise<Sample[]> {
    // Scrapes within a second share the figures of the database.
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    const response = await fetch(`${planlens.url}/metrics`, { headers });
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    return parseSamples(await response.text());
  }
  const getValue = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}) =>
    samples.find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )?.value;

  async function sendEvent(): Promise<void> {
    const { hookId, secret } = await services.webhooks.findOrCreate(tenantId);
    const body = JSON.stringify({
      EventId: randomUUID(),
      Event: 'associate.changed',
      ContextIdentifier: tenantId,
      PrimaryKey: 101,
    });
    const signature = signWebhookBody(body, secret());
    const headers = { 'X-SuperOffice-Signature': signature };
    await fetch(`${planlens.url}/callbacks/webhooks/${hookId}`, { method: 'POST', body, headers });
  }

  it('counts requests by route pattern, method and status', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    await fetch(`${planlens.url}/nothing/at/all`);
    await fetch(`${planlens.url}/panel`, { method: 'PUT' });
    const samples = await scrape();
    const counted = (route: string, method: string, status: string) =>
      getValue(samples, 'http_request_duration_seconds_count', { route, method, status });
    expect(counted('/panel', 'GET', '200')).toBeGreaterThan(0);
    expect(counted('/auth/callback', 'GET', '303')).toBeGreaterThan(0);
    expect(counted('unmatched', 'GET', '404')).toBe(1);
    expect(counted('unmatched', 'PUT', '405')).toBe(1);
  });

  it('counts SuperOffice calls by operation and outcome, and license cache requests by outcome', async () => {
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    const before = await scrape();
    sandbox.control.fail({ operation: 'License.*', with: 503 });
    planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    await cookieClient.get(panelUrl(planlens, salesPremium));
    const after = await scrape();
    const increase = (name: string, labels: Record<string, string>) =>
      (getValue(after, name, labels) ?? 0) - (getValue(before, name, labels) ?? 0);
    expect(
      increase('planlens_superoffice_request_duration_seconds_count', {
        operation: 'tenant licenses',
        outcome: '503',
      }),
    ).toBe(1);
    expect(increase('planlens_license_cache_requests_total', { scope: 'tenant', outcome: 'stale' })).toBe(1);
    expect(
      increase('planlens_license_cache_requests_total', { scope: 'tenant', outcome: 'memory' }),
    ).toBeGreaterThan(0);
  });

  it('reports the depth of each queue, the age of its oldest job and the outcomes of its jobs', async () => {
    await sendEvent();
    await untilCallbacksProcessed(planlens);
    expect(
      getValue(await scrape(), 'planlens_job_attempts_total', {
        queue: 'user-changes',
        outcome: 'processed',
      }),
    ).toBeGreaterThan(0);
    sandbox.control.fail({ operation: 'License.*', with: 500 });
    await sendEvent();
    await expect
      .poll(async () =>
        getValue(await scrape(), 'planlens_job_attempts_total', {
          queue: 'user-changes',
          outcome: 'failed',
        }),
      )
      .toBeGreaterThan(0);
    const samples = await scrape();
    expect(getValue(samples, 'planlens_jobs', { queue: 'user-changes', state: 'waiting' })).toBe(1);
    expect(getValue(samples, 'planlens_jobs', { queue: 'user-changes', state: 'dead_lettered' })).toBe(0);
    expect(getValue(samples, 'planlens_job_oldest_age_seconds', { queue: 'user-changes' })).toBeGreaterThan(
      0.5,
    );
  });

  it('reports the number of tenants by status', async () => {
    const count = async (status: string) => getValue(await scrape(), 'planlens_tenants', { status });
    expect([await count('active'), await count('suspended')]).toEqual([1, 0]);
    await services.tenants.saveStatus(await getTenant(services.tenants, tenantId), 'suspended');
    expect([await count('active'), await count('suspended')]).toEqual([0, 1]);
    await services.tenants.saveStatus(await getTenant(services.tenants, tenantId), 'active');
  });

  it('exposes no tenant, user, host or webhook identifier in labels', async () => {
    const { hookId } = await services.webhooks.findOrCreate(tenantId);
    const values = (await scrape()).flatMap(({ labels }) => Object.values(labels)).join(' ');
    expect(values).not.toMatch(/Cust\d|127\.0\.0\.1|localhost|@|\b(101|131)\b/);
    expect(values).not.toContain(hookId);
  });
});
