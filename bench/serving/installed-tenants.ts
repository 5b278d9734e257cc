import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { generateAppCredentials, registerApp, systemUserToken } from '../../sandbox/app-registration.ts';
import { keyringSchema } from '../../src/crypto/keyring.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { openDatabase } from '../../src/database/database.ts';
import { createTenantStore } from '../../src/tenants/tenant-store.ts';
import { freePort } from '../../test/support/free-port.ts';
import { type BenchDatabase, createEnvironment, root } from './bench-database.ts';

/** An app whose tenants a sandbox in a process of its own serves. */
export interface InstalledTenants {
  readonly environment: NodeJS.ProcessEnv;
  readonly tenantIds: readonly string[];
  /** The number of the first user of each tenant; the others follow. */
  readonly firstUser: number;
  /** The process of the sandbox. */
  readonly sandbox: ChildProcess;
  /** Runs a control of the sandbox (sandbox/README.md). */
  control(name: string, input?: object): Promise<unknown>;
  /** The requests that the sandbox received since the last call. */
  takeRequests(): Promise<Requests>;
  stop(): Promise<void>;
}

/** The latest calls, in the order of their arrival; `at` in ms since 1970. */
type Requests = readonly { readonly operation: string; readonly tenantId: string; readonly at: number }[];

const firstUser = 1_000;

/**
 * Starts a sandbox with tenants that have approved the app, and stores their consents in a database. They are not provisioned,
 * and nothing of them has been read.
 */
export async function installTenants(
  benchDatabase: BenchDatabase,
  {
    database,
    tenants,
    users,
  }: { readonly database: string; readonly tenants: number; readonly users: number },
): Promise<InstalledTenants> {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const url = `http://localhost:${port}`;
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const credentials = generateAppCredentials();
  const tenantIds = Array.from({ length: tenants }, (_each, index) => `Cust${800_000 + index}`);
  const sandbox = await startSandboxProcess({
    port: sandboxPort,
    appUrl: url,
    credentials,
    tenantIds,
    users,
  });
  const environment = await createEnvironment(await benchDatabase.ensureDatabase(database), {
    PORT: String(port),
    PUBLIC_URL: url,
    SUPEROFFICE_LOGIN_URL: sandboxUrl,
    SUPEROFFICE_CLIENT_ID: credentials.clientId,
    SUPEROFFICE_CLIENT_SECRET: credentials.clientSecret,
    SUPEROFFICE_PRIVATE_KEY: credentials.privateKeyPem,
  });
  const app = registerApp(url, credentials);
  await saveConsents(environment, tenantIds, (tenantId) => systemUserToken(app, tenantId));
  const control = async (name: string, input: object = {}) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(input);
    const response = await fetch(`${sandboxUrl}/_control/${name}`, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
    return response.json();
  };
  return {
    environment,
    tenantIds,
    firstUser,
    sandbox,
    control,
    async takeRequests() {
      const requests = (await control('requests')) as Requests;
      await control('clearRequests');
      return requests;
    },
    async stop() {
      const ended = once(sandbox, 'exit');
      sandbox.kill();
      await ended;
    },
  };
}

async function startSandboxProcess(settings: object): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', `${root}bench/serving/sandbox-program.ts`], {
    env: { PATH: process.env.PATH, BENCH_SANDBOX: JSON.stringify(settings) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the sandbox ended')));
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return child;
}

async function saveConsents(
  environment: NodeJS.ProcessEnv,
  tenantIds: readonly string[],
  toToken: (tenantId: string) => string,
): Promise<void> {
  const db = await openDatabase(String(environment.DATABASE_URL), () => {});
  const secrets = createSecretBox(keyringSchema.parse(environment.ENCRYPTION_KEYS));
  const store = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });
  for (const [index, tenantId] of tenantIds.entries()) {
    const consent = {
      tenantId,
      companyName: `Company ${index}`,
      serial: String(1 + index),
      associateId: firstUser,
    };
    await store.saveConsent({ ...consent, systemToken: toToken(tenantId) });
  }
  // The first reconciliation is due at once, as after an installation.
  await db.updateTable('tenants').set({ next_reconcile_at: new Date() }).execute();
  await db.destroy();
}
