import type { Database } from '../database/database.ts';
import { type CallbackQueue, createCallbackQueue } from '../tenants/callback-queue.ts';
import { type Command, expectArguments, print, UsageError } from './command.ts';
import { withDatabase } from './with-database.ts';

/** Lists dead letters, or schedules them for retry. */
export const deadLettersCommand: Command = {
  summary: 'list the callbacks that failed too often, or retry them',
  help: `Usage: planlens dead-letters list
       planlens dead-letters retry <id|all>

  list            list the callbacks that failed too often
  retry <id|all>  schedule one dead letter, or all of them, for retry; exits with 1 if the id is unknown
`,
  async run([subcommand, ...args]) {
    if (subcommand === 'list') {
      expectArguments(args, 0);
      return withDatabase(({ db }) => listDeadLetters(openQueue(db)));
    }
    if (subcommand === 'retry') {
      expectArguments(args, 1);
      return retryDeadLetters(args[0] ?? '');
    }
    throw new UsageError('expected list or retry');
  },
};

async function listDeadLetters(callbackQueue: CallbackQueue): Promise<number> {
  const deadLetters = await callbackQueue.deadLetters();
  for (const { id, tenantId, content, deadLetteredAt, lastError } of deadLetters) {
    const { source, ...details } = content;
    const columns = [id, tenantId, source, Object.values(details).join(' ')];
    print([...columns, deadLetteredAt.toISOString(), lastError].join('\t'));
  }
  print(`${deadLetters.length} dead-lettered`);
  return 0;
}

async function retryDeadLetters(id: string): Promise<number> {
  if (!/^(all|\d{1,18})$/.test(id))
    throw new UsageError(`“${id}” is neither the id of a dead letter nor all`);
  return withDatabase(async ({ db }) => {
    const count = await openQueue(db).retry(id === 'all' ? null : id);
    print(`${count} scheduled for retry`);
    return count > 0 || id === 'all' ? 0 : 1;
  });
}

function openQueue(db: Database): CallbackQueue {
  return createCallbackQueue({ db, now: Date.now });
}
