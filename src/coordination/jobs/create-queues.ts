import type { PgBoss, Queue } from 'pg-boss';
import { deadLetterQueue, queueOptions, queueWork } from './queues.ts';

type ChangeableOptions = Omit<Queue, 'name' | 'policy' | 'partition'>;

/**
 * Creates the queues that are missing, and gives the others the options of this version. The process that started last
 * decides. Stored jobs keep theirs, and the policy of a queue cannot change.
 */
export async function createQueues(boss: PgBoss): Promise<void> {
  const existing = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  async function createOrUpdate(
    name: string,
    policy: 'standard' | 'short',
    options: ChangeableOptions,
  ): Promise<void> {
    const queue = existing.get(name);
    if (queue === undefined) return boss.createQueue(name, { ...options, policy });
    const isCurrent = Object.entries(options).every(
      ([key, value]) => queue[key as keyof ChangeableOptions] === value,
    );
    if (!isCurrent) await boss.updateQueue(name, options);
  }
  await createOrUpdate(deadLetterQueue, 'standard', { ...queueOptions, notify: false });
  for (const [name, { notify }] of Object.entries(queueWork))
    await createOrUpdate(name, 'short', { ...queueOptions, notify, deadLetter: deadLetterQueue });
}
