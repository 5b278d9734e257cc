import { describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../../src/crypto/secret-box.ts';
import { createFormDrafts } from '../../../../src/web/sign-in/form-draft.ts';
import { newKeyring } from '../../../support/keyrings.ts';

const session = { tenantId: 'Cust1', associateId: 5, isAdministrator: true, name: '', signedInAt: 1 };
const drafts = createFormDrafts({
  secrets: createSecretBox(newKeyring()),
  sessions: { openedForm: ({ associateId }, csrf) => csrf === `form of ${associateId}` },
});
const page = '/admin/access-requests';

/** A browser that keeps cookies, with the requests it sends. */
function openBrowser() {
  const jar = new Map<string, string>();
  const response = {
    cookie: (name: string, value: string, { maxAge }: { maxAge: number }) =>
      maxAge === 0 ? jar.delete(name) : jar.set(name, value),
  };
  const request = (body?: unknown) => ({
    body,
    headers: { cookie: [...jar].map((pair) => pair.join('=')).join('; ') },
  });
  return {
    jar,
    keep: (body: unknown) => drafts.keep(request(body) as never, response as never, page),
    take: (of: '/admin/access-requests' | '/admin/contract' = page, by = session) =>
      drafts.take(request() as never, response as never, by, of),
  };
}

describe('form drafts', () => {
  const csrf = 'form of 5';

  it('come back once, with fields of several values, without the CSRF token', () => {
    const browser = openBrowser();
    expect(browser.keep({ csrf, comment: 'From Monday.', id: ['1', '2'] })).toBe(true);
    expect([...browser.jar.values()].join()).not.toMatch(/Monday/);
    expect(browser.take()).toEqual({ comment: 'From Monday.', id: ['1', '2'] });
    expect(browser.take()).toBeNull();
  });

  it('wait for the page of their form while another one is shown', () => {
    const browser = openBrowser();
    browser.keep({ csrf, comment: 'From Monday.' });
    expect(browser.take('/admin/contract')).toBeNull();
    expect(browser.take()).toEqual({ comment: 'From Monday.' });
  });

  it('are not shown to another user, nor later to the first', () => {
    const browser = openBrowser();
    browser.keep({ csrf, comment: 'From Monday.' });
    expect(browser.take(page, { ...session, associateId: 6 })).toBeNull();
    expect(browser.take()).toBeNull();
  });

  it.each([
    ['is too long for a cookie', { csrf, comment: 'x'.repeat(3_000) }],
    ['has no CSRF token', { comment: 'From Monday.' }],
    ['was not read', undefined],
  ])('are not kept if the form %s', (_what, body) => {
    const browser = openBrowser();
    expect([browser.keep(body), browser.jar.size]).toEqual([false, 0]);
  });

  it('are not read from a cookie of someone else', () => {
    const browser = openBrowser();
    browser.jar.set('__Host-planlens-draft', 'k.a.b.c');
    expect([browser.take(), browser.jar.size]).toEqual([null, 0]);
  });
});
