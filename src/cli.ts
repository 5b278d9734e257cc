import { inspect, parseArgs } from 'node:util';
import { pino } from 'pino';
import { z } from 'zod';
import { type Config, ConfigError, loadConfig, processEnvironment } from './config/config.ts';
import type { DeadLetters } from './coordination/jobs/dead-letters.ts';
import { openJobQueue } from './coordination/jobs/job-queue.ts';
import { deleteJobsOfTenant } from './coordination/jobs/queue-depth.ts';
import { createRateLimiter } from './coordination/rate-limiter.ts';
import { createSecretBox } from './crypto/secret-box.ts';
import { openConfiguredDatabase } from './database/configured-database.ts';
import type { Database } from './database/database.ts';
import { IncompatibleDatabaseError } from './database/migrate.ts';
import { checkApp } from './doctor/check-app.ts';
import { type CheckResult, failed } from './doctor/check-result.ts';
import { checkTenant } from './doctor/check-tenant.ts';
import { convertKeyFile, exportPublicKey, generateKeyFile } from './doctor/key-files.ts';
import { PrivateKeyError } from './superoffice/auth/private-key.ts';
import { connectSuperOffice } from './superoffice/client.ts';
import { createHttp } from './superoffice/transport/http.ts';
import { reencrypt } from './tenants/reencrypt.ts';
import { createTenantStore } from './tenants/tenant-store.ts';

const usage = `Usage: npm run cli -- <command>

  doctor [<tenant>]            check the configuration, and the access to a tenant such as Cust12345
  dead-letters list            list the jobs that failed too often
  dead-letters retry <id|all>  schedule one dead letter, or all of them, for retry
  keys generate <file>         write a new private key to a file and print its public key for the Developer Portal
  keys show <file>             print the public key of a private key, in PEM or RSAKeyValue XML
  keys convert <from> <to>     convert a private key from the portal's RSAKeyValue XML to PEM, or back
  keys rotate                  re-encrypt all secrets with the first key of ENCRYPTION_KEYS; can be interrupted and repeated
`;

/** Runs a command. Servers on the same database may run meanwhile. @returns the exit code */
interface Command {
  /** The minimum and maximum number of arguments. */
  readonly arity: readonly [min: number, max: number];
  readonly run: (args: readonly string[]) => Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  doctor: { arity: [0, 1], run: ([tenantId]) => withDatabase((deps) => doctor(deps, tenantId)) },
  'dead-letters list': { arity: [0, 0], run: () => withDeadLetters(listDeadLetters) },
  'dead-letters retry': { arity: [1, 1], run: ([id = '']) => retryDeadLetters(id) },
  'keys generate': { arity: [1, 1], run: async ([file = '']) => generateKey(file) },
  'keys show': { arity: [1, 1], run: async ([file = '']) => showKey(file) },
  'keys convert': { arity: [2, 2], run: async ([from = '', to = '']) => convertKey(from, to) },
  'keys rotate': { arity: [0, 0], run: () => withDatabase(rotateKeys) },
};

process.exitCode = await run().catch((error: unknown) => {
  const isForOperator =
    error instanceof ConfigError ||
    error instanceof IncompatibleDatabaseError ||
    error instanceof PrivateKeyError ||
    isFileError(error);
  process.stderr.write(`${isForOperator ? error.message : inspect(error)}\n`);
  return 1;
});
// An idle keep-alive connection would keep the process alive.
process.exit();

async function run(): Promise<number> {
  const { positionals } = parseArgs({ allowPositionals: true, strict: false });
  for (const words of [1, 2]) {
    const name = positionals.slice(0, words).join(' ');
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) continue;
    const args = positionals.slice(words);
    const [min, max] = command.arity;
    return args.length >= min && args.length <= max ? command.run(args) : printUsage();
  }
  return printUsage();
}

interface CommandDeps {
  readonly db: Database;
  readonly config: Config;
  /** The connection URL, with its password. */
  readonly url: string;
}

async function withDatabase(work: (deps: CommandDeps) => Promise<number>): Promise<number> {
  const config = loadConfig(processEnvironment());
  const { db, url, closeDatabase } = await openConfiguredDatabase(config.database, pino({ level: 'silent' }));
  try {
    return await work({ db, config, url });
  } finally {
    await closeDatabase();
  }
}

async function doctor({ db, config }: CommandDeps, tenantId: string | undefined): Promise<number> {
  const now = Date.now;
  const superOffice = connectSuperOffice({
    ...config.superOffice,
    redirectUri: `${config.publicUrl}/auth/callback`,
    onCall: () => {},
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
  const tenantOk = await printResults(checkTenant({ tenant, ...superOffice }));
  return appOk && tenantOk ? 0 : 1;
}

/** @returns whether all checks passed */
async function printResults(results: AsyncIterable<CheckResult>): Promise<boolean> {
  let allOk = true;
  for await (const result of results) {
    printResult(result);
    allOk &&= result.ok;
  }
  return allOk;
}

function printResult({ step, ok, message, remedy }: CheckResult): void {
  print(`${ok ? 'ok  ' : 'FAIL'}  ${step}: ${message}${remedy && `\n      ${remedy}`}`);
}

/** Opens the job queue for a command; it processes no jobs. */
async function withDeadLetters(work: (deadLetters: DeadLetters) => Promise<number>): Promise<number> {
  return withDatabase(async ({ url }) => {
    const jobs = await openJobQueue({ url, onJobAttempt: () => {}, onJobQueueFailed: () => {} });
    try {
      return await work(jobs.deadLetters);
    } finally {
      await jobs.close();
    }
  });
}

async function listDeadLetters(deadLetters: DeadLetters): Promise<number> {
  const all = await deadLetters.list();
  for (const { id, queue, payload, deadLetteredAt, lastError } of all) {
    print([id, queue, JSON.stringify(payload), deadLetteredAt.toISOString(), lastError].join('\t'));
  }
  print(`${all.length} dead-lettered`);
  return 0;
}

async function retryDeadLetters(id: string): Promise<number> {
  if (id !== 'all' && !z.uuid().safeParse(id).success) return printUsage();
  return withDeadLetters(async (deadLetters) => {
    const count = await deadLetters.retry(id === 'all' ? null : id);
    print(`${count} scheduled for retry`);
    return count > 0 || id === 'all' ? 0 : 1;
  });
}

function generateKey(file: string): number {
  generateKeyFile(file);
  return showKey(file);
}

function showKey(file: string): number {
  const { pem, xml } = exportPublicKey(file);
  print(`${pem}\n${xml}`);
  return 0;
}

function convertKey(from: string, to: string): number {
  print(`${to}: written as ${convertKeyFile(from, to)}`);
  return 0;
}

async function rotateKeys({ db, config }: CommandDeps): Promise<number> {
  const onProgress = (done: number, total: number) => print(`${done} of ${total} re-encrypted`);
  const secrets = createSecretBox(config.encryptionKeys);
  const { unreadable, byKey } = await reencrypt({ db, secrets, onProgress });
  for (const { table, tenantId } of unreadable) print(`${table} of ${tenantId}: no key decrypts the secret`);
  for (const [id, count] of Object.entries(byKey)) print(`${count} encrypted with key ${id}`);
  return unreadable.length === 0 ? 0 : 1;
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'path' in error;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printUsage(): number {
  process.stderr.write(usage);
  return 2;
}
