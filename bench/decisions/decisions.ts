import { readFileSync } from 'node:fs';
import { OpenFeature } from '@openfeature/server-sdk';
import { openFeatureClient } from './baselines.ts';
import { askPrepared, decideCold, decideTenant, tenantSize } from './benchmarks.ts';
import { expectAgreement } from './equivalence-check.ts';
import { type Result, resultsOf, tableOf } from './results.ts';
import { runBenchmark } from './runner.ts';
import { kinds } from './tenant-users.ts';

const packages = ['@casl/ability', '@openfeature/server-sdk', '@openfeature/core'];

/** The engine's decisions beside CASL, OpenFeature and a bare Set. */
export async function decisions() {
  const versions = Object.fromEntries(packages.map((name) => [name, versionOf(name)]));
  const client = await openFeatureClient(kinds);
  const agreed = await expectAgreement(client, kinds, tenantSize);
  const results: Result[] = [];
  const tables: string[] = [];
  for (const benchmark of [askPrepared(client), decideCold(client), decideTenant(client)]) {
    const each = resultsOf(benchmark, await runBenchmark(benchmark));
    results.push(...each);
    tables.push(tableOf(each));
  }
  await OpenFeature.close();
  return { name: 'Decisions', versions, agreed, results, printed: tables.join('\n\n') };
}

function versionOf(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  const { version }: { readonly version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return version;
}
