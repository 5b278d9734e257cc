import type { WebhookDraft, WebhookEntity } from '../../superoffice/api/webhooks.ts';

/** Whom SuperOffice notifies of failures of a webhook, of which, and how. */
type Notification = Pick<WebhookDraft, 'ErrorEmails' | 'ErrorAssociates' | 'NotifyWhen' | 'NotifyVia'>;

/**
 * Whether the operator's addresses are notified of failures; administrators of the tenant may have chosen more. True for
 * SuperOffice before version 12, which returns no recipients.
 */
export function isNotified(
  { ErrorEmails, NotifyWhen, NotifyVia }: WebhookEntity,
  errorEmails: readonly string[],
): boolean {
  if (errorEmails.length === 0 || ErrorEmails === undefined) return true;
  const isMailed = isSet(NotifyWhen) && hasEmail(NotifyVia);
  return isMailed && errorEmails.every((email) => ErrorEmails?.includes(email));
}

/**
 * Adds the operator's addresses to what administrators of the tenant chose for the webhook; `actual` is undefined for a new
 * one. Only single names are set, because the form of a combination is not documented.
 */
export function mergeNotification(
  actual: WebhookEntity | undefined,
  errorEmails: readonly string[],
): Notification {
  const { NotifyWhen: when = '', NotifyVia: via = '' } = actual ?? {};
  const mustMail = errorEmails.length > 0;
  const whenUnset = mustMail ? 'Disabling' : 'None';
  const viaUnset = mustMail ? 'Email' : 'None';
  const keepsVia = mustMail ? hasEmail(via) : isSet(via);
  return {
    ErrorEmails: [...new Set([...(actual?.ErrorEmails ?? []), ...errorEmails])],
    ErrorAssociates: actual?.ErrorAssociates ?? [],
    NotifyWhen: isSet(when) ? when : whenUnset,
    NotifyVia: keepsVia ? via : viaUnset,
  };
}

function isSet(flags: string): boolean {
  return flags !== '' && flags !== 'None';
}

function hasEmail(flags: string): boolean {
  return flags.split(/,\s*/).includes('Email');
}
