import { readFileSync } from 'node:fs';
import { OpenFeature } from '@openfeature/server-sdk';
import { createOpenFeatureClient } from './baselines.ts';
import { benchmarkNewUser, benchmarkPreparedUser, benchmarkTenant, tenantSize } from './benchmarks.ts';
import { checkEquivalence } from './equivalence-check.ts';
import { formatTable, type Result, toResults } from './results.ts';
import { runBenchmark } from './runner.ts';
import { userKinds } from './tenant-users.ts';

const packages = ['@casl/ability', '@openfeature/server-sdk', '@openfeature/core'];

/** Benchmarks the engine's decisions and compares them with CASL, OpenFeature and a plain Set. */
export async function decisions() {
  const versions = Object.fromEntries(packages.map((name) => [name, readVersion(name)]));
  const client = await createOpenFeatureClient(userKinds);
  const comparedDecisions = await checkEquivalence(client, userKinds, tenantSize);
  const results: Result[] = [];
  const tables: string[] = [];
  for (const benchmark of [
    benchmarkPreparedUser(client),
    benchmarkNewUser(client),
    benchmarkTenant(client),
  ]) {
    const benchmarkResults = toResults(benchmark, await runBenchmark(benchmark));
    results.push(...benchmarkResults);
    tables.push(formatTable(benchmarkResults));
  }
  await OpenFeature.close();
  return { name: 'Decisions', versions, comparedDecisions, results, printed: tables.join('\n\n') };
}

function readVersion(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  const { version }: { readonly version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return version;
}
