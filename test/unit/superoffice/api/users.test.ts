import { describe, expect, it } from 'vitest';
import { readUsers } from '../../../../src/superoffice/api/users.ts';
import type { TenantApiClient } from '../../../../src/superoffice/api/web-api.ts';
import { expectRejection } from '../expect-rejection.ts';

type Row = Readonly<Record<string, unknown>>;

/** A client for a tenant with these users, and the queries that it received. */
function createTenant(users: readonly Row[], pageRows = 500) {
  const queries: URLSearchParams[] = [];
  const apiClient: TenantApiClient = {
    async call({ method, path }) {
      const [endpoint, query] = path.split('?');
      expect([method, endpoint]).toEqual(['GET', 'Archive/AllUsers']);
      const parameters = new URLSearchParams(query);
      queries.push(parameters);
      const after = Number(/^associateDbId gt (\d+)$/.exec(parameters.get('$filter') ?? '')?.[1]);
      return { value: users.filter(({ PrimaryKey }) => Number(PrimaryKey) > after).slice(0, pageRows) };
    },
  };
  return { apiClient, queries };
}
const user = (id: number, more: Row = {}): Row => ({
  PrimaryKey: String(id),
  fullName: `User ${id}`,
  userplan: 'Sales',
  isActive: true,
  ...more,
});

describe('readUsers', () => {
  // certifies R27
  it('reads pages in primary key order until a page is not full', async () => {
    const { apiClient, queries } = createTenant(
      Array.from({ length: 1_203 }, (_each, index) => user(index + 1)),
    );
    const users = await readUsers(apiClient);
    expect(users).toHaveLength(1_203);
    expect(users.at(-1)).toEqual({ associateId: 1_203, name: 'User 1203', userPlan: 'Sales' });
    expect(queries.map((query) => query.get('$filter'))).toEqual([
      'associateDbId gt 0',
      'associateDbId gt 500',
      'associateDbId gt 1000',
    ]);
    expect(Object.fromEntries(queries[0] ?? [])).toMatchObject({
      $orderBy: 'associateDbId asc',
      $top: '500',
      $select: 'associateDbId,fullName,isActive,userplan,assocType',
    });
  });

  it('requests one more page when the last page is full', async () => {
    const { apiClient, queries } = createTenant(
      Array.from({ length: 500 }, (_each, index) => user(index + 1)),
    );
    expect(await readUsers(apiClient)).toHaveLength(500);
    expect(queries).toHaveLength(2);
  });

  it('accepts a primary key as number or text', async () => {
    const { apiClient } = createTenant([user(1), user(2, { PrimaryKey: 2 })]);
    expect((await readUsers(apiClient)).map(({ associateId }) => associateId)).toEqual([1, 2]);
  });

  it.each([false, 'False', 'false', 0, '0'])('skips an inactive user with isActive %j', async (isActive) => {
    const { apiClient } = createTenant([user(1), user(2, { isActive })]);
    expect(await readUsers(apiClient)).toHaveLength(1);
  });

  it.each([true, 'True', 1, null, undefined])('keeps a user whose isActive is %j', async (isActive) => {
    const { apiClient } = createTenant([user(1, { isActive })]);
    expect(await readUsers(apiClient)).toHaveLength(1);
  });

  it.each(['External user', 'anonymous account', 'System user'])(
    'skips an account of type %s',
    async (assocType) => {
      const { apiClient } = createTenant([
        user(1, { assocType: 'associate' }),
        user(2, { assocType }),
        user(3),
      ]);
      expect((await readUsers(apiClient)).map(({ associateId }) => associateId)).toEqual([1, 3]);
    },
  );

  it('reads a missing or non-text user plan or name as empty', async () => {
    const { apiClient } = createTenant([
      user(1, { userplan: undefined, fullName: null }),
      user(2, { userplan: 5 }),
    ]);
    expect(await readUsers(apiClient)).toEqual([
      { associateId: 1, name: '', userPlan: '' },
      { associateId: 2, name: 'User 2', userPlan: '' },
    ]);
  });

  it.each([
    ['no list of rows', { rows: [] }],
    ['a row without a primary key', { value: [{ fullName: 'x' }] }],
    ['a primary key that is not a number', { value: [{ PrimaryKey: 'x' }] }],
  ])('rejects a response with %s', async (_what, body) => {
    const apiClient: TenantApiClient = { call: async () => body };
    expect(await expectRejection(readUsers(apiClient))).toMatchObject({ code: 'unexpected-response' });
  });

  it('rejects a list that repeats a page or exceeds the page limit', async () => {
    let calls = 0;
    const page = Array.from({ length: 500 }, (_each, index) => user(index + 1));
    const apiClient: TenantApiClient = {
      async call() {
        calls += 1;
        return { value: page };
      },
    };
    expect(await expectRejection(readUsers(apiClient))).toMatchObject({
      code: 'unexpected-response',
      detail: 'pages',
    });
    expect(calls).toBe(2);
    let last = 0;
    const growing: TenantApiClient = {
      async call() {
        last += 500;
        return { value: page.map((row) => ({ ...row, PrimaryKey: Number(row.PrimaryKey) + last })) };
      },
    };
    expect(await expectRejection(readUsers(growing))).toMatchObject({ detail: 'pages' });
    expect(last).toBe(100 * 500);
  });
});
