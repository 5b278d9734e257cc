import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { keyringSchema } from '../../../src/crypto/keyring.ts';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/database/database.ts';
import { reencrypt } from '../../../src/tenants/reencrypt.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { createWebhookStore } from '../../../src/tenants/webhook-store.ts';
import { freshDatabase } from '../../support/database.ts';
import { keyringText } from '../../support/keyrings.ts';

const [oldKey, newKey] = [keyringText('old'), keyringText('new')];
const box = (...keys: string[]) => createSecretBox(keyringSchema.parse(keys.join(',')));
const [withOld, withBoth, withNew] = [box(oldKey), box(newKey, oldKey), box(newKey)];
/** More than go in one batch. */
const tenantCount = 230;

describe('reencrypt', () => {
  let db: Database;
  let progress: string[];
  const onProgress = (done: number, total: number) => void progress.push(`${done}/${total}`);
  const tenantsBy = (secrets: ReturnType<typeof box>) =>
    createTenantStore({ db, secrets, deleteJobs: async () => {}, now: Date.now });
  const toTenantId = (index: number) => `Cust${10_000 + index}`;

  beforeEach(async () => {
    await db?.destroy();
    db = await freshDatabase();
    progress = [];
    const consent = { companyName: '', serial: '1', associateId: 1 };
    for (let index = 0; index < tenantCount; index += 1) {
      await tenantsBy(withOld).saveConsent({
        tenantId: toTenantId(index),
        systemToken: `token ${index}`,
        ...consent,
      });
    }
    await createWebhookStore({ db, secrets: withOld, now: Date.now }).findOrCreate(toTenantId(0));
  });
  afterAll(() => db.destroy());

  async function expectAllDecryptable(secrets: ReturnType<typeof box>): Promise<void> {
    for (const index of [0, 99, 100, tenantCount - 1]) {
      expect((await tenantsBy(secrets).find(toTenantId(index)))?.systemToken()).toBe(`token ${index}`);
    }
    const webhook = await createWebhookStore({ db, secrets, now: Date.now }).findOrCreate(toTenantId(0));
    expect(webhook.secret()).toMatch(/^[\w-]{43}$/);
  }

  it('encrypts everything with the first key, reports progress and no longer needs the old key', async () => {
    expect(await reencrypt({ db, secrets: withBoth, onProgress })).toEqual({
      reencrypted: 231,
      unreadable: [],
      byKey: { new: 231 },
    });
    expect(progress).toEqual(['0/231', '100/231', '200/231', '230/231', '231/231']);
    await expectAllDecryptable(withNew);
  });

  it('resumes an interrupted run and changes nothing when complete', async () => {
    const interrupted = reencrypt({
      db,
      secrets: withBoth,
      onProgress: (done) => {
        if (done >= 100) throw new Error('killed');
      },
    });
    await expect(interrupted).rejects.toThrow('killed');
    await expectAllDecryptable(withBoth);
    expect(await reencrypt({ db, secrets: withBoth, onProgress })).toMatchObject({ reencrypted: 131 });
    expect(progress[0]).toBe('0/131');
    expect(await reencrypt({ db, secrets: withBoth, onProgress })).toMatchObject({ reencrypted: 0 });
    await expectAllDecryptable(withNew);
  });

  it('reports undecryptable values by tenant and re-encrypts the rest', async () => {
    const broken = toTenantId(5);
    await sql`update tenants set system_token_encrypted = 'gone' || substr(system_token_encrypted, 4)
      where context_identifier = ${broken}`.execute(db);
    const result = await reencrypt({ db, secrets: withBoth, onProgress });
    expect(result).toEqual({
      reencrypted: 230,
      unreadable: [{ table: 'tenants', tenantId: broken }],
      byKey: { gone: 1, new: 230 },
    });
    await expectAllDecryptable(withNew);
  });

  it('keeps a token that is replaced during the run', async () => {
    const replacing: typeof withBoth = {
      ...withBoth,
      decrypt(encrypted, associatedData) {
        const plain = withBoth.decrypt(encrypted, associatedData);
        if (associatedData === `${toTenantId(0)}/system_token`) replaced ??= replace();
        return plain;
      },
    };
    let replaced: Promise<unknown> | null = null;
    const replace = () =>
      sql`update tenants set system_token_encrypted = ${withBoth.encrypt('newer', `${toTenantId(0)}/system_token`)}
        where context_identifier = ${toTenantId(0)}`.execute(db);
    await reencrypt({ db, secrets: replacing, onProgress });
    await replaced;
    expect((await tenantsBy(withNew).find(toTenantId(0)))?.systemToken()).toBe('newer');
  });
});
