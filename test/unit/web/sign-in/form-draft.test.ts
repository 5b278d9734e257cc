import { describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../../src/crypto/secret-box.ts';
import { createFormDrafts } from '../../../../src/web/sign-in/form-draft.ts';
import { newKeyring } from '../../../support/keyrings.ts';

const session = { tenantId: 'Cust1', associateId: 5, isAdministrator: true, name: '', signedInAt: 1 };
const drafts = createFormDrafts({ secrets: createSecretBox(newKeyring()) });

/** A browser that keeps cookies, with the requests it sends. */
function openBrowser() {
  const jar = new Map<string, string>();
  const response = {
    cookie: (name: string, value: string, { maxAge }: { maxAge: number }) =>
      maxAge === 0 ? jar.delete(name) : jar.set(name, value),
  };
  const request = (body?: object) => ({
    path: '/admin/access-requests',
    body,
    headers: { cookie: [...jar].map((pair) => pair.join('=')).join('; ') },
  });
  return {
    keep: (body: object) => drafts.keep(request(body) as never, response as never, session),
    take: (action: string, by = session) => drafts.take(request() as never, response as never, by, action),
  };
}

describe('form drafts', () => {
  it('come back once, with fields of several values, without the CSRF token', () => {
    const browser = openBrowser();
    browser.keep({ csrf: 'secret', comment: 'From Monday.', id: ['1', '2'] });
    const fields = { comment: 'From Monday.', id: ['1', '2'] };
    expect(browser.take('/admin/access-requests')).toEqual(fields);
    expect(browser.take('/admin/access-requests')).toBeNull();
  });

  it('wait for the page of their form while another one is shown', () => {
    const browser = openBrowser();
    browser.keep({ comment: 'From Monday.' });
    expect(browser.take('/admin/contract')).toBeNull();
    expect(browser.take('/admin/access-requests')).toEqual({ comment: 'From Monday.' });
  });

  it('are not shown to another user', () => {
    const browser = openBrowser();
    browser.keep({ comment: 'From Monday.' });
    expect(browser.take('/admin/access-requests', { ...session, associateId: 6 })).toBeNull();
    expect(browser.take('/admin/access-requests')).toBeNull();
  });
});
