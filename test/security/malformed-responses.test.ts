import { afterEach, describe, expect, it } from 'vitest';
import { type MalformedResponse, malformedResponses } from '../../sandbox/malformed-responses.ts';
import { type ErrorCode, errorStatus } from '../../src/errors.ts';
import { licenseCachePolicy } from '../../src/snapshots/license-snapshots.ts';
import { isLongForm } from '../support/long-form.ts';
import { installedPlanlens, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';

const { salesPremium } = testUsers;
const { tenantId } = salesPremium;
const responses = Object.keys(malformedResponses) as MalformedResponse[];
const operations = [
  'License.GetLicenseFromDB',
  'License.GetUserLicenses',
  'SystemUser.Authenticate',
  'State',
  'Login.Jwks',
];
/** In the short form each response is tested with one operation. */
const cases = responses.flatMap((response, caseIndex) =>
  operations
    .filter((_operation, index) => isLongForm || index === caseIndex % operations.length)
    .map((operation) => [operation, response] as const),
);

/** Longer than any cached license data or tenant state stays fresh, ms. */
const overAnHour = 65 * 60_000;
const maxCooldown = 11 * 60_000;
/** The outbound timeout is ten seconds, and a call may be retried once; doubled for a busy machine. */
const maxWaitMs = 40_000;
/** A response may have 5 MB, read twice; the rest is garbage of this process and of the sandbox, which sends 200 MB. */
const maxMemory = 150 * 2 ** 20;

describe('malformed SuperOffice responses', async () => {
  const planlens = await installedPlanlens();
  const { control } = planlens.sandbox;
  const cookieClient = await signInToCrm(planlens, salesPremium);
  const openPanel = () => cookieClient.get(panelUrl(planlens, salesPremium));
  await openPanel();
  afterEach(() => control.setTenantState({ tenant: tenantId, state: 'Running' }));

  const reasons = () =>
    planlens.logged
      .map((line) => JSON.parse(line))
      .flatMap(({ msg, reason }) => (msg === 'license refresh failed' ? [reason] : []));

  it.each(cases)(
    'the panel shows the stored data within time and memory limits when %s returns %s',
    async (operation, response) => {
      planlens.passTime(overAnHour);
      control.expireTickets({ tenant: tenantId });
      control.clearRequests();
      control.fail({ operation, with: response });
      const before = process.memoryUsage();
      const startedAt = performance.now();
      const { status, html } = await openPanel();
      const after = process.memoryUsage();
      const used = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
      expect(used, 'bytes').toBeLessThan(maxMemory);
      expect(performance.now() - startedAt).toBeLessThan(maxWaitMs);

      expect([status, html.includes('<h1>Sales-Premium</h1>')], html.slice(0, 3_000)).toEqual([200, true]);
      expect(html).not.toMatch(/ at .*\.ts:|node_modules|Injected failure|Please wait/);
      expect(control.requests().map((request) => request.operation)).not.toContain('Elsewhere');
      for (const reason of reasons()) expect(reason).toMatch(/^[a-z ]+: [a-z-]+( \([\w./-]+\))?$/i);

      control.clearFaults();
      planlens.passTime(maxCooldown);
      // A read of a response that never ends goes on in the background until it times out.
      await expect
        .poll(
          async () => {
            planlens.passTime(licenseCachePolicy.retryAfterMs + 1);
            const recovered = await openPanel();
            return [recovered.status, /class="[^"]*\bstale\b/.test(recovered.html)];
          },
          { timeout: maxWaitMs, interval: 500 },
        )
        .toEqual([200, false]);
    },
  );

  it.each(responses)(
    'a sign-in fails with a specific error while the token endpoint returns %s, then recovers',
    async (response) => {
      control.fail({ operation: 'Login.Tokens', with: response });
      const firstBrowser = await signInToCrm(planlens, testUsers.servicePremium);
      const { status, html } = await firstBrowser.get(panelUrl(planlens, testUsers.servicePremium));
      const [, code = ''] = /Reference: <code>([a-z-]+)/.exec(html) ?? [];
      expect(status, html.slice(0, 2_000)).toBe(errorStatus[code as ErrorCode]);
      expect(control.requests().map((request) => request.operation)).not.toContain('Elsewhere');
      control.clearFaults();
      // Use another browser: the first has failed so often that it waits for a click.
      const secondBrowser = await signInToCrm(planlens, testUsers.servicePremium);
      const again = await secondBrowser.get(panelUrl(planlens, testUsers.servicePremium));
      expect([again.status, again.html.includes('data-row=')]).toEqual([200, true]);
    },
  );

  it('do not pollute Object.prototype', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).isAdministrator).toBeUndefined();
  });
});
