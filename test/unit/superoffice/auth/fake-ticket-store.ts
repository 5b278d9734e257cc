import { createKeyedMutex } from '../../../../src/coordination/keyed-mutex.ts';
import type { StoredTicket, TicketStore } from '../../../../src/superoffice/auth/tickets.ts';

/** A store that shares nothing, as if there were only one process. */
export const unsharedTicketStore: TicketStore = {
  find: async () => null,
  save: async () => {},
  withLock: (_tenantId, work) => work(),
};

/** An in-memory store that several processes share. */
export function createFakeTicketStore(): TicketStore {
  const tickets = new Map<string, StoredTicket>();
  return {
    find: async (tenantId) => tickets.get(tenantId) ?? null,
    save: async (tenantId, ticket) => void tickets.set(tenantId, ticket),
    withLock: createKeyedMutex(),
  };
}
