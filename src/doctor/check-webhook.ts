import type { TenantApiClient } from '../superoffice/api/web-api.ts';
import { listWebhooks, type WebhookEntity } from '../superoffice/api/webhooks.ts';
import { type CheckResult, failed, passed } from './check-result.ts';

/** Our webhook in a tenant. */
export interface OwnWebhook {
  /** The URL it calls, without the tenant's `hookId` at the end. */
  readonly address: string;
  /** Its id in SuperOffice; null before it is created. */
  readonly webhookId: number | null;
}

const step = 'webhook';
const maxErrorLength = 200;

/** Checks the state of our webhook and how its deliveries went, as SuperOffice counts them. */
export async function checkWebhook(apiClient: TenantApiClient, own: OwnWebhook): Promise<CheckResult> {
  const ours = (await listWebhooks(apiClient)).filter(({ TargetUrl }) => TargetUrl.startsWith(own.address));
  const actual = ours.find(({ WebhookId }) => WebhookId === own.webhookId);
  if (actual === undefined)
    return failed(
      step,
      'The webhook is not provisioned, or an administrator of the tenant deleted it.',
      'None needed: Planlens creates it within the hour.',
    );
  const others = ours.filter((each) => each !== actual);
  const message = `${countCalls(actual)}${describeCopies(others)}${describeLastError(actual)}`;
  if (actual.State === 'Active' && (actual.ConsecutiveErrors ?? 0) === 0) return passed(step, message);
  return failed(
    step,
    message,
    'Find the refused calls in the log of the app and check that SuperOffice reaches PUBLIC_URL. Planlens starts a stopped webhook within the hour.',
  );
}

function countCalls({ State, TotalCalls, TotalErrors, ConsecutiveErrors }: WebhookEntity): string {
  if (TotalCalls === null) return `${State}.`;
  return `${State}: ${TotalErrors ?? 0} of ${TotalCalls} calls failed, the last ${ConsecutiveErrors ?? 0} in a row.`;
}

/** A stopped copy that a person made is not called, and Planlens deletes an active one. */
function describeCopies(others: readonly WebhookEntity[]): string {
  if (others.length === 0) return '';
  const list = others.map(({ WebhookId, State }) => `${WebhookId} (${State})`).join(', ');
  return ` Copies of it, which change nothing: ${list}.`;
}

function describeLastError({ LastError }: WebhookEntity): string {
  const error = toLine(LastError);
  return error === '' ? '' : ` Last error: ${error}`;
}

/** The text on one line, without control characters. */
function toLine(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, maxErrorLength);
}
