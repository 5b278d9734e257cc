import type { DatabaseSession } from '../database/database-session.ts';
import { AppError } from '../errors.ts';

/** The sessions that hold the advisory locks of a process. */
export interface LockSessions {
  /**
   * The session with the fewest pending queries; opens another one while all are busy, up to four. A lost session is
   * replaced.
   * @throws AppError `database-unavailable` when none can be opened
   */
  leastBusy(): Promise<DatabaseSession>;
  /** Ends all sessions, and with them their locks. */
  close(): Promise<void>;
}

/** More than one, so that a connection that hangs, or a long transaction, does not delay every lock. */
const maxSessions = 4;

/** @param open opens a session */
export function createLockSessions(open: () => Promise<DatabaseSession>): LockSessions {
  let sessions: DatabaseSession[] = [];
  let opening: Promise<void> | null = null;
  let isClosed = false;

  async function add(): Promise<void> {
    const session = await open();
    if (isClosed) await session.end();
    else sessions.push(session);
  }

  return {
    async leastBusy() {
      sessions = sessions.filter((session) => !session.hasEnded());
      if (sessions.length < maxSessions && sessions.every((session) => session.pending() > 0)) {
        opening ??= add().finally(() => {
          opening = null;
        });
        await opening.catch((error: unknown) => {
          if (sessions.length === 0) throw error;
        });
      }
      const [session] = sessions.toSorted((one, other) => one.pending() - other.pending());
      if (session === undefined) throw new AppError('database-unavailable', { detail: 'session-ended' });
      // Last among equals the next time: a burst of tasks asks before the first query is pending.
      sessions = [...sessions.filter((each) => each !== session), session];
      return session;
    },

    async close() {
      isClosed = true;
      await Promise.all(sessions.map((session) => session.end()));
    },
  };
}
