import { describe, expect, it } from 'vitest';
import { readUsers } from '../../../../src/superoffice/api/users.ts';
import type { TenantApiClient } from '../../../../src/superoffice/api/web-api.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { expectRejection } from '../expect-rejection.ts';

type Row = Readonly<Record<string, unknown>>;
interface Query {
  readonly provider: string;
  readonly parameters: URLSearchParams;
}

/** A client whose archives respond as `respond` does, and the queries that it received. */
function createArchive(respond: (query: Query) => unknown) {
  const queries: Query[] = [];
  const apiClient: TenantApiClient = {
    async call({ method, path }) {
      const { pathname, searchParams } = new URL(path, 'https://sod.superoffice.com/');
      expect(method).toBe('GET');
      const query = { provider: pathname.replace('/Archive/', ''), parameters: searchParams };
      queries.push(query);
      return respond(query);
    },
  };
  return { apiClient, queries };
}

/** A tenant whose server returns `maxRows` rows at most. */
const createTenant = (users: readonly Row[], maxRows = 1_000) =>
  createArchive(({ parameters }) => {
    const [top, skip] = [Number(parameters.get('$top')), Number(parameters.get('$skip'))];
    const end = skip + Math.min(top, maxRows);
    return {
      'odata.nextLink': end < users.length ? `https://sod.superoffice.com/x?$skip=${end}` : null,
      value: users.slice(skip, end),
    };
  });

const user = (id: number, more: Row = {}): Row => ({
  PrimaryKey: String(id),
  associateDbId: id,
  fullName: `User ${id}`,
  userplan: 'Sales',
  isActive: true,
  ...more,
});
const manyUsers = (count: number) => Array.from({ length: count }, (_each, index) => user(index + 1));
const idsOf = async (apiClient: TenantApiClient) =>
  (await readUsers(apiClient)).users.map(({ associateId }) => associateId);

describe('readUsers', () => {
  // certifies R27
  it('reads pages in primary key order, without an operator that the column does not have', async () => {
    const { apiClient, queries } = createTenant(manyUsers(1_203));
    const { users, provider, unreadable } = await readUsers(apiClient);
    expect(users).toHaveLength(1_203);
    expect(users.at(-1)).toEqual({
      associateId: 1_203,
      name: 'User 1203',
      userPlan: 'Sales',
      canLogIn: null,
    });
    expect({ provider, unreadable }).toEqual({ provider: 'InternalUsers', unreadable: 0 });
    expect(queries.map(({ parameters }) => parameters.get('$skip'))).toEqual(['0', '500', '1000']);
    expect(Object.fromEntries(queries[0]?.parameters ?? [])).toEqual({
      $select: 'associateDbId,fullName,isActive,canLogin,userplan,assocType',
      $entities: 'all',
      $orderBy: 'associateDbId asc',
      $top: '500',
      $skip: '0',
    });
  });

  it('follows a server that returns fewer rows than requested', async () => {
    const { apiClient, queries } = createTenant(manyUsers(305), 100);
    expect(await idsOf(apiClient)).toHaveLength(305);
    expect(queries).toHaveLength(4);
  });

  it('requests one more page after a full page without a link', async () => {
    const pages = [manyUsers(500), []];
    const { apiClient, queries } = createArchive(() => ({ value: pages[queries.length - 1] }));
    expect(await idsOf(apiClient)).toHaveLength(500);
    expect(queries).toHaveLength(2);
  });

  it.each([
    ['text', '2'],
    ['a number', 2],
  ])('accepts an id that is %s, whatever the primary key', async (_what, associateDbId) => {
    const { apiClient } = createTenant([user(1), { ...user(7), PrimaryKey: undefined, associateDbId }]);
    expect(await idsOf(apiClient)).toEqual([1, 2]);
  });

  it.each([
    ['no id', { associateDbId: undefined }],
    ['id 0', { associateDbId: 0 }],
    ['an id beyond 32 bits', { associateDbId: 2 ** 40 }],
    ['an id that is not a number', { associateDbId: 'x' }],
  ])('skips and counts a row with %s', async (_what, more) => {
    const { apiClient } = createTenant([user(1), user(2, more), user(3)]);
    const { users, unreadable } = await readUsers(apiClient);
    expect(users.map(({ associateId }) => associateId)).toEqual([1, 3]);
    expect(unreadable).toBe(1);
  });

  it.each([false, 'False', 'false', 0, '0'])('lists a user with isActive %j as retired', async (isActive) => {
    const { apiClient } = createTenant([user(1), user(2, { isActive })]);
    const { users, retired } = await readUsers(apiClient);
    expect(users.map(({ associateId }) => associateId)).toEqual([1]);
    expect(retired.map(({ associateId }) => associateId)).toEqual([2]);
  });

  it.each([
    [true, true],
    ['False', false],
    ['1', true],
    [0, false],
    [undefined, null],
    ['maybe', null],
  ])('reads canLogin %j as %j', async (canLogin, canLogIn) => {
    const { users } = await readUsers(createTenant([user(1, { canLogin })]).apiClient);
    expect(users[0]).toMatchObject({ canLogIn });
  });

  it.each([true, 'True', 1, null, undefined, {}])('keeps a user whose isActive is %j', async (isActive) => {
    const { apiClient } = createTenant([user(1, { isActive })]);
    expect(await idsOf(apiClient)).toEqual([1]);
  });

  it('keeps a user without isActive', async () => {
    const { isActive: _isActive, ...row } = user(1);
    expect(await idsOf(createTenant([row]).apiClient)).toEqual([1]);
  });

  it.each(['External user', 'anonymous account', 'System user'])(
    'skips an account of type %s',
    async (assocType) => {
      const { apiClient } = createTenant([
        user(1, { assocType: 'associate' }),
        user(2, { assocType }),
        user(3, { assocType: '' }),
      ]);
      expect(await idsOf(apiClient)).toEqual([1, 3]);
    },
  );

  it('reads a missing or non-text user plan or name as empty, and shortens an endless name', async () => {
    const { apiClient } = createTenant([
      user(1, { userplan: undefined, fullName: null }),
      user(2, { userplan: 5, fullName: 'N'.repeat(10_000) }),
      user(3, { fullName: 'A\0B\uD800' }),
    ]);
    expect((await readUsers(apiClient)).users).toEqual([
      { associateId: 1, name: '', userPlan: '', canLogIn: null },
      { associateId: 2, name: `${'N'.repeat(299)}…`, userPlan: '', canLogIn: null },
      { associateId: 3, name: 'A\uFFFDB\uFFFD', userPlan: 'Sales', canLogIn: null },
    ]);
  });

  it.each([
    ['no list of rows', { rows: [] }],
    ['no rows', { value: [] }],
    ['no readable row', { value: [{ fullName: 'x' }] }],
  ])('rejects a response with %s', async (_what, body) => {
    const { apiClient } = createArchive(() => body);
    expect(await expectRejection(readUsers(apiClient))).toMatchObject({ code: 'unexpected-response' });
  });

  it.each(['unauthorized', 'forbidden', 'not-found', 'server-error', 'unexpected-response'] as const)(
    'reads the next provider when InternalUsers responds with %s',
    async (code) => {
      const { apiClient, queries } = createArchive(({ provider }) => {
        if (provider === 'InternalUsers') throw new SuperOfficeError(code, 'users');
        return { value: [user(1)] };
      });
      expect(await readUsers(apiClient)).toMatchObject({ provider: 'AllUsers', users: [{ associateId: 1 }] });
      expect(queries.map(({ provider }) => provider)).toEqual(['InternalUsers', 'AllUsers']);
    },
  );

  it('throws the error of the last provider, and at once for a failure of the tenant', async () => {
    const refused = createArchive(() => {
      throw new SuperOfficeError('forbidden', 'users');
    });
    expect(await expectRejection(readUsers(refused.apiClient))).toMatchObject({ code: 'forbidden' });
    expect(refused.queries).toHaveLength(2);
    const silent = createArchive(() => {
      throw new SuperOfficeError('timeout', 'users');
    });
    expect(await expectRejection(readUsers(silent.apiClient))).toMatchObject({ code: 'timeout' });
    expect(silent.queries).toHaveLength(1);
  });

  it('rejects a list that repeats a page or never ends', async () => {
    const repeating = createArchive(() => ({ value: manyUsers(500) }));
    expect(await expectRejection(readUsers(repeating.apiClient))).toMatchObject({
      code: 'unexpected-response',
      detail: 'pages',
    });
    expect(repeating.queries).toHaveLength(4);
    const endless = createArchive(({ parameters }) => ({
      value: [user(Number(parameters.get('$skip')) + 1)],
      'odata.nextLink': 'https://sod.superoffice.com/x',
    }));
    expect(await expectRejection(readUsers(endless.apiClient))).toMatchObject({ detail: 'pages' });
  });
});
