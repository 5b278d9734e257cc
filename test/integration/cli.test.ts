import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { keyringText } from '../support/keyrings.ts';
import { installedPlanlens, panelUrl, people, signedInToCrm } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { type ServerProcess, spawnCli, spawnServer, untilReady } from '../support/server-process.ts';

const { administrator, salesPremium } = people;
const { tenantId } = administrator;

async function runCliIn(
  environment: NodeJS.ProcessEnv,
  ...line: string[]
): Promise<{ code: number | string; said: string }> {
  const command = spawnCli(line, environment);
  return { code: await command.ended(), said: command.output() };
}

describe('operator CLI', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox, environment } = planlens;
  const { control } = sandbox;
  const runCli = (...line: string[]) => runCliIn(environment, ...line);

  it.each([
    [[]],
    [['reseal']],
    [['toString']],
    [['retry']],
    [['retry', '1; drop']],
    [['parked', 'now', 'please']],
  ])('prints its usage and exits with 2 for the arguments %j', async (line) => {
    const { code, said } = await runCli(...line);
    expect([code, said.startsWith('Usage:')]).toEqual([2, true]);
  });

  it('names the invalid setting in its configuration', async () => {
    const { code, said } = await runCliIn({ ...environment, ENCRYPTION_KEYS: 'nonsense' }, 'parked');
    expect([code, said]).toEqual([1, expect.stringContaining('ENCRYPTION_KEYS must be')]);
  });

  it('lists dead letters and schedules them for retry', async () => {
    const { hookId, secret } = await services.webhooks.findOrCreate(tenantId);
    const told = { Event: 'associate.changed', ContextIdentifier: tenantId, PrimaryKey: 101 };
    const body = JSON.stringify({ EventId: randomUUID(), ...told });
    const signature = createHmac('sha256', secret()).update(body).digest('base64');
    control.fail({ operation: 'License.*', with: 500 });
    const headers = { 'X-SuperOffice-Signature': signature };
    await fetch(`${planlens.url}/callbacks/webhooks/${hookId}`, { method: 'POST', body, headers });
    const deadLetteredLater = async () => {
      planlens.passTime(16 * 60_000);
      return (await services.callbackQueue.depth()).deadLettered;
    };
    await expect.poll(deadLetteredLater, { timeout: 15_000, interval: 200 }).toBe(1);
    const listed = await runCli('parked');
    expect(listed.said).toMatch(/^\d+\tCust20001\twebhook\tassociate\.changed 101\t\S+Z\t.+\n1 put aside\n$/);
    control.clearFaults();
    expect(await runCli('retry', '999999')).toEqual({ code: 1, said: '0 to be tried again\n' });
    planlens.passTime(10 * 60_000);
    expect(await runCli('retry', 'all')).toEqual({ code: 0, said: '1 to be tried again\n' });
    await expect
      .poll(() => services.callbackQueue.depth(), { timeout: 10_000 })
      .toMatchObject({ waiting: 0, parked: 0 });
    expect((await runCli('parked')).said).toBe('0 put aside\n');
  });
});

describe('encryption key rotation', async () => {
  const planlens = await installedPlanlens();
  const { environment } = planlens;
  let server: ServerProcess | null = null;
  afterAll(() => server?.child.kill('SIGKILL'));

  it('re-encrypts all secrets with a new key, after which the app runs without the old key', async () => {
    const fresh = keyringText('fresh');
    const rotating = { ...environment, ENCRYPTION_KEYS: `${fresh},${environment.ENCRYPTION_KEYS}` };
    const { code, said } = await runCliIn(rotating, 'reencrypt');
    expect(code).toBe(0);
    expect(said).toMatch(
      /^0 of 2 sealed anew\n(\d of 2 sealed anew\n)*2 of 2 sealed anew\n2 sealed with key fresh\n$/,
    );
    expect(said).not.toContain(fresh.split(':')[1]);

    const port = String(await freePort());
    server = spawnServer({ ...environment, ENCRYPTION_KEYS: fresh, PORT: port, LOG_LEVEL: 'error' });
    await untilReady(`http://localhost:${port}`);
    const cookieClient = await signedInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    const shown = await cookieClient.get(panelUrl({ url: `http://localhost:${port}` }, salesPremium));
    expect(shown.html).toContain('<h1>Sales-Premium</h1>');
    const [tenant] = await rowsIn(String(environment.DATABASE_URL), 'tenants');
    expect(tenant?.system_token_encrypted).toMatch(/^fresh\./);
  });
});
