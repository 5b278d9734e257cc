import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  readWebhookEvent,
  verifyWebhookSignature,
} from '../../../../src/superoffice/callbacks/webhook-event.ts';

/**
 * Computed with the documented algorithm (docs/superoffice/web-api.md#67-signature): SuperOffice publishes no
 * vector.
 */
const vectors = [
  {
    secret: 'Something Super Secret',
    body: '{"EventId":"4b5ce038-50f2-4796-bdb2-f96908cf31c2","Timestamp":"2018-04-24T08:52:59.0005158Z","Changes":[],"Event":"test","PrimaryKey":0,"Entity":"test","ContextIdentifier":"Default","ChangedByAssociateId":316,"WebhookName":"Name you provided"}',
    signature: 'QhTl2WLvwaYEWSzmT4khBsSaEX//P3rJdwoZE6fjBdc=',
  },
  {
    secret: 'Something Super Secret',
    body: '{\r\n  "Event": "associate.changed",\r\n  "PrimaryKey": 141423\r\n}',
    signature: 'TzPq1EI8r05ojsbgX4SuIouFTOlFVY+GP9M76AGutAc=',
  },
  {
    secret: 'Blåbær-hemmelighet',
    body: '{"Event":"associate.changed","PrimaryKey":7,"WebhookName":"Løsning æøå"}',
    signature: 'TRBFKdmOF9cvXgIgJOi13UuJiZEZ5eaZd7HY86rfkyk=',
  },
];

const createKey = (secret: string) => createSecretKey(secret, 'utf8');

describe('verifyWebhookSignature', () => {
  it.each(vectors)('accepts $signature for the matching body and secret', ({ secret, body, signature }) => {
    expect(verifyWebhookSignature(createKey(secret), Buffer.from(body), signature)).toBe(true);
  });

  it.each(vectors)(
    'rejects $signature for another secret, another body or another spelling',
    ({ secret, body, signature }) => {
      expect(verifyWebhookSignature(createKey(`${secret}.`), Buffer.from(body), signature)).toBe(false);
      expect(verifyWebhookSignature(createKey(secret), Buffer.from(`${body} `), signature)).toBe(false);
      for (const other of [undefined, '', signature.slice(0, -1), ` ${signature}`, signature.toLowerCase()]) {
        expect(verifyWebhookSignature(createKey(secret), Buffer.from(body), other)).toBe(false);
      }
    },
  );
});

const readEvent = (body: unknown) => readWebhookEvent(Buffer.from(JSON.stringify(body)));

describe('readWebhookEvent', () => {
  it('reads the documented fields and ignores all others', () => {
    const body = {
      EventId: '3e22506b-839a-4453-af17-634d6a626643',
      Event: 'associate.changed',
      PrimaryKey: 141423,
      ContextIdentifier: 'Cust1234',
      Changes: ['group_idx'],
      Injected: { by: 'Properties' },
    };
    expect(readEvent(body)).toEqual({
      eventId: body.EventId,
      event: 'associate.changed',
      tenantId: 'Cust1234',
      primaryKey: 141423,
    });
  });

  it.each([
    [{ Event: 'webhook.errors' }],
    [{ Event: 'webhook.errors', EventId: null, PrimaryKey: null, ContextIdentifier: null }],
    [{ Event: 'webhook.errors', EventId: '', PrimaryKey: -1, ContextIdentifier: 7 }],
    [{ Event: 'webhook.errors', EventId: 'x'.repeat(101), PrimaryKey: 1.5 }],
    [{ Event: 'webhook.errors', EventId: 'a NUL \u0000' }],
  ])('reads missing and unusable fields as null: %j', (body) => {
    expect(readEvent(body)).toEqual({
      event: 'webhook.errors',
      eventId: null,
      tenantId: null,
      primaryKey: null,
    });
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
