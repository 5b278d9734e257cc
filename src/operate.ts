import { inspect, parseArgs } from 'node:util';
import { pino } from 'pino';
import { type Config, ConfigError, loadConfig, processEnvironment } from './config.ts';
import { openConfiguredDatabase } from './configured-database.ts';
import { type CallbackInbox, createCallbackInbox } from './tenants/callback-inbox.ts';
import type { Database } from './tenants/database.ts';
import { reencrypt } from './tenants/reencrypt.ts';
import { createSecretBox } from './tenants/secret-box.ts';

const usage = `Usage: npm run operate -- <command>

  reencrypt      seals every secret with the first key of ENCRYPTION_KEYS; may be stopped, and run again
  parked         lists the callbacks that were put aside after failing too often
  retry <id>     has one of them tried again; "retry all" has all of them
`;

/** Does one thing for the operator; servers on the same database may run meanwhile. @returns the exit code */
type Command = (deps: { db: Database; config: Config; argument: string | undefined }) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  async reencrypt({ db, config }) {
    const onProgress = (done: number, total: number) => say(`${done} of ${total} sealed anew`);
    const { unreadable, byKey } = await reencrypt({
      db,
      secrets: createSecretBox(config.encryptionKeys),
      onProgress,
    });
    for (const { table, ctx } of unreadable) say(`no key opens what ${table} keeps for ${ctx}`);
    for (const [id, count] of Object.entries(byKey)) say(`${count} sealed with key ${id}`);
    return unreadable.length === 0 ? 0 : 1;
  },

  async parked({ db }) {
    const parked = await inboxOf(db).parked();
    for (const { id, ctx, content, parkedAt, problem } of parked) {
      const { source, ...what } = content;
      say([id, ctx, source, Object.values(what).join(' '), parkedAt.toISOString(), problem].join('\t'));
    }
    say(`${parked.length} put aside`);
    return 0;
  },

  async retry({ db, argument }) {
    if (argument === undefined || !/^(all|\d{1,18})$/.test(argument)) return misused();
    const count = await inboxOf(db).retry(argument === 'all' ? null : argument);
    say(`${count} to be tried again`);
    return count > 0 || argument === 'all' ? 0 : 1;
  },
};

process.exitCode = await run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : inspect(error)}\n`);
  return 1;
});

async function run(): Promise<number> {
  const [name = '', argument, ...more] = parseArgs({ allowPositionals: true, strict: false }).positionals;
  const command = Object.hasOwn(commands, name) && more.length === 0 ? commands[name] : undefined;
  if (command === undefined) return misused();
  const config = loadConfig(processEnvironment());
  const { db, closeDatabase } = await openConfiguredDatabase(config.database, pino({ level: 'silent' }));
  try {
    return await command({ db, config, argument });
  } finally {
    await closeDatabase();
  }
}

function inboxOf(db: Database): CallbackInbox {
  return createCallbackInbox({ db, now: Date.now });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function misused(): number {
  process.stderr.write(usage);
  return 2;
}
