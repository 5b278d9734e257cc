import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/**
 * Whether SuperOffice signed exactly these bytes with a webhook's secret
 * (docs/superoffice/web-api.md#67-signature). A missing signature is none: SuperOffice leaves it out only
 * where the webhook has no secret, and ours has.
 */
export function verifyWebhookSignature(key: KeyObject, body: Buffer, signature: string | undefined): boolean {
  const desired = Buffer.from(createHmac('sha256', key).update(body).digest('base64'));
  const sent = Buffer.from(signature ?? '');
  return desired.length === sent.length && timingSafeEqual(desired, sent);
}
