import { describe, expect, it } from 'vitest';
import type { SystemUserRequest } from '../../../../src/superoffice/auth/system-user.ts';
import {
  createTickets,
  newReplacementMs,
  type SystemUserTenant,
} from '../../../../src/superoffice/auth/tickets.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { testTime } from '../../../support/tokens.ts';
import { expectRejection } from '../expect-rejection.ts';
import { createFakeTicketStore, unsharedTicketStore } from './fake-ticket-store.ts';

const hourMs = 60 * 60 * 1000;
const tenant: SystemUserTenant = { tenantId: 'Cust1', serial: '11', systemToken: () => 'token-1' };
const neighbour: SystemUserTenant = { tenantId: 'Cust2', serial: '22', systemToken: () => 'token-2' };

/** Tickets whose exchanges are recorded. After `hold()`, exchanges wait until its result is called. */
function setUp() {
  const requests: SystemUserRequest[] = [];
  let time = testTime;
  let gate = Promise.resolve();
  const failures: SuperOfficeError[] = [];
  const tickets = createTickets({
    now: () => time,
    store: unsharedTicketStore,
    async exchange(request) {
      requests.push(request);
      const ticket = `7T:${request.tenantId}-${requests.length}`;
      await gate;
      const failure = failures.shift();
      if (failure) throw failure;
      return ticket;
    },
  });
  return {
    tickets,
    requests,
    failures,
    advance(ms: number) {
      time += ms;
    },
    hold(): () => void {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => open();
    },
  };
}

describe('system user ticket', () => {
  it('exchanges once for a hundred concurrent callers', async () => {
    const { tickets, requests, hold } = setUp();
    const open = hold();
    const waiting = Array.from({ length: 100 }, () => tickets.getTicket(tenant));
    open();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['7T:Cust1-1']));
    expect(requests).toEqual([{ tenantId: 'Cust1', serial: '11', systemToken: 'token-1' }]);
  });

  it.each([
    ['while it is being stored', () => new Promise<void>(() => {})],
    ['although it cannot be stored', () => Promise.reject(new Error('no database'))],
  ])('uses a new ticket %s', async (_when, save) => {
    const tickets = createTickets({
      now: () => testTime,
      store: { ...unsharedTicketStore, save },
      exchange: async () => '7T:new',
    });
    expect(await tickets.getTicket(tenant)).toBe('7T:new');
    expect(await tickets.getTicket(tenant)).toBe('7T:new');
  });

  it('keeps the tickets of different tenants separate', async () => {
    const { tickets } = setUp();
    expect(await Promise.all([tickets.getTicket(tenant), tickets.getTicket(neighbour)])).toEqual([
      '7T:Cust1-1',
      '7T:Cust2-2',
    ]);
  });

  // certifies R7
  it('keeps a ticket that is used at least every six hours', async () => {
    const { tickets, requests, advance } = setUp();
    for (let use = 0; use < 5; use += 1) {
      await tickets.getTicket(tenant);
      advance(6 * hourMs);
    }
    expect(requests).toHaveLength(1);
  });

  it('exchanges a new ticket after six hours without use', async () => {
    const { tickets, requests, advance } = setUp();
    await tickets.getTicket(tenant);
    advance(6 * hourMs + 1);
    expect(await tickets.getTicket(tenant)).toBe('7T:Cust1-2');
    expect(requests).toHaveLength(2);
  });

  it('decrypts the system token only for an exchange', async () => {
    const { tickets } = setUp();
    let decrypted = 0;
    const counting = {
      ...tenant,
      systemToken: () => {
        decrypted += 1;
        return 'token';
      },
    };
    await tickets.getTicket(counting);
    await tickets.getTicket(counting);
    expect(decrypted).toBe(1);
  });

  it('returns a failure to all waiting callers and does not cache it', async () => {
    const { tickets, requests, failures } = setUp();
    failures.push(new SuperOfficeError('system-user-refused', 'system user'));
    const waiting = [tickets.getTicket(tenant), tickets.getTicket(tenant)].map(expectRejection);
    expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual([
      'system-user-refused',
      'system-user-refused',
    ]);
    expect(await tickets.getTicket(tenant)).toBe('7T:Cust1-2');
    expect(requests).toHaveLength(2);
  });

  it('propagates a decryption error of the system token', async () => {
    const { tickets } = setUp();
    const broken = {
      ...tenant,
      systemToken: () => {
        throw new Error('key gone');
      },
    };
    await expect(tickets.getTicket(broken)).rejects.toThrow('key gone');
  });
});

describe('system user ticket refresh', () => {
  it('exchanges once when many callers report the same refused ticket', async () => {
    const { tickets, requests, hold } = setUp();
    const stale = await tickets.getTicket(tenant);
    const open = hold();
    const refreshing = Array.from({ length: 100 }, () => tickets.refresh(tenant, stale));
    open();
    expect(new Set(await Promise.all(refreshing))).toEqual(new Set(['7T:Cust1-2']));
    expect(requests).toHaveLength(2);
  });

  it('does not exchange again when the ticket is already refreshed', async () => {
    const { tickets, requests } = setUp();
    const stale = await tickets.getTicket(tenant);
    const fresh = await tickets.refresh(tenant, stale);
    expect(await tickets.refresh(tenant, stale)).toBe(fresh);
    expect(requests).toHaveLength(2);
  });

  it('exchanges again for a ticket that was refused right after its exchange', async () => {
    const { tickets, requests } = setUp();
    const refused = await tickets.getTicket(tenant);
    expect(await tickets.refresh(tenant, refused)).toBe('7T:Cust1-2');
    expect(requests).toHaveLength(2);
  });

  it('exchanges nothing for a replacement that is refused soon after', async () => {
    const { tickets, requests, advance } = setUp();
    const replacement = await tickets.refresh(tenant, await tickets.getTicket(tenant));
    advance(newReplacementMs - 1);
    expect(await tickets.refresh(tenant, replacement)).toBe(replacement);
    advance(1);
    expect(await tickets.refresh(tenant, replacement)).toBe('7T:Cust1-3');
    expect(requests).toHaveLength(3);
  });

  it('does not change the ticket of another tenant', async () => {
    const { tickets } = setUp();
    const stale = await tickets.getTicket(tenant);
    const before = await tickets.getTicket(neighbour);
    await tickets.refresh(tenant, stale);
    expect(await tickets.getTicket(neighbour)).toBe(before);
  });
});

describe('system user ticket invalidation', () => {
  it('forces an exchange for the next caller', async () => {
    const { tickets, requests } = setUp();
    await tickets.getTicket(tenant);
    tickets.invalidate('Cust1');
    expect(await tickets.getTicket(tenant)).toBe('7T:Cust1-2');
    expect(requests).toHaveLength(2);
  });

  it('completes a pending exchange but does not cache its ticket', async () => {
    const { tickets, requests, hold } = setUp();
    const open = hold();
    const waiting = tickets.getTicket(tenant);
    tickets.invalidate('Cust1');
    open();
    expect(await waiting).toBe('7T:Cust1-1');
    expect(await tickets.getTicket(tenant)).toBe('7T:Cust1-2');
    expect(requests).toHaveLength(2);
  });
});

describe('system user ticket shared by two processes', () => {
  /** Two processes with separate memory and one store; exchanges are counted together. */
  function setUpTwo() {
    const store = createFakeTicketStore();
    let time = testTime;
    let exchanges = 0;
    const failures: SuperOfficeError[] = [];
    const create = () =>
      createTickets({
        now: () => time,
        store,
        async exchange({ tenantId }) {
          exchanges += 1;
          const ticket = `7T:${tenantId}-${exchanges}`;
          await new Promise((resolve) => setImmediate(resolve));
          const failure = failures.shift();
          if (failure) throw failure;
          return ticket;
        },
      });
    const advance = (ms: number) => {
      time += ms;
    };
    return { one: create(), other: create(), failures, advance, exchanges: () => exchanges };
  }

  it('exchanges one ticket for concurrent callers in both processes', async () => {
    const { one, other, exchanges } = setUpTwo();
    const all = await Promise.all(
      Array.from({ length: 100 }, (_each, index) => (index % 2 ? one : other).getTicket(tenant)),
    );
    expect(new Set(all)).toEqual(new Set(['7T:Cust1-1']));
    expect(exchanges()).toBe(1);
  });

  it('refreshes a ticket once and reuses it in the other process', async () => {
    const { one, other, exchanges } = setUpTwo();
    const stale = await one.getTicket(tenant);
    await other.getTicket(tenant);
    const fresh = await one.refresh(tenant, stale);
    expect(await other.refresh(tenant, stale)).toBe(fresh);
    expect([fresh, exchanges()]).toEqual(['7T:Cust1-2', 2]);
    expect([await one.refresh(tenant, fresh), await other.refresh(tenant, fresh), exchanges()]).toEqual([
      fresh,
      fresh,
      2,
    ]);
  });

  it('does not use a shared ticket that may have expired', async () => {
    const { one, other, advance, exchanges } = setUpTwo();
    await one.getTicket(tenant);
    advance(6 * hourMs);
    expect(await other.getTicket(tenant)).toBe('7T:Cust1-2');
    expect(exchanges()).toBe(2);
  });

  it('does not share the ticket of a failed exchange', async () => {
    const { one, other, failures } = setUpTwo();
    failures.push(new SuperOfficeError('system-user-refused', 'system user'));
    expect((await expectRejection(one.getTicket(tenant))).code).toBe('system-user-refused');
    expect(await other.getTicket(tenant)).toBe('7T:Cust1-2');
  });

  it('replaces a valid ticket in both processes after the system user is verified again', async () => {
    const { one, other } = setUpTwo();
    await one.getTicket(tenant);
    await one.verifySystemUser(tenant);
    expect([await one.getTicket(tenant), await other.getTicket(tenant)]).toEqual([
      '7T:Cust1-2',
      '7T:Cust1-2',
    ]);
  });

  it('keeps the previous ticket when the system user cannot be verified again', async () => {
    const { one, failures } = setUpTwo();
    const before = await one.getTicket(tenant);
    failures.push(new SuperOfficeError('system-user-refused', 'system user'));
    expect((await expectRejection(one.verifySystemUser(tenant))).code).toBe('system-user-refused');
    expect(await one.getTicket(tenant)).toBe(before);
  });
});
