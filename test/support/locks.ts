import type { Lock } from '../../src/coordination/advisory-locks.ts';
import type { Database } from '../../src/database/database.ts';

/** A lock for tests that have no competitor. */
export function uncontendedLock(db: Database): Lock {
  return { transaction: (work) => db.transaction().execute(work) };
}
