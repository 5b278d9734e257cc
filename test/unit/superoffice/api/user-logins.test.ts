import { describe, expect, it } from 'vitest';
import { readUserLogins } from '../../../../src/superoffice/api/user-logins.ts';
import type { TenantApiClient } from '../../../../src/superoffice/api/web-api.ts';

type Row = Readonly<Record<string, unknown>>;

/** A client whose dynamic archive has these rows, and the paths that it received. */
function createArchive(rows: readonly Row[]) {
  const paths: URL[] = [];
  const apiClient: TenantApiClient = {
    async call({ path }) {
      const url = new URL(path, 'https://sod.superoffice.com/');
      paths.push(url);
      const skip = Number(url.searchParams.get('$skip'));
      const end = skip + Number(url.searchParams.get('$top'));
      return { value: rows.slice(skip, end), 'odata.nextLink': end < rows.length ? 'https://x/' : null };
    },
  };
  return { apiClient, paths };
}

const row = (id: number, more: Row = {}): Row => ({ 'associate.associate_id': id, ...more });
const everyone = Number.MAX_SAFE_INTEGER;

describe('readUserLogins', () => {
  it('reads the columns of the associates, keyed as selected', async () => {
    const { apiClient, paths } = createArchive([
      row(5, { 'associate.lastlogin': '2026-11-26T08:30:00', 'associate.waiting_for_approval': 0 }),
      row(6, { 'associate.lastlogin': '2026-11-26T09:30:00+01:00', 'associate.waiting_for_approval': 1 }),
    ]);
    expect(await readUserLogins(apiClient, everyone)).toEqual([
      {
        associateId: 5,
        loginReported: true,
        lastLoginAt: Date.parse('2026-11-26T08:30:00Z'),
        waitingForApproval: false,
      },
      {
        associateId: 6,
        loginReported: true,
        lastLoginAt: Date.parse('2026-11-26T08:30:00Z'),
        waitingForApproval: true,
      },
    ]);
    expect(paths.map(({ pathname }) => pathname)).toEqual(['/Archive/dynamic']);
    expect(Object.fromEntries(paths[0]?.searchParams ?? [])).toEqual({
      $select: 'associate.associate_id,associate.lastlogin,associate.waiting_for_approval',
      $orderBy: 'associate.associate_id asc',
      $top: '500',
      $skip: '0',
    });
  });

  it.each([null, '', '0001-01-01T00:00:00', '1760-01-01T00:00:00'])(
    'reads the date %j as no login so far',
    async (date) => {
      const { apiClient } = createArchive([row(5, { 'associate.lastlogin': date })]);
      expect(await readUserLogins(apiClient, everyone)).toMatchObject([
        { loginReported: true, lastLoginAt: null },
      ]);
    },
  );

  it.each([undefined, 'yesterday', 5, {}])('reads the date %j as not reported', async (date) => {
    const { apiClient } = createArchive([row(5, { 'associate.lastlogin': date })]);
    expect(await readUserLogins(apiClient, everyone)).toEqual([
      { associateId: 5, loginReported: false, lastLoginAt: null, waitingForApproval: null },
    ]);
  });

  it('reads 5,000 users in ten calls, and no pages of external users behind them', async () => {
    const { apiClient, paths } = createArchive(Array.from({ length: 20_000 }, (_each, id) => row(id + 1)));
    expect(await readUserLogins(apiClient, 5_000)).toHaveLength(5_000);
    expect(paths).toHaveLength(10);
  });
});
