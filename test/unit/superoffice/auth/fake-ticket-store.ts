import { createKeyedMutex } from '../../../../src/coordination/keyed-mutex.ts';
import type { StoredTicket, TicketStore } from '../../../../src/superoffice/auth/tickets.ts';

/** A process alone: nobody keeps a ticket for it. */
export const unsharedTicketStore: TicketStore = {
  find: async () => null,
  save: async () => {},
  withLock: (_tenantId, work) => work(),
};

/** What several processes share. */
export function createFakeTicketStore(): TicketStore {
  const kept = new Map<string, StoredTicket>();
  return {
    find: async (tenantId) => kept.get(tenantId) ?? null,
    save: async (tenantId, held) => void kept.set(tenantId, held),
    withLock: createKeyedMutex(),
  };
}
