import { describe, expect, it } from 'vitest';
import { readWebhookEvent } from '../../../../src/superoffice/callbacks/webhook-event.ts';

const readEvent = (body: unknown) => readWebhookEvent(Buffer.from(JSON.stringify(body)));

describe('readWebhookEvent', () => {
  it('reads the documented fields and ignores all others', () => {
    const body = {
      EventId: '3e22506b-839a-4453-af17-634d6a626643',
      Event: 'associate.changed',
      PrimaryKey: 141423,
      ContextIdentifier: 'Cust1234',
      Changes: ['group_idx'],
      Timestamp: '2018-04-24T08:53:40.0597952Z',
      Injected: { by: 'Properties' },
    };
    expect(readEvent(body)).toEqual({
      eventId: body.EventId,
      event: 'associate.changed',
      tenantId: 'Cust1234',
      primaryKey: 141423,
      occurredAt: Date.UTC(2018, 3, 24, 8, 53, 40, 59),
      isRelevant: true,
    });
  });

  it.each([
    [{ Event: 'webhook.errors' }],
    [{ Event: 'webhook.errors', EventId: null, PrimaryKey: null, ContextIdentifier: null }],
    [{ Event: 'webhook.errors', EventId: '', PrimaryKey: -1, ContextIdentifier: 7, Timestamp: 'today' }],
    [{ Event: 'webhook.errors', EventId: 'x'.repeat(101), PrimaryKey: 1.5 }],
    [{ Event: 'webhook.errors', EventId: 'a NUL \u0000', PrimaryKey: 2 ** 40 }],
    [{ Event: 'webhook.errors', EventId: 'a lone surrogate \uD800', Changes: 'all' }],
  ])('reads missing and unusable fields as null: %j', (body) => {
    expect(readEvent(body)).toEqual({
      event: 'webhook.errors',
      eventId: null,
      tenantId: null,
      primaryKey: null,
      occurredAt: null,
      isRelevant: true,
    });
  });

  it.each([
    [['associate_id', 'lastlogin', 'updated', 'updated_associate_id']],
    [['LastLogout', 'tzLocationId', 'updatedCount']],
  ])('finds a change of columns that no page shows irrelevant: %j', (changes) => {
    expect(readEvent({ Event: 'associate.changed', Changes: changes })?.isRelevant).toBe(false);
    expect(readEvent({ Event: 'associate.created', Changes: changes })?.isRelevant).toBe(true);
  });

  it.each([
    [['associate_id', 'updated', 'updated_associate_id']],
    [['lastlogin', 'group_idx']],
    [['lastlogin', 'a column of a later version']],
    [[]],
    [undefined],
    [[7]],
  ])('finds a change that may concern a plan or a name relevant: %j', (changes) => {
    expect(readEvent({ Event: 'associate.changed', Changes: changes })?.isRelevant).toBe(true);
  });

  it('accepts a primary key sent as text', () => {
    expect(readEvent({ Event: 'associate.changed', PrimaryKey: '12' })?.primaryKey).toBe(12);
  });

  it.each([
    [{}],
    [[]],
    ['text'],
    [null],
    [{ Event: '' }],
    [{ Event: 7 }],
    [{ Event: 'x'.repeat(201) }],
    [{ Event: 'a\u0000' }],
  ])('does not accept %j as an event', (body) => {
    expect(readEvent(body)).toBeNull();
  });

  it('does not accept a body that is not JSON as an event', () => {
    expect(readWebhookEvent(Buffer.from([0xff, 0xfe]))).toBeNull();
    expect(readWebhookEvent(Buffer.alloc(0))).toBeNull();
  });
});
