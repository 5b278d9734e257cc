import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/**
 * True if `signature` is the signature of exactly these bytes with the webhook's secret
 * (docs/superoffice/web-api.md#67-signature). A missing signature is invalid: SuperOffice omits it only for a
 * webhook without a secret, and every webhook of this app has one.
 */
export function verifyWebhookSignature(key: KeyObject, body: Buffer, signature: string | undefined): boolean {
  const expected = Buffer.from(createHmac('sha256', key).update(body).digest('base64'));
  const actual = Buffer.from(signature ?? '');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
