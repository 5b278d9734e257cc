import { inspect, parseArgs } from 'node:util';
import { pino } from 'pino';
import { type Config, ConfigError, loadConfig, processEnvironment } from './config/config.ts';
import { createCallBudget } from './coordination/rate-limiter.ts';
import { createSecretBox } from './crypto/secret-box.ts';
import type { Database } from './database/database.ts';
import { openConfiguredDatabase } from './database/open-database.ts';
import { examineApp } from './doctor/check-app.ts';
import type { Finding } from './doctor/check-result.ts';
import { examineTenant } from './doctor/check-tenant.ts';
import { convertKeyFile, makeKeyFile, publicHalf } from './doctor/key-files.ts';
import { PrivateKeyError } from './superoffice/auth/private-key.ts';
import { connectSuperOffice } from './superoffice/client.ts';
import { createHttp } from './superoffice/transport/http.ts';
import { type CallbackInbox, createCallbackInbox } from './tenants/callback-queue.ts';
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
  doctor: { takes: [0, 1], run: ([ctx]) => withDatabase((deps) => doctor(deps, ctx)) },
  reencrypt: { takes: [0, 0], run: () => withDatabase(reencryptAll) },
  parked: { takes: [0, 0], run: () => withDatabase(({ db }) => listParked(inboxOf(db))) },
  retry: { takes: [1, 1], run: ([which = '']) => retryParked(which) },
  'key-new': { takes: [1, 1], run: async ([file = '']) => makeKey(file) },
  'key-show': { takes: [1, 1], run: async ([file = '']) => showKey(file) },
  'key-convert': { takes: [2, 2], run: async ([from = '', to = '']) => convertKey(from, to) },
};

process.exitCode = await run().catch((error: unknown) => {
  const isForReaders = error instanceof ConfigError || error instanceof PrivateKeyError || isFileError(error);
  process.stderr.write(`${isForReaders ? error.message : inspect(error)}\n`);
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

async function doctor({ db, config }: Deps, ctx: string | undefined): Promise<number> {
  const now = Date.now;
  const superOffice = connectSuperOffice({
    ...config.superOffice,
    redirectUri: `${config.publicUrl}/auth/callback`,
    onCall: () => {},
    onCircuitOpen: () => {},
    // What others keep must not hide that it could not be had now.
    sharedTickets: { find: async () => null, save: async () => {}, exclusively: (_ctx, work) => work() },
    takeCall: createCallBudget({ db }),
    now,
  });
  const { publicUrl } = config;
  const http = createHttp({ timeoutMs: 10_000 });
  const app = { loginUrl: config.superOffice.loginUrl, publicUrl, http, now, ...superOffice };
  const isWell = await report(examineApp(app));
  if (ctx === undefined) return isWell ? 0 : 1;

  const tenants = createTenantStore({ db, secrets: createSecretBox(config.encryptionKeys), now });
  const tenant = await tenants.find(ctx);
  if (tenant === null) {
    say(`BAD   installation: ${ctx} has not installed the app.`);
    return 1;
  }
  return (await report(examineTenant({ tenant, ...superOffice }))) && isWell ? 0 : 1;
}

async function report(findings: AsyncIterable<Finding>): Promise<boolean> {
  let isWell = true;
  for await (const { step, good, says, mend } of findings) {
    say(`${good ? 'good ' : 'BAD  '} ${step}: ${says}${mend && `\n      ${mend}`}`);
    isWell &&= good;
  }
  return isWell;
}

async function reencryptAll({ db, config }: Deps): Promise<number> {
  const onProgress = (done: number, total: number) => say(`${done} of ${total} sealed anew`);
  const secrets = createSecretBox(config.encryptionKeys);
  const { unreadable, byKey } = await reencrypt({ db, secrets, onProgress });
  for (const { table, ctx } of unreadable) say(`no key opens what ${table} keeps for ${ctx}`);
  for (const [id, count] of Object.entries(byKey)) say(`${count} sealed with key ${id}`);
  return unreadable.length === 0 ? 0 : 1;
}

async function listParked(inbox: CallbackInbox): Promise<number> {
  const parked = await inbox.parked();
  for (const { id, ctx, content, parkedAt, problem } of parked) {
    const { source, ...what } = content;
    say([id, ctx, source, Object.values(what).join(' '), parkedAt.toISOString(), problem].join('\t'));
  }
  say(`${parked.length} put aside`);
  return 0;
}

async function retryParked(which: string): Promise<number> {
  if (!/^(all|\d{1,18})$/.test(which)) return misused();
  return withDatabase(async ({ db }) => {
    const count = await inboxOf(db).retry(which === 'all' ? null : which);
    say(`${count} to be tried again`);
    return count > 0 || which === 'all' ? 0 : 1;
  });
}

function inboxOf(db: Database): CallbackInbox {
  return createCallbackInbox({ db, now: Date.now });
}

function makeKey(file: string): number {
  makeKeyFile(file);
  return showKey(file);
}

function showKey(file: string): number {
  const { pem, xml } = publicHalf(file);
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
