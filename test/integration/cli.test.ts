import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { keyringText } from '../support/keyrings.ts';
import { installedPlanlens, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';
import { type ServerProcess, spawnCli, spawnServer, untilReady } from '../support/server-process.ts';

const { administrator, salesPremium } = testUsers;
const { tenantId } = administrator;

async function runCliIn(
  environment: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<{ code: number | string; output: string }> {
  const command = spawnCli(args, environment);
  return { code: await command.ended(), output: command.output() };
}

describe('operator CLI', async () => {
  const planlens = await installedPlanlens();
  const { services, sandbox, environment } = planlens;
  const { control } = sandbox;
  const runCli = (...args: string[]) => runCliIn(environment, ...args);

  it.each([
    [[]],
    [['rotate']],
    [['toString']],
    [['dead-letters']],
    [['dead-letters', 'list', 'all']],
    [['dead-letters', 'retry']],
    [['dead-letters', 'retry', '1; drop']],
    [['keys', 'convert', 'from.pem']],
  ])('prints its usage and exits with 2 for the arguments %j', async (args) => {
    const { code, output } = await runCli(...args);
    expect([code, output.startsWith('Usage:')]).toEqual([2, true]);
  });

  it('names the invalid setting in its configuration', async () => {
    const { code, output } = await runCliIn(
      { ...environment, ENCRYPTION_KEYS: 'nonsense' },
      'dead-letters',
      'list',
    );
    expect([code, output]).toEqual([1, expect.stringContaining('ENCRYPTION_KEYS must be')]);
  });

  it('lists dead letters and schedules them for retry', async () => {
    const { hookId, secret } = await services.webhooks.findOrCreate(tenantId);
    const event = { Event: 'associate.changed', ContextIdentifier: tenantId, PrimaryKey: 101 };
    const body = JSON.stringify({ EventId: randomUUID(), ...event });
    const signature = createHmac('sha256', secret()).update(body).digest('base64');
    control.fail({ operation: 'License.*', with: 500 });
    const headers = { 'X-SuperOffice-Signature': signature };
    await fetch(`${planlens.url}/callbacks/webhooks/${hookId}`, { method: 'POST', body, headers });
    const deadLetteredLater = async () => {
      planlens.passTime(16 * 60_000);
      return (await services.callbackQueue.depth()).deadLettered;
    };
    await expect.poll(deadLetteredLater, { interval: 200 }).toBe(1);
    const listed = await runCli('dead-letters', 'list');
    expect(listed.output).toMatch(
      /^\d+\tCust20001\twebhook\tassociate\.changed 101\t\S+Z\t.+\n1 dead-lettered\n$/,
    );
    control.clearFaults();
    expect(await runCli('dead-letters', 'retry', '999999')).toEqual({
      code: 1,
      output: '0 scheduled for retry\n',
    });
    planlens.passTime(10 * 60_000);
    expect(await runCli('dead-letters', 'retry', 'all')).toEqual({
      code: 0,
      output: '1 scheduled for retry\n',
    });
    await expect.poll(() => services.callbackQueue.depth()).toMatchObject({ waiting: 0, deadLettered: 0 });
    expect((await runCli('dead-letters', 'list')).output).toBe('0 dead-lettered\n');
  }, 60_000);
});

describe('encryption key rotation', async () => {
  const planlens = await installedPlanlens();
  const { environment } = planlens;
  let server: ServerProcess | null = null;
  afterAll(() => server?.child.kill('SIGKILL'));

  it('re-encrypts all secrets with a new key, after which the app runs without the old key', async () => {
    const fresh = keyringText('fresh');
    const rotating = { ...environment, ENCRYPTION_KEYS: `${fresh},${environment.ENCRYPTION_KEYS}` };
    const { code, output } = await runCliIn(rotating, 'keys', 'rotate');
    expect(code).toBe(0);
    expect(output).toMatch(
      /^0 of 2 re-encrypted\n(\d of 2 re-encrypted\n)*2 of 2 re-encrypted\n2 encrypted with key fresh\n$/,
    );
    expect(output).not.toContain(fresh.split(':')[1]);

    const port = String(await freePort());
    server = spawnServer({ ...environment, ENCRYPTION_KEYS: fresh, PORT: port, LOG_LEVEL: 'error' });
    await untilReady(`http://localhost:${port}`);
    const cookieClient = await signInToCrm(planlens, salesPremium);
    await cookieClient.get(panelUrl(planlens, salesPremium));
    const panel = await cookieClient.get(panelUrl({ url: `http://localhost:${port}` }, salesPremium));
    expect(panel.html).toContain('<h1>Sales-Premium</h1>');
    const [tenant] = await rowsIn(String(environment.DATABASE_URL), 'tenants');
    expect(tenant?.system_token_encrypted).toMatch(/^fresh\./);
  });
});
