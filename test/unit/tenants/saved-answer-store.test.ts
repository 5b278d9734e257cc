import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import {
  createSavedAnswerStore,
  maxSavedAnswers,
  type SavedAnswerStore,
} from '../../../src/tenants/saved-answer-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { newKeyring } from '../../support/keyrings.ts';

const tenantId = 'Cust1';
const other = 'Cust2';

describe('saved answers', () => {
  let db: Database;
  let store: SavedAnswerStore;

  beforeAll(async () => {
    db = await freshDatabase();
    store = createSavedAnswerStore({ db });
    const secrets = createSecretBox(newKeyring());
    const tenants = createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });
    const consent = { companyName: 'A', serial: '1', systemToken: 'token', associateId: 5 };
    for (const each of [tenantId, other]) await tenants.saveConsent({ ...consent, tenantId: each });
  });
  beforeEach(() => db.deleteFrom('saved_answers').execute());
  afterAll(() => db.destroy());

  const names = async (of = tenantId) => (await store.list(of)).map(({ name }) => name);

  it('are listed by name, each tenant its own', async () => {
    for (const name of ['no', 'Budget', 'ärlig', '🙂'])
      expect(await store.save(tenantId, { name, text: `Text of ${name}` }, null)).toBe('saved');
    await store.save(other, { name: 'no', text: 'Theirs' }, null);
    expect((await names()).slice(0, 2)).toEqual(['Budget', 'no']);
    expect(await store.find(tenantId, 'no')).toEqual({ name: 'no', text: 'Text of no' });
    expect(await store.find(other, 'Budget')).toBeNull();
    expect(await names(other)).toEqual(['no']);
  });

  it('are changed and renamed, but not to the name of another', async () => {
    await store.save(tenantId, { name: 'a', text: '1' }, null);
    await store.save(tenantId, { name: 'b', text: '2' }, null);
    expect(await store.save(tenantId, { name: 'a', text: '3' }, 'a')).toBe('saved');
    expect(await store.save(tenantId, { name: 'c', text: '4' }, 'b')).toBe('saved');
    expect(await store.save(tenantId, { name: 'a', text: '5' }, 'c')).toBe('taken');
    expect(await store.save(tenantId, { name: 'a', text: '6' }, null)).toBe('taken');
    expect(await store.list(tenantId)).toEqual([
      { name: 'a', text: '3' },
      { name: 'c', text: '4' },
    ]);
  });

  it('are saved again if another administrator deleted them meanwhile', async () => {
    await store.save(tenantId, { name: 'a', text: '1' }, null);
    expect([await store.remove(tenantId, 'a'), await store.remove(tenantId, 'a')]).toEqual([true, false]);
    expect(await store.save(tenantId, { name: 'a', text: '2' }, 'a')).toBe('saved');
    expect(await names()).toEqual(['a']);
  });

  it(`are at most ${maxSavedAnswers}, however many are saved at once`, async () => {
    const all = Array.from({ length: maxSavedAnswers + 5 }, (_, index) => `answer ${index}`);
    const results = await Promise.all(all.map((name) => store.save(tenantId, { name, text: 'x' }, null)));
    expect(results.filter((result) => result === 'full')).toHaveLength(5);
    expect(await names()).toHaveLength(maxSavedAnswers);
    const [first = ''] = await names();
    expect(await store.save(tenantId, { name: 'renamed', text: 'x' }, first)).toBe('saved');
  });
});
