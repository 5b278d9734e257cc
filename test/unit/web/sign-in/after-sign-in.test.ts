import { describe, expect, it } from 'vitest';
import { createAfterSignIn } from '../../../../src/web/sign-in/after-sign-in.ts';

/** Where the sign-in of an administrator leads, by what its state carries. */
async function redirectOf({ path, query }: { path: string; query: string }): Promise<string> {
  const session = { tenantId: 'Cust1', associateId: 5, isAdministrator: true, name: '', signedInAt: 1 };
  const after = createAfterSignIn({
    startSession: async () => session,
    sessions: { write: () => {} },
    now: () => 7,
  } as never);
  let address = '';
  const response = { redirect: (_status: number, to: string) => (address = to) };
  const purpose = { kind: 'administration', language: 'de', tenantId: null, associateId: null } as const;
  const signedIn = { claims: { associateId: 5 } };
  await after.administration({} as never, response as never, signedIn as never, { ...purpose, path, query });
  return address;
}

describe('the sign-in of an administrator', () => {
  it('leads back to the page with its query, without the user', async () => {
    expect(await redirectOf({ path: '/admin/users/101', query: 'q=anna&page=2' })).toBe(
      '/admin/users/101?uctx=Cust1&lang=de&signedIn=7&q=anna&page=2',
    );
    expect(await redirectOf({ path: '/setup', query: '' })).toBe('/setup?uctx=Cust1&lang=de&signedIn=7');
  });

  it.each(['//evil.example', 'https://evil.example', '/admin/nothing', '/panel', ''])(
    'leads to the overview if its state names %j',
    async (path) => {
      expect(await redirectOf({ path, query: '' })).toBe('/admin?uctx=Cust1&lang=de&signedIn=7');
    },
  );
});
