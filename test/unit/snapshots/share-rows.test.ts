import { describe, expect, it } from 'vitest';
import { createShareRows } from '../../../src/snapshots/share-rows.ts';
import { publishedTenant, userWithPlan } from '../licensing/fixtures/tenants.ts';

const premium = publishedTenant('premium');
const parsed = <T>(content: T): T => JSON.parse(JSON.stringify(content)) as T;

describe('createShareRows', () => {
  it('returns equal data', () => {
    const share = createShareRows();
    for (const content of [premium, userWithPlan(premium, 'ten-sales'), { list: [], seats: null, text: '' }])
      expect(share(parsed(content))).toStrictEqual(parsed(content));
  });

  it('shares the list of users with one plan, but not their whole data', () => {
    const share = createShareRows();
    const users = [1, 2].map((associateId) =>
      share(parsed({ ...userWithPlan(premium, 'ten-sales'), associateId })),
    );
    expect(users[0]?.granted).toBe(users[1]?.granted);
    expect(users.map((user) => user.associateId)).toEqual([1, 2]);
    const other = share(parsed(userWithPlan(premium, 'ten-service')));
    expect(other.granted).not.toBe(users[0]?.granted);
  });

  it('shares the rows that two lists have in common, and no others', () => {
    const share = createShareRows();
    const [first, ...others] = premium.modules;
    const one = share(parsed(premium));
    const changed = first && { ...first, purchased: first.purchased + 1 };
    const other = share(parsed({ ...premium, modules: [...others, changed] }));
    expect(other.modules.slice(0, -1)).toEqual(others);
    for (const [index, row] of other.modules.slice(0, -1).entries()) expect(row).toBe(one.modules[index + 1]);
    expect(other.modules.at(-1)).toEqual(changed);
    expect(one.modules[0]).toEqual(first);
  });
});
