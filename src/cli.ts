import { inspect, parseArgs } from 'node:util';
import { pino } from 'pino';
import { type Config, ConfigError, loadConfig, processEnvironment } from './config/config.ts';
import { createRateLimiter } from './coordination/rate-limiter.ts';
import { createSecretBox } from './crypto/secret-box.ts';
import type { Database } from './database/database.ts';
import { IncompatibleDatabaseError } from './database/migrate.ts';
import { openConfiguredDatabase } from './database/open-database.ts';
import { checkApp } from './doctor/check-app.ts';
import type { CheckResult } from './doctor/check-result.ts';
import { checkTenant } from './doctor/check-tenant.ts';
import { convertKeyFile, exportPublicKey, generateKeyFile } from './doctor/key-files.ts';
import { PrivateKeyError } from './superoffice/auth/private-key.ts';
import { connectSuperOffice } from './superoffice/client.ts';
import { createHttp } from './superoffice/transport/http.ts';
import { type CallbackQueue, createCallbackQueue } from './tenants/callback-queue.ts';
import { reencrypt } from './tenants/reencrypt.ts';
import { createTenantStore } from './tenants/tenant-store.ts';

const usage = `Usage: npm run operate -- <command>

  doctor [customer]     examines the configuration step by step, and the way to one customer, such as Cust12345
  reencrypt             seals every secret with the first key of ENCRYPTION_KEYS; may be stopped, and run again
  parked                lists the callbacks that were put aside after failing too often
  retry <id>            has one of them tried again; "retry all" has all of them
  key-new <file>        makes a key pair: the private key into the file, the public one is shown for the portal
  key-show <file>       shows the public half of a private key, PEM or RSAKeyValue XML
  key-convert <from> <to>   PEM from the portal's RSAKeyValue XML, or the other way round
`;

/** Does one thing for the operator; servers on the same database may run meanwhile. @returns the exit code */
type Command = (line: readonly string[]) => Promise<number>;

/** By name: how many arguments it takes, at least and at most, and what it does. */
const commands: Readonly<Record<string, { takes: readonly [number, number]; run: Command }>> = {
  doctor: { takes: [0, 1], run: ([tenantId]) => withDatabase((deps) => doctor(deps, tenantId)) },
  reencrypt: { takes: [0, 0], run: () => withDatabase(reencryptAll) },
  parked: { takes: [0, 0], run: () => withDatabase(({ db }) => listDeadLetters(callbackQueueOf(db))) },
  retry: { takes: [1, 1], run: ([which = '']) => retryDeadLetters(which) },
  'key-new': { takes: [1, 1], run: async ([file = '']) => makeKey(file) },
  'key-show': { takes: [1, 1], run: async ([file = '']) => showKey(file) },
  'key-convert': { takes: [2, 2], run: async ([from = '', to = '']) => convertKey(from, to) },
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
// A connection kept open for the next call would keep the process.
process.exit();

async function run(): Promise<number> {
  const [name = '', ...line] = parseArgs({ allowPositionals: true, strict: false }).positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const [least, most] = command?.takes ?? [0, 0];
  const fits = command !== undefined && line.length >= least && line.length <= most;
  return fits ? command.run(line) : misused();
}

interface Deps {
  readonly db: Database;
  readonly config: Config;
}

async function withDatabase(work: (deps: Deps) => Promise<number>): Promise<number> {
  const config = loadConfig(processEnvironment());
  const { db, closeDatabase } = await openConfiguredDatabase(config.database, pino({ level: 'silent' }));
  try {
    return await work({ db, config });
  } finally {
    await closeDatabase();
  }
}

async function doctor({ db, config }: Deps, tenantId: string | undefined): Promise<number> {
  const now = Date.now;
  const superOffice = connectSuperOffice({
    ...config.superOffice,
    redirectUri: `${config.publicUrl}/auth/callback`,
    onCall: () => {},
    onCircuitOpen: () => {},
    // What others keep must not hide that it could not be had now.
    ticketStore: { find: async () => null, save: async () => {}, withLock: (_tenantId, work) => work() },
    acquireCall: createRateLimiter({ db }),
    now,
  });
  const { publicUrl } = config;
  const http = createHttp({ timeoutMs: 10_000 });
  const app = { loginUrl: config.superOffice.loginUrl, publicUrl, http, now, ...superOffice };
  const isWell = await report(checkApp(app));
  if (tenantId === undefined) return isWell ? 0 : 1;

  const tenants = createTenantStore({ db, secrets: createSecretBox(config.encryptionKeys), now });
  const tenant = await tenants.find(tenantId);
  if (tenant === null) {
    say(`BAD   installation: ${tenantId} has not installed the app.`);
    return 1;
  }
  return (await report(checkTenant({ tenant, ...superOffice }))) && isWell ? 0 : 1;
}

async function report(findings: AsyncIterable<CheckResult>): Promise<boolean> {
  let isWell = true;
  for await (const { step, ok, message, remedy } of findings) {
    say(`${ok ? 'good ' : 'BAD  '} ${step}: ${message}${remedy && `\n      ${remedy}`}`);
    isWell &&= ok;
  }
  return isWell;
}

async function reencryptAll({ db, config }: Deps): Promise<number> {
  const onProgress = (done: number, total: number) => say(`${done} of ${total} sealed anew`);
  const secrets = createSecretBox(config.encryptionKeys);
  const { unreadable, byKey } = await reencrypt({ db, secrets, onProgress });
  for (const { table, tenantId } of unreadable) say(`no key opens what ${table} keeps for ${tenantId}`);
  for (const [id, count] of Object.entries(byKey)) say(`${count} sealed with key ${id}`);
  return unreadable.length === 0 ? 0 : 1;
}

async function listDeadLetters(callbackQueue: CallbackQueue): Promise<number> {
  const parked = await callbackQueue.deadLetters();
  for (const { id, tenantId, content, deadLetteredAt, lastError } of parked) {
    const { source, ...what } = content;
    say(
      [id, tenantId, source, Object.values(what).join(' '), deadLetteredAt.toISOString(), lastError].join(
        '\t',
      ),
    );
  }
  say(`${parked.length} put aside`);
  return 0;
}

async function retryDeadLetters(which: string): Promise<number> {
  if (!/^(all|\d{1,18})$/.test(which)) return misused();
  return withDatabase(async ({ db }) => {
    const count = await callbackQueueOf(db).retry(which === 'all' ? null : which);
    say(`${count} to be tried again`);
    return count > 0 || which === 'all' ? 0 : 1;
  });
}

function callbackQueueOf(db: Database): CallbackQueue {
  return createCallbackQueue({ db, now: Date.now });
}

function makeKey(file: string): number {
  generateKeyFile(file);
  return showKey(file);
}

function showKey(file: string): number {
  const { pem, xml } = exportPublicKey(file);
  say(`${pem}\n${xml}`);
  return 0;
}

function convertKey(from: string, to: string): number {
  say(`${to} holds the same key as ${convertKeyFile(from, to)}`);
  return 0;
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'path' in error;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function misused(): number {
  process.stderr.write(usage);
  return 2;
}
