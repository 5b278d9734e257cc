import type { Language } from '../../rendering/i18n.ts';

/** A change of seats in words. */
export interface DescribedChange {
  readonly plan: string;
  readonly before: string;
  readonly after: string;
  /** The day from which it counts; empty if that is unknown. */
  readonly from: string;
}

/** What users asked for, in words: a feature or a plan, how many asked, and their names if they are to be in it. */
export interface DescribedSubject {
  readonly subject: string;
  readonly count: number;
  readonly names: readonly string[];
}

/** What a message to SuperOffice is written from. */
interface MessageInput {
  readonly companyName: string;
  readonly tenantId: string;
  readonly administrator: string;
  readonly changes: readonly DescribedChange[];
  readonly reason: string;
  readonly requestedSubjects: readonly DescribedSubject[];
  readonly language: Language;
}

/** A message as plain text. */
export interface SalesMessage {
  readonly subject: string;
  readonly body: string;
}

/** Writes the message in the language of the administrator. */
export function writeSalesMessage(input: MessageInput): SalesMessage {
  const { companyName, tenantId, administrator, changes, reason, requestedSubjects, language } = input;
  const { t } = language;
  const company = { company: oneLine(companyName), tenant: tenantId };
  const paragraphs = [
    t('admin.message.greeting'),
    t('admin.message.opening', company),
    changes.map((change) => `- ${describeChange(change, language)}`).join('\n'),
    ...(reason === '' ? [] : [`${t('admin.message.reasonHeading')}\n${reason}`]),
    ...(requestedSubjects.length === 0
      ? []
      : [
          [
            t('admin.message.requestedHeading'),
            ...requestedSubjects.map((each) => `- ${describeSubject(each, language)}`),
          ].join('\n'),
        ]),
    t('admin.message.closing'),
    `${t('admin.message.regards')}\n${oneLine(administrator)}`,
  ];
  return { subject: t('admin.message.subject', company), body: paragraphs.join('\n\n') };
}

/** A change of seats, before → after, with the day from which it counts. */
export function describeChange({ plan, before, after, from }: DescribedChange, { t }: Language): string {
  const values = { plan, before, after, date: from };
  return from === '' ? t('admin.message.change', values) : t('admin.message.changeFrom', values);
}

function describeSubject({ subject, count, names }: DescribedSubject, { t, number }: Language): string {
  const counted = { subject, number: number(count), count };
  if (names.length === 0) return t('admin.message.asked', counted);
  return t('admin.message.askedBy', { ...counted, names: names.map(oneLine).join(', ') });
}

/** Addresses that are longer do not reach every mail program. */
const maxAddressLength = 1_900;

/**
 * The address that opens a message in the mail program, without a recipient. A message that is too long for it is left out:
 * `placeholder` then asks to paste it.
 */
export function mailAddress({ subject, body }: SalesMessage, placeholder: string): string {
  const address = (text: string) =>
    `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(text.replaceAll('\n', '\r\n'))}`;
  const whole = address(body);
  return whole.length <= maxAddressLength ? whole : address(placeholder);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
