import type { PgBoss, QueueOptions } from 'pg-boss';
import { deadLetterQueue, queueOptions, queueWork } from './queues.ts';

/** Creates the queues that are missing, and gives the others the options of this version; their policy cannot change. */
export async function createQueues(boss: PgBoss): Promise<void> {
  const existing = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  async function bring(
    name: string,
    policy: 'standard' | 'short',
    own: { readonly notify: boolean; readonly deadLetter?: string },
  ): Promise<void> {
    const options: QueueOptions = { ...queueOptions, ...own };
    const queue = existing.get(name);
    if (queue === undefined) return boss.createQueue(name, { ...options, policy });
    const isCurrent = Object.entries(options).every(
      ([key, value]) => queue[key as keyof QueueOptions] === value,
    );
    if (!isCurrent) await boss.updateQueue(name, options);
  }
  await bring(deadLetterQueue, 'standard', { notify: false });
  for (const [name, { notify }] of Object.entries(queueWork))
    await bring(name, 'short', { notify, deadLetter: deadLetterQueue });
}
