import { createTurns } from '../../../../src/coordination/keyed-mutex.ts';
import type { HeldTicket, SharedTickets } from '../../../../src/superoffice/auth/tickets.ts';

/** A process alone: nobody keeps a ticket for it. */
export const nothingShared: SharedTickets = {
  find: async () => null,
  save: async () => {},
  exclusively: (_ctx, work) => work(),
};

/** What several processes share. */
export function createSharedTickets(): SharedTickets {
  const kept = new Map<string, HeldTicket>();
  return {
    find: async (ctx) => kept.get(ctx) ?? null,
    save: async (ctx, held) => void kept.set(ctx, held),
    exclusively: createTurns(),
  };
}
