import { InMemoryProvider, OpenFeature } from '@openfeature/server-sdk';
import { featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import { round } from './table.ts';

const seconds = 2;

/**
 * The figure of OpenFeature's own in-memory provider, which answers in the process of the caller: no HTTP, no key, no
 * evidence, and values that were decided before. It shows what the SDK costs by itself.
 */
export async function measureInProcess() {
  const flags = Object.fromEntries(
    featureKeys.map((key) => [
      key,
      { variants: { on: true, off: false }, defaultVariant: 'on', disabled: false } as const,
    ]),
  );
  await OpenFeature.setProviderAndWait(new InMemoryProvider(flags));
  const client = OpenFeature.getClient();
  const ask = (key: string) => client.getBooleanDetails(key, false, { targetingKey: '1' });
  const all = async () => {
    for (const key of featureKeys) await ask(key);
  };
  const figures = [
    { name: 'OpenFeature InMemoryProvider, all flags', perSecond: await count(all) },
    { name: 'OpenFeature InMemoryProvider, one flag', perSecond: await count(() => ask('knowledge-base')) },
  ];
  await OpenFeature.close();
  return figures;
}

async function count(once: () => Promise<unknown>): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let done = 0;
  while (performance.now() < until) {
    await once();
    done += 1;
  }
  return round(done / seconds);
}
