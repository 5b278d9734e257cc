import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyWebhookSignature } from '../../../../src/superoffice/callbacks/webhook-signature.ts';

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
