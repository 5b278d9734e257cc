import { createHmac } from 'node:crypto';

/** The signature of the body of an event with the secret of its webhook (docs/superoffice/web-api.md#67-signature), base64. */
export function signWebhookBody(body: string, secret: string): string {
  return createHmac('sha256', secret).update(body, 'utf8').digest('base64');
}
