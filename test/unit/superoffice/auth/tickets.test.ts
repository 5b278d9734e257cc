import { describe, expect, it } from 'vitest';
import type { SystemUserRequest } from '../../../../src/superoffice/auth/system-user.ts';
import {
  createTickets,
  type SystemUserTenant,
  TICKET_YOUNG_MS,
} from '../../../../src/superoffice/auth/tickets.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { NOW } from '../../../support/tokens.ts';
import { refusal } from '../expect-rejection.ts';
import { createFakeTicketStore, nothingShared } from './fake-ticket-store.ts';

const HOUR = 60 * 60 * 1000;
const tenant: SystemUserTenant = { tenantId: 'Cust1', serial: '11', systemToken: () => 'token-1' };
const neighbour: SystemUserTenant = { tenantId: 'Cust2', serial: '22', systemToken: () => 'token-2' };

/** Tickets over an exchange that counts, and waits for `open` when told to. */
function setUp() {
  const asked: SystemUserRequest[] = [];
  let time = NOW;
  let gate = Promise.resolve();
  const failures: SuperOfficeError[] = [];
  const tickets = createTickets({
    now: () => time,
    shared: nothingShared,
    async exchange(request) {
      asked.push(request);
      const ticket = `7T:${request.tenantId}-${asked.length}`;
      await gate;
      const failure = failures.shift();
      if (failure) throw failure;
      return ticket;
    },
  });
  return {
    tickets,
    asked,
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

describe('ticketOf', () => {
  it('exchanges once for a hundred who wait', async () => {
    const { tickets, asked, hold } = setUp();
    const open = hold();
    const waiting = Array.from({ length: 100 }, () => tickets.getTicket(tenant));
    open();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['7T:Cust1-1']));
    expect(asked).toEqual([{ tenantId: 'Cust1', serial: '11', systemToken: 'token-1' }]);
  });

  it('keeps tenants apart', async () => {
    const { tickets } = setUp();
    expect(await Promise.all([tickets.getTicket(tenant), tickets.getTicket(neighbour)])).toEqual([
      '7T:Cust1-1',
      '7T:Cust2-2',
    ]);
  });

  // certifies R7
  it('keeps a ticket as long as it is used within six hours', async () => {
    const { tickets, asked, advance } = setUp();
    for (let use = 0; use < 5; use += 1) {
      await tickets.getTicket(tenant);
      advance(6 * HOUR);
    }
    expect(asked).toHaveLength(1);
  });

  it('exchanges anew after six hours without use', async () => {
    const { tickets, asked, advance } = setUp();
    await tickets.getTicket(tenant);
    advance(6 * HOUR + 1);
    expect(await tickets.getTicket(tenant)).toBe('7T:Cust1-2');
    expect(asked).toHaveLength(2);
  });

  it('decrypts the token only when an exchange is due', async () => {
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

  it('gives a failure to all who wait, and remembers none', async () => {
    const { tickets, asked, failures } = setUp();
    failures.push(new SuperOfficeError('system-user-refused', 'system user'));
    const waiting = [tickets.getTicket(tenant), tickets.getTicket(tenant)].map(refusal);
    expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual([
      'system-user-refused',
      'system-user-refused',
    ]);
    expect(await tickets.getTicket(tenant)).toBe('7T:Cust1-2');
    expect(asked).toHaveLength(2);
  });

  it('passes on that a token could not be decrypted', async () => {
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

describe('renew', () => {
  it('exchanges once however many saw the same ticket refused', async () => {
    const { tickets, asked, hold, advance } = setUp();
    const stale = await tickets.getTicket(tenant);
    advance(TICKET_YOUNG_MS);
    const open = hold();
    const renewing = Array.from({ length: 100 }, () => tickets.refresh(tenant, stale));
    open();
    expect(new Set(await Promise.all(renewing))).toEqual(new Set(['7T:Cust1-2']));
    expect(asked).toHaveLength(2);
  });

  it('exchanges nothing when the ticket was renewed already', async () => {
    const { tickets, asked, advance } = setUp();
    const stale = await tickets.getTicket(tenant);
    advance(TICKET_YOUNG_MS);
    const fresh = await tickets.refresh(tenant, stale);
    expect(await tickets.refresh(tenant, stale)).toBe(fresh);
    expect(asked).toHaveLength(2);
  });

  it('gives the same ticket back while it is too young to have run out', async () => {
    const { tickets, asked, advance } = setUp();
    const refused = await tickets.getTicket(tenant);
    advance(TICKET_YOUNG_MS - 1);
    expect(await tickets.refresh(tenant, refused)).toBe(refused);
    expect(asked).toHaveLength(1);
  });

  it('leaves the neighbour alone', async () => {
    const { tickets, advance } = setUp();
    const stale = await tickets.getTicket(tenant);
    advance(TICKET_YOUNG_MS);
    const kept = await tickets.getTicket(neighbour);
    await tickets.refresh(tenant, stale);
    expect(await tickets.getTicket(neighbour)).toBe(kept);
  });
});

describe('forget', () => {
  it('makes the next caller exchange', async () => {
    const { tickets, asked } = setUp();
    await tickets.getTicket(tenant);
    tickets.invalidate('Cust1');
    expect(await tickets.getTicket(tenant)).toBe('7T:Cust1-2');
    expect(asked).toHaveLength(2);
  });

  it('does not fail those who wait, and keeps nothing of what they wait for', async () => {
    const { tickets, asked, hold } = setUp();
    const open = hold();
    const waiting = tickets.getTicket(tenant);
    tickets.invalidate('Cust1');
    open();
    expect(await waiting).toBe('7T:Cust1-1');
    expect(await tickets.getTicket(tenant)).toBe('7T:Cust1-2');
    expect(asked).toHaveLength(2);
  });
});

describe('two processes', () => {
  /** Each with its own memory, and an exchange that counts for both. */
  function setUpTwo() {
    const shared = createFakeTicketStore();
    let time = NOW;
    let exchanges = 0;
    const failures: SuperOfficeError[] = [];
    const create = () =>
      createTickets({
        now: () => time,
        shared,
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

  it('exchange one ticket between them, however many ask in both', async () => {
    const { one, other, exchanges } = setUpTwo();
    const all = await Promise.all(
      Array.from({ length: 100 }, (_each, index) => (index % 2 ? one : other).getTicket(tenant)),
    );
    expect(new Set(all)).toEqual(new Set(['7T:Cust1-1']));
    expect(exchanges()).toBe(1);
  });

  it('renew it once, and find what the other renewed', async () => {
    const { one, other, advance, exchanges } = setUpTwo();
    const stale = await one.getTicket(tenant);
    await other.getTicket(tenant);
    advance(TICKET_YOUNG_MS);
    const renewed = await one.refresh(tenant, stale);
    expect(await other.refresh(tenant, stale)).toBe(renewed);
    expect([renewed, exchanges()]).toEqual(['7T:Cust1-2', 2]);
  });

  it('do not use one that may have run out', async () => {
    const { one, other, advance, exchanges } = setUpTwo();
    await one.getTicket(tenant);
    advance(6 * HOUR);
    expect(await other.getTicket(tenant)).toBe('7T:Cust1-2');
    expect(exchanges()).toBe(2);
  });

  it('give the same ticket back while it is too young to have run out, though only the other exchanged it', async () => {
    const { one, other, exchanges } = setUpTwo();
    const refused = await one.getTicket(tenant);
    expect(await other.refresh(tenant, refused)).toBe(refused);
    expect(exchanges()).toBe(1);
  });

  it('keep nothing of an exchange that failed', async () => {
    const { one, other, failures } = setUpTwo();
    failures.push(new SuperOfficeError('system-user-refused', 'system user'));
    expect((await refusal(one.getTicket(tenant))).code).toBe('system-user-refused');
    expect(await other.getTicket(tenant)).toBe('7T:Cust1-2');
  });

  it('take the ticket of a new approval in place of one that is still good', async () => {
    const { one, other } = setUpTwo();
    await one.getTicket(tenant);
    await one.verifySystemUser(tenant);
    expect([await one.getTicket(tenant), await other.getTicket(tenant)]).toEqual([
      '7T:Cust1-2',
      '7T:Cust1-2',
    ]);
  });

  it('leave what they had where a new approval does not work', async () => {
    const { one, failures } = setUpTwo();
    const before = await one.getTicket(tenant);
    failures.push(new SuperOfficeError('system-user-refused', 'system user'));
    expect((await refusal(one.verifySystemUser(tenant))).code).toBe('system-user-refused');
    expect(await one.getTicket(tenant)).toBe(before);
  });
});
