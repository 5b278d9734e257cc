import { describe, expect, it } from 'vitest';
import { mailAddress, writeSalesMessage } from '../../../../../src/web/admin/contract/sales-message.ts';
import { english, german, languages } from '../../harness.ts';

const input = {
  companyName: 'Design\nteamet & Søn',
  tenantId: 'Cust20001',
  administrator: 'Sarah Whitfield',
  changes: [
    { plan: 'Sales-Premium', before: '21', after: '25', from: '30 November 2026' },
    { plan: 'Service-Premium', before: 'billed by use', after: '8', from: '' },
  ],
  reason: 'We open an office.\nIn Bergen.',
  requestedSubjects: [
    { subject: 'Plan: Sales-Premium', count: 1, names: [] },
    { subject: 'Feature: Mailings', count: 12, names: ['Anna', 'Bert\n\n- x', '10 more'] },
  ],
  language: english,
};

describe('message to SuperOffice', () => {
  it('names company, changes with their days, the reason and what users asked for', () => {
    expect(writeSalesMessage(input)).toEqual({
      subject: 'Change of our SuperOffice licences, Design teamet & Søn (Cust20001)',
      body: `Hello,

we would like to change the seats of Design teamet & Søn (Cust20001) as follows:

- Sales-Premium: 21 → 25 seats, from 30 November 2026
- Service-Premium: billed by use → 8 seats

Reason:
We open an office.
In Bergen.

Our users asked for:
- Plan: Sales-Premium: 1 person
- Feature: Mailings: 12 people (Anna, Bert - x, 10 more)

The days are what we assume. Please confirm from when each change counts, and its price.

Kind regards
Sarah Whitfield`,
    });
  });

  it('leaves out what is empty', () => {
    const { body } = writeSalesMessage({ ...input, reason: '', requestedSubjects: [], language: german });
    expect(body).toContain('- Sales-Premium: 21 → 25 Lizenzen, ab dem 30 November 2026');
    expect(body).not.toMatch(/Begründung|wünschen/);
  });

  it.each(languages.codes)('has no empty place in %s', (code) => {
    const { subject, body } = writeSalesMessage({ ...input, language: languages.choose([code]) });
    expect(`${subject}\n${body}`).not.toMatch(/\{\{|\}\}|undefined|admin\./);
  });
});

describe('address for the mail program', () => {
  const open = (address: string) => {
    const { protocol, pathname, searchParams } = new URL(address);
    return { protocol, pathname, subject: searchParams.get('subject'), body: searchParams.get('body') };
  };

  it('has subject and text, and no recipient', () => {
    const message = { subject: 'A & B? #1 =x', body: 'a+b & c\n𝟜🙂 100 %' };
    const address = mailAddress(message, 'paste');
    expect(address).toMatch(/^mailto:\?subject=[\w.!~*'()%-]*&body=[\w.!~*'()%-]*$/);
    expect(open(address)).toEqual({
      protocol: 'mailto:',
      pathname: '',
      subject: message.subject,
      body: 'a+b & c\r\n𝟜🙂 100 %',
    });
  });

  it('is bounded: a text that is too long is to be pasted', () => {
    const address = mailAddress({ subject: 'S', body: '漢'.repeat(300) }, 'Paste it.');
    expect(open(address).body).toBe('Paste it.');
    expect(mailAddress({ subject: 'S', body: 'x'.repeat(1_870) }, 'paste').length).toBeLessThanOrEqual(1_900);
    expect(open(mailAddress({ subject: 'S', body: 'x'.repeat(1_900) }, 'paste')).body).toBe('paste');
  });
});
