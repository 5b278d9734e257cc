import { createHmac, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { licenseCachePolicy } from '../../src/snapshots/license-snapshots.ts';
import { installedPlanlens, panelUrl, people, signedInToCrm } from '../support/planlens.ts';

const { administrator, salesPremium } = people;
const { tenantId } = administrator;

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of a text in Prometheus' form. */
function samplesIn(text: string): Sample[] {
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

  async function scrape(): Promise<Sample[]> {
    // A scrape within a second of another tells the same of the database.
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    const answer = await fetch(`${planlens.url}/metrics`);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    return samplesIn(await answer.text());
  }
  const figure = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}) =>
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
    const signature = createHmac('sha256', secret()).update(body).digest('base64');
    const headers = { 'X-SuperOffice-Signature': signature };
    await fetch(`${planlens.url}/callbacks/webhooks/${hookId}`, { method: 'POST', body, headers });
  }

  it('counts requests by route pattern, method and status', async () => {
    const cookieClient = await signedInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    await fetch(`${planlens.url}/nothing/at/all`);
    await fetch(`${planlens.url}/panel`, { method: 'PUT' });
    const samples = await scrape();
    const counted = (route: string, method: string, status: string) =>
      figure(samples, 'planlens_request_seconds_count', { route, method, status });
    expect(counted('/panel', 'GET', '200')).toBeGreaterThan(0);
    expect(counted('/auth/callback', 'GET', '303')).toBeGreaterThan(0);
    expect(counted('unmatched', 'GET', '404')).toBe(1);
    expect(counted('unmatched', 'PUT', '405')).toBe(1);
  });

  it('counts SuperOffice calls by operation and outcome, and license cache requests by outcome', async () => {
    const before = await scrape();
    sandbox.control.fail({ operation: 'License.*', with: 503 });
    planlens.passTime(licenseCachePolicy.maxAgeMs + 1);
    const cookieClient = await signedInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    await cookieClient.get(panelUrl(planlens, salesPremium));
    const after = await scrape();
    const grown = (name: string, labels: Record<string, string>) =>
      (figure(after, name, labels) ?? 0) - (figure(before, name, labels) ?? 0);
    expect(
      grown('planlens_superoffice_call_seconds_count', { operation: 'tenant licenses', outcome: '503' }),
    ).toBe(1);
    expect(grown('planlens_license_cache_requests_total', { of: 'tenant', found: 'stale' })).toBe(1);
    expect(grown('planlens_license_cache_requests_total', { of: 'tenant', found: 'memory' })).toBeGreaterThan(
      0,
    );
  });

  it('reports callback queue depth, age of the oldest callback and callback outcomes', async () => {
    await sendEvent();
    await expect.poll(async () => (await services.callbackQueue.depth()).waiting).toBe(0);
    expect(figure(await scrape(), 'planlens_callbacks_total', { outcome: 'processed' })).toBeGreaterThan(0);
    sandbox.control.fail({ operation: 'License.*', with: 500 });
    await sendEvent();
    await expect
      .poll(async () => figure(await scrape(), 'planlens_callbacks_total', { outcome: 'failed' }))
      .toBeGreaterThan(0);
    const samples = await scrape();
    expect(figure(samples, 'planlens_callbacks', { state: 'waiting' })).toBe(1);
    expect(figure(samples, 'planlens_callbacks', { state: 'parked' })).toBe(0);
    expect(figure(samples, 'planlens_callback_queue_oldest_age_seconds')).toBeGreaterThan(0.5);
  });

  it('reports the number of tenants by status', async () => {
    const standing = async (name: string) => figure(await scrape(), 'planlens_tenants', { standing: name });
    expect([await standing('active'), await standing('suspended')]).toEqual([1, 0]);
    await services.tenants.saveStatus(tenantId, 'suspended');
    expect([await standing('active'), await standing('suspended')]).toEqual([0, 1]);
    await services.tenants.saveStatus(tenantId, 'active');
  });

  it('exposes no tenant, user, host or webhook identifier in labels', async () => {
    const { hookId } = await services.webhooks.findOrCreate(tenantId);
    const values = (await scrape()).flatMap(({ labels }) => Object.values(labels)).join(' ');
    expect(values).not.toMatch(/Cust\d|127\.0\.0\.1|localhost|@|\b(101|131)\b/);
    expect(values).not.toContain(hookId);
  });
});
