import { expect, it } from 'vitest';
import { createReadOneByOne } from '../../../src/snapshots/read-one-by-one.ts';

it('reads the users of a tenant one after the other, and one who waits already once', async () => {
  const reading: { key: string; end: () => void }[] = [];
  const readUser = createReadOneByOne({
    tenants: { findCached: async (tenantId: string) => ({ tenantId, status: 'active' }) },
    licenses: {
      getUserLicenses: ({ tenantId }: { tenantId: string }, associateId: number) =>
        new Promise<void>((end) => reading.push({ key: `${tenantId}/${associateId}`, end })),
    },
  } as unknown as Parameters<typeof createReadOneByOne>[0]);
  const keys = () => reading.map(({ key }) => key);

  const first = readUser('Cust1', 1);
  await expect.poll(keys).toEqual(['Cust1/1']);
  const others = [readUser('Cust1', 2), readUser('Cust1', 2), readUser('Cust2', 1)];
  await expect.poll(keys).toEqual(['Cust1/1', 'Cust2/1']);
  reading[0]?.end();
  await first;
  await expect.poll(keys).toEqual(['Cust1/1', 'Cust2/1', 'Cust1/2']);
  // A change during a read is read after it.
  const again = readUser('Cust1', 2);
  for (const { end } of reading) end();
  await expect.poll(keys).toHaveLength(4);
  reading[3]?.end();
  await Promise.all([...others, again]);
});
