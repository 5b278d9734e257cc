import { describe, expect, it } from 'vitest';
import { createTenants } from '../../sandbox/tenants.ts';
import { install, installedPlanlens, panelUrl, testUsers } from '../support/planlens.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};

/** Limits of the page, the style sheet and the scripts of a first view together, in bytes. */
const limits = { wire: 20_000, unpacked: 90_000 };

const users = createTenants()
  .all()
  .flatMap(({ contextIdentifier, users }) =>
    users
      .filter(({ retired }) => !retired)
      .map((user) => ({ ...user, tenantId: contextIdentifier, name: user.fullName })),
  );

/** A file of a first view. */
interface Resource {
  readonly path: string;
  readonly encoding: string | null;
  readonly vary: string | null;
  readonly wire: number;
  readonly unpacked: number;
}

describe('first view of the panel', async () => {
  const planlens = await installedPlanlens();
  await install(planlens, suiteAdministrator);
  await install(planlens, testUsers.otherAdministrator);

  async function load(path: string, headers: Readonly<Record<string, string>>) {
    const response = await fetch(new URL(path, planlens.url), { headers, redirect: 'manual' });
    expect([path, response.status]).toEqual([path, 200]);
    const text = await response.text();
    const resource: Resource = {
      path,
      encoding: response.headers.get('content-encoding'),
      vary: response.headers.get('vary'),
      wire: Number(response.headers.get('content-length')),
      unpacked: Buffer.byteLength(text),
    };
    return { text, resource };
  }

  /** The panel of a user, and what its head names. */
  async function loadFirstView(user: (typeof users)[number], encoding: string): Promise<Resource[]> {
    const headers = { 'accept-encoding': encoding };
    const cookie = sessionCookie(planlens.environment, user);
    const page = await load(panelUrl(planlens, user, user.language), { ...headers, cookie });
    const paths = [...page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    const assets = await Promise.all(paths.map((path) => load(path, headers)));
    return [page.resource, ...assets.map(({ resource }) => resource)];
  }

  describe('next to the CSRF token', () => {
    const { salesPremium } = testUsers;
    const cookie = sessionCookie(planlens.environment, salesPremium);
    const open = (query: Readonly<Record<string, string>>) => {
      const path = `${panelUrl(planlens, salesPremium)}&${new URLSearchParams(query)}`;
      return load(path, { 'accept-encoding': 'br, gzip', cookie });
    };

    it('what a URL says is never compressed', async () => {
      const { text, resource } = await open({ search: 'guessed token' });
      expect(text).toMatch(/name="csrf".*guessed token/s);
      expect([resource.encoding, resource.wire]).toEqual([null, resource.unpacked]);
    });

    it('nothing that a URL says changes the length of a compressed page', async () => {
      const [, token = ''] = /name="csrf" value="([^"]+)"/.exec((await open({})).text) ?? [];
      expect(token).toMatch(/^[\w-]{43}$/);
      const named = ['open', 'signedIn', 'any', 'cookie'].flatMap((name) =>
        [token, '#'.repeat(43)].map((value) => ({ [name]: value })),
      );
      const resources = await Promise.all([{}, ...named].map(async (query) => (await open(query)).resource));
      expect(new Set(resources.map(({ encoding, wire }) => `${encoding} ${wire}`)).size).toBe(1);
      expect(resources[0]?.encoding).toBe('br');
    });
  });

  it('repeats no header for pages in its style sheets and scripts', async () => {
    const cookie = sessionCookie(planlens.environment, testUsers.salesPremium);
    const { text } = await load(panelUrl(planlens, testUsers.salesPremium), { cookie });
    const paths = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    for (const path of paths) {
      const { headers } = await fetch(new URL(path, planlens.url));
      const names = [...headers.keys()].filter((name) => /policy|security|^x-|^origin|options/.test(name));
      expect([path, names]).toEqual([
        path,
        ['cross-origin-resource-policy', 'strict-transport-security', 'x-content-type-options'],
      ]);
    }
    const missing = await fetch(new URL('/assets/0123456789/nothing.css', planlens.url));
    expect([missing.status, missing.headers.has('content-security-policy')]).toEqual([404, true]);
  });

  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

  describe.each([
    ['br', 'gzip, deflate, br, zstd'],
    ['gzip', 'gzip, deflate'],
  ])('in the encoding %s', (encoding, accepted) => {
    it.each(users)('of $name is small on the wire and unpacked', async (user) => {
      const resources = await loadFirstView(user, accepted);
      const encodings = resources.map(({ path, encoding, vary }) => [path, encoding, vary]);
      expect(encodings).toEqual(resources.map(({ path }) => [path, encoding, 'Accept-Encoding']));
      const wire = sum(resources.map((each) => each.wire));
      const unpacked = sum(resources.map((each) => each.unpacked));
      expect(wire).toBeLessThan(limits.wire);
      expect(unpacked).toBeLessThan(limits.unpacked);
    });
  });
});
