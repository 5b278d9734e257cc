import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { lockTenant } from './lock-tenant.ts';

/** A text with which administrators answer access requests, under a name. */
export interface SavedAnswer {
  readonly name: string;
  readonly text: string;
}

/** The answers that the administrators of a tenant saved. */
export interface SavedAnswerStore {
  /** All answers of a tenant by name. */
  list(tenantId: string): Promise<readonly SavedAnswer[]>;
  /** Null if there is no answer of this name. */
  find(tenantId: string, name: string): Promise<SavedAnswer | null>;
  /**
   * Saves an answer in place of the one named `replaced`; null for a new one.
   * @returns `taken` if another answer has the name, `full` if the tenant has `maxSavedAnswers`; both change nothing
   */
  save(tenantId: string, answer: SavedAnswer, replaced: string | null): Promise<'saved' | 'taken' | 'full'>;
  /** @returns false if there is no answer of this name */
  remove(tenantId: string, name: string): Promise<boolean>;
}

/** Answers of one tenant: as many as can be chosen from. */
export const maxSavedAnswers = 50;

export function createSavedAnswerStore({ db }: { db: Database }): SavedAnswerStore {
  const select = (tenantId: string) =>
    db.selectFrom('saved_answers').select(['name', 'text']).where('context_identifier', '=', tenantId);

  return {
    list: (tenantId) => select(tenantId).orderBy(sql`lower(name)`).orderBy('name').execute(),

    async find(tenantId, name) {
      return (await select(tenantId).where('name', '=', name).executeTakeFirst()) ?? null;
    },

    save: (tenantId, { name, text }, replaced) =>
      db.transaction().execute(async (transaction) => {
        // One after another, so that the number is exact.
        await lockTenant(transaction, tenantId);
        const rows = await transaction
          .selectFrom('saved_answers')
          .select('name')
          .where('context_identifier', '=', tenantId)
          .execute();
        const others = rows.filter((row) => row.name !== replaced);
        if (others.some((row) => row.name === name)) return 'taken';
        if (others.length >= maxSavedAnswers) return 'full';
        if (replaced !== null)
          await transaction
            .deleteFrom('saved_answers')
            .where('context_identifier', '=', tenantId)
            .where('name', '=', replaced)
            .execute();
        await transaction
          .insertInto('saved_answers')
          .values({ context_identifier: tenantId, name, text })
          .execute();
        return 'saved';
      }),

    async remove(tenantId, name) {
      const { numDeletedRows } = await db
        .deleteFrom('saved_answers')
        .where('context_identifier', '=', tenantId)
        .where('name', '=', name)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}
