import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The signature of these bytes with a webhook's secret (docs/superoffice/web-api.md#67-signature), base64. */
export function signWebhookBody(body: Buffer | string, secret: KeyObject | string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

/**
 * True if `signature` is the signature of exactly these bytes with the webhook's secret. A missing signature is invalid:
 * SuperOffice omits it only for a webhook without a secret, and every webhook of this app has one.
 */
export function verifyWebhookSignature(key: KeyObject, body: Buffer, signature: string | undefined): boolean {
  const expected = Buffer.from(signWebhookBody(body, key));
  const actual = Buffer.from(signature ?? '');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
