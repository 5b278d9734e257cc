import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { signWebhookBody } from '../../sandbox/webhook-signature.ts';
import { migratedDatabase, runStatement } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { untilCallbacksProcessed } from '../support/jobs.ts';
import { keyringText } from '../support/keyrings.ts';
import { installedPlanlens, panelUrl, signInToCrm, testUsers } from '../support/planlens.ts';
import { readText } from '../support/project-files.ts';
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
    [['toString']],
    [['keys', 'convert', 'from.pem']],
    [['replay', 'event.json', '--to', 'http://localhost']],
  ])('prints how to call it and exits with 2 for the arguments %j', async (args) => {
    const { code, output } = await runCli(...args);
    expect([code, output]).toEqual([2, expect.stringMatching(/^Usage: planlens/m)]);
  });

  it('lists and describes its commands', async () => {
    expect(await runCli('--help')).toEqual({ code: 0, output: expect.stringContaining('\n  doctor ') });
    const { code, output } = await runCli('dead-letters', '--help');
    expect([code, output]).toEqual([0, expect.stringContaining('Usage: planlens dead-letters list')]);
  });

  it('prints the version of package.json', async () => {
    const { version } = JSON.parse(readText('package.json'));
    expect(await runCli('--version')).toEqual({ code: 0, output: `${version}\n` });
  });

  it('names the invalid setting in its configuration', async () => {
    const { code, output } = await runCliIn(
      { ...environment, ENCRYPTION_KEYS: 'nonsense' },
      'dead-letters',
      'list',
    );
    expect([code, output]).toEqual([1, expect.stringContaining('ENCRYPTION_KEYS must be')]);
  });

  it('finds no dead letters on a database on which no server has run', async () => {
    const unused = { ...environment, DATABASE_URL: await migratedDatabase() };
    expect(await runCliIn(unused, 'dead-letters', 'list')).toEqual({ code: 0, output: '0 dead-lettered\n' });
    const { code, output } = await runCliIn(unused, 'dead-letters', 'retry', 'all');
    expect([code, output]).toEqual([0, '0 scheduled for retry\n']);
  });

  it('lists dead letters and schedules them for retry', async () => {
    const { hookId, secret } = await services.webhooks.findOrCreate(tenantId);
    const event = { Event: 'associate.changed', ContextIdentifier: tenantId, PrimaryKey: 101 };
    const body = JSON.stringify({ EventId: randomUUID(), ...event });
    const signature = signWebhookBody(body, secret());
    control.fail({ operation: 'License.*', with: 500 });
    const headers = { 'X-SuperOffice-Signature': signature };
    await fetch(`${planlens.url}/callbacks/webhooks/${hookId}`, { method: 'POST', body, headers });
    const deadLettered = async () => {
      // The next attempt is the last one.
      await runStatement(
        String(planlens.environment.DATABASE_URL),
        "update pgboss.job set retry_count = retry_limit - 1 where state = 'retry' and retry_count = 0",
      );
      return (await services.jobs.deadLetters.list()).length;
    };
    await expect.poll(deadLettered, { interval: 200 }).toBe(1);
    const listed = await runCli('dead-letters', 'list');
    expect(listed.output).toMatch(
      /^\S+\tuser-changes\t\{"deleted":false,"tenantId":"Cust20001","associateId":101\}\t\S+Z\t.+\n1 dead-lettered\n$/,
    );
    control.clearFaults();
    expect(await runCli('dead-letters', 'retry', '00000000-0000-4000-8000-000000000000')).toEqual({
      code: 1,
      output: '0 scheduled for retry\n',
    });
    planlens.passTime(10 * 60_000);
    expect(await runCli('dead-letters', 'retry', 'all')).toEqual({
      code: 0,
      output: '1 scheduled for retry\n',
    });
    await untilCallbacksProcessed(planlens);
    expect((await runCli('dead-letters', 'list')).output).toBe('0 dead-lettered\n');
  });
});

describe('replay', async () => {
  const planlens = await installedPlanlens();
  const { environment, logged } = planlens;
  const folder = mkdtempSync(join(tmpdir(), 'planlens-replay-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Saves a callback in a file and replays it. */
  async function replay(callback: unknown, args: readonly string[] = [], changes: NodeJS.ProcessEnv = {}) {
    const file = join(folder, 'callback.json');
    writeFileSync(file, typeof callback === 'string' ? callback : JSON.stringify(callback));
    return runCliIn({ ...environment, ...changes }, 'replay', file, ...args);
  }
  /** Whether the app enqueued each callback that it accepted since `from`. */
  const enqueuedSince = (from: number) =>
    logged.slice(from).flatMap((line) => {
      const { enqueued } = JSON.parse(line) as { enqueued?: boolean };
      return enqueued === undefined ? [] : [enqueued];
    });
  const event = { Event: 'associate.changed', EventId: randomUUID(), PrimaryKey: 101 };
  const webhook = { ...event, ContextIdentifier: tenantId };
  const stateChange = (token: string) => ({ ChangeType: 3, ContextIdentifier: tenantId, Token: token });
  const jwt = (expiresAt: number) =>
    [{ alg: 'RS256' }, { exp: expiresAt / 1000 }, {}]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
  const realSuperOffice = { SUPEROFFICE_LOGIN_URL: 'https://login.example' };

  it('signs a webhook event, which the app takes once, or again with a new id', async () => {
    const from = logged.length;
    const accepted = { code: 0, output: `200: ${planlens.url} accepted associate.changed of ${tenantId}\n` };
    expect(await replay(webhook)).toEqual(accepted);
    expect(await replay(webhook)).toEqual(accepted);
    expect(await replay(webhook, ['--as-new'])).toEqual(accepted);
    expect(enqueuedSince(from)).toEqual([true, false, true]);
  });

  it('lets the sandbox sign a state change again', async () => {
    const from = logged.length;
    expect(await replay(stateChange(jwt(0)))).toEqual({
      code: 0,
      output: `200: ${planlens.url} accepted state change resume of ${tenantId}\n`,
    });
    expect(enqueuedSince(from)).toEqual([true]);
  });

  it('sends a state change of SuperOffice with its own token while that is valid', async () => {
    const refused = await replay(stateChange(jwt(Date.now() + 60_000)), [], realSuperOffice);
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/^401: .* refused state change resume of Cust20001\. The app must use/);
    const expired = await replay(stateChange(jwt(0)), [], realSuperOffice);
    expect([expired.code, expired.output]).toEqual([
      1,
      expect.stringContaining('the saved token expired at 1970-01-01T00:00:00.000Z'),
    ]);
  });

  it.each([
    ['another tenant', { ...webhook, ContextIdentifier: 'Cust404' }, [], 'Cust404 has not installed the app'],
    ['another file', { Hello: 1 }, [], 'The file is neither a webhook event'],
    ['no JSON', '{', [], 'is not JSON'],
    ['no app', webhook, ['--url', 'http://localhost:1'], 'http://localhost:1 does not respond. Start it'],
  ])('says what to do about %s', async (_case, callback, args, message) => {
    const { code, output } = await replay(callback, args);
    expect([code, output]).toEqual([1, expect.stringContaining(message)]);
    expect(output).not.toMatch(/ at .*\.ts/);
  });

  it('says what to do when the app uses another database', async () => {
    const other = await installedPlanlens();
    const { code, output } = await replay(webhook, ['--url', other.url]);
    expect([code, output]).toEqual([1, expect.stringContaining('The app must use the same database')]);
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
