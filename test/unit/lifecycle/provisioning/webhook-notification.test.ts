import { describe, expect, it } from 'vitest';
import {
  isNotified,
  mergeNotification,
} from '../../../../src/lifecycle/provisioning/webhook-notification.ts';
import type { WebhookEntity } from '../../../../src/superoffice/api/webhooks.ts';

const ours = ['ops@planlens.example'];
const webhook = (changes: Partial<WebhookEntity> = {}): WebhookEntity => ({
  WebhookId: 1,
  Name: 'Planlens',
  Events: [],
  TargetUrl: '',
  State: 'Active',
  Description: '',
  ErrorEmails: [],
  ErrorAssociates: [],
  NotifyWhen: 'None',
  NotifyVia: 'None',
  TotalCalls: 0,
  TotalErrors: 0,
  ConsecutiveErrors: 0,
  LastError: '',
  ...changes,
});
const mailed = { ErrorEmails: ours, NotifyWhen: 'Disabling', NotifyVia: 'Email' };
const nothing = { ErrorEmails: [], ErrorAssociates: [], NotifyWhen: 'None', NotifyVia: 'None' };
const { ErrorEmails: _emails, ...beforeVersion12 } = webhook();

describe('mergeNotification', () => {
  it.each<[string, WebhookEntity | undefined, string[], object]>([
    ['a new webhook', undefined, ours, { ...mailed, ErrorAssociates: [] }],
    ['a new webhook without addresses', undefined, [], nothing],
    ['a webhook of an earlier version', beforeVersion12, ours, { ...mailed, ErrorAssociates: [] }],
    [
      'recipients that administrators added',
      webhook({ ErrorEmails: ['admin@customer.example'], ErrorAssociates: [{ Id: 5 }] }),
      ours,
      { ...mailed, ErrorEmails: ['admin@customer.example', ...ours], ErrorAssociates: [{ Id: 5 }] },
    ],
    [
      'choices of administrators that include ours',
      webhook({ NotifyWhen: 'FirstFailure, Disabling', NotifyVia: 'Email, InApp' }),
      ours,
      { ...nothing, ErrorEmails: ours, NotifyWhen: 'FirstFailure, Disabling', NotifyVia: 'Email, InApp' },
    ],
    [
      'a choice of administrators without mail',
      webhook({ NotifyWhen: 'FirstFailure', NotifyVia: 'InApp' }),
      ours,
      { ...nothing, ErrorEmails: ours, NotifyWhen: 'FirstFailure', NotifyVia: 'Email' },
    ],
    [
      'a choice of administrators, without addresses of ours',
      webhook({ NotifyWhen: 'FirstFailure', NotifyVia: 'InApp' }),
      [],
      { ...nothing, NotifyWhen: 'FirstFailure', NotifyVia: 'InApp' },
    ],
  ])('merges %s', (_what, actual, errorEmails, expected) => {
    const merged = mergeNotification(actual, errorEmails);
    expect(merged).toEqual(expected);
    expect(isNotified(webhook(merged as Partial<WebhookEntity>), errorEmails)).toBe(true);
  });
});

describe('isNotified', () => {
  it.each<[string, Partial<WebhookEntity>]>([
    ['no recipients', { ...mailed, ErrorEmails: [] }],
    ['null as recipients', { ...mailed, ErrorEmails: null }],
    ['other recipients', { ...mailed, ErrorEmails: ['admin@customer.example'] }],
    ['no occasion', { ...mailed, NotifyWhen: 'None' }],
    ['another way', { ...mailed, NotifyVia: 'InApp' }],
  ])('is false for %s', (_what, changes) => {
    expect(isNotified(webhook(changes), ours)).toBe(false);
    expect(isNotified(webhook(changes), [])).toBe(true);
  });

  it('is true for a webhook of an earlier version, which has no recipients', () => {
    expect(isNotified(beforeVersion12, ours)).toBe(true);
  });
});
