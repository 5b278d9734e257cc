import { z } from 'zod';
import { closeBoss, startBoss } from '../coordination/jobs/boss.ts';
import { createDeadLetters, type DeadLetters } from '../coordination/jobs/dead-letters.ts';
import { type Command, expectArguments, print, UsageError } from './command.ts';
import { withDatabase } from './with-database.ts';

/** Lists dead letters, or schedules them for retry. */
export const deadLettersCommand: Command = {
  summary: 'list the jobs that failed too often, or retry them',
  help: `Usage: planlens dead-letters list
       planlens dead-letters retry <id|all>

  list            list the jobs that failed too often
  retry <id|all>  schedule one dead letter, or all of them, for retry; exits with 1 if the id is unknown
`,
  async run([subcommand, ...args]) {
    if (subcommand === 'list') {
      expectArguments(args, 0);
      return withDeadLetters(listDeadLetters);
    }
    if (subcommand === 'retry') {
      expectArguments(args, 1);
      return retryDeadLetters(args[0] ?? '');
    }
    throw new UsageError('expected list or retry');
  },
};

/** Opens the dead letters; the command works on no other job. */
async function withDeadLetters(work: (deadLetters: DeadLetters) => Promise<number>): Promise<number> {
  return withDatabase(async ({ url }) => {
    const boss = await startBoss({ url, isWorker: false, onFailed: () => {} });
    try {
      return await work(createDeadLetters(boss));
    } finally {
      await closeBoss(boss);
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
  if (id !== 'all' && !z.uuid().safeParse(id).success)
    throw new UsageError(`“${id}” is neither the id of a dead letter nor all`);
  return withDeadLetters(async (deadLetters) => {
    const count = await deadLetters.retry(id === 'all' ? null : id);
    print(`${count} scheduled for retry`);
    return count > 0 || id === 'all' ? 0 : 1;
  });
}
