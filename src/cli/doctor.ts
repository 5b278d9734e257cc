import type { Config } from '../config/config.ts';
import { deleteJobsOfTenant } from '../coordination/jobs/tenant-jobs.ts';
import { createRateLimiter } from '../coordination/rate-limiter.ts';
import { createSecretBox } from '../crypto/secret-box.ts';
import { checkApp } from '../doctor/check-app.ts';
import { type CheckResult, failed, passed } from '../doctor/check-result.ts';
import { checkTenant } from '../doctor/check-tenant.ts';
import { connectSuperOffice } from '../superoffice/client.ts';
import { createHttp } from '../superoffice/transport/http.ts';
import { createTenantStore } from '../tenants/tenant-store.ts';
import { createWebhookStore } from '../tenants/webhook-store.ts';
import { type Command, expectArguments, print } from './command.ts';
import { type DatabaseCommandDeps, withDatabase } from './with-database.ts';

/** Checks the configuration against SuperOffice, and optionally the access to one tenant. */
export const doctorCommand: Command = {
  summary: 'check the configuration, and the access to a tenant',
  help: `Usage: planlens doctor [<tenant>]

Connects to the database, creates or upgrades its tables, and checks the configuration step by step against
SuperOffice. Names the remedy for each problem. With a tenant such as Cust12345, also checks the access to that
tenant. Exits with 1 if a check fails. A question mark marks a check that cannot tell.
`,
  async run(args) {
    expectArguments(args, 0, 1);
    return withDatabase((deps) => doctor(deps, args[0]));
  },
};

async function doctor({ db, config }: DatabaseCommandDeps, tenantId: string | undefined): Promise<number> {
  printResult(passed('database', describeDatabase(config.database)));
  const now = Date.now;
  const superOffice = connectSuperOffice({
    ...config.superOffice,
    redirectUri: `${config.publicUrl}/auth/callback`,
    onCall: () => {},
    onStateReadAgain: () => {},
    onCircuitOpen: () => {},
    // A stored ticket would hide that a new one cannot be obtained.
    ticketStore: { find: async () => null, save: async () => {}, withLock: (_tenantId, work) => work() },
    acquireCall: createRateLimiter({ db }),
    now,
  });
  const { publicUrl } = config;
  const http = createHttp({ timeoutMs: 10_000 });
  const app = { loginUrl: config.superOffice.loginUrl, publicUrl, http, now, ...superOffice };
  const appOk = await printResults(checkApp(app));
  if (tenantId === undefined) return appOk ? 0 : 1;

  const secrets = createSecretBox(config.encryptionKeys);
  const tenants = createTenantStore({ db, secrets, deleteJobs: deleteJobsOfTenant, now });
  const tenant = await tenants.find(tenantId);
  if (tenant === null) {
    printResult(failed('installation', `${tenantId} has not installed the app.`, ''));
    return 1;
  }
  const own = await createWebhookStore({ db, secrets, now }).find(tenantId);
  const webhook = { address: `${publicUrl}/callbacks/webhooks/`, webhookId: own?.webhookId ?? null };
  const tenantOk = await printResults(checkTenant({ tenant, webhook, ...superOffice }));
  return appOk && tenantOk ? 0 : 1;
}

/** Names the database that the command is connected to, without user and password. */
function describeDatabase(location: Config['database']): string {
  if ('dataDir' in location) return 'The embedded PostgreSQL runs, because DATABASE_URL is not set.';
  const { host, pathname } = new URL(location.url);
  return `PostgreSQL at ${host}${pathname} accepts DATABASE_URL.`;
}

/** @returns whether no check failed */
async function printResults(results: AsyncIterable<CheckResult>): Promise<boolean> {
  let allOk = true;
  for await (const result of results) {
    printResult(result);
    allOk &&= result.ok !== false;
  }
  return allOk;
}

function printResult({ step, ok, message, remedy }: CheckResult): void {
  const label = ok === null ? '?   ' : ok ? 'ok  ' : 'FAIL';
  print(`${label}  ${step}: ${message}${remedy && `\n      ${remedy}`}`);
}
