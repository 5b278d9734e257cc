import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { OpenFeature } from '@openfeature/server-sdk';
import { describeMachine } from '../machine.ts';
import { expectAgreement } from './agreement.ts';
import { askPrepared, decideCold, decideTenant, tenantSize } from './contests.ts';
import { openFeatureClient } from './peers.ts';
import { race } from './race.ts';
import { type Result, resultsOf, tableOf } from './results.ts';
import { kinds } from './tenant-users.ts';

const packages = ['@casl/ability', '@openfeature/server-sdk', '@openfeature/core'];
const results = new URL('../results/', import.meta.url);

const machine = describeMachine();
const versions = Object.fromEntries(packages.map((name) => [name, versionOf(name)]));
say(JSON.stringify({ ...machine, ...versions }, null, 2));

const client = await openFeatureClient(kinds);
const agreed = await expectAgreement(client, kinds, tenantSize);
say(`All four agree on ${agreed.toLocaleString('en')} decisions, in each of three tenants.`);

const all: Result[] = [];
for (const contest of [askPrepared(client), decideCold(client), decideTenant(client)]) {
  const each = resultsOf(contest, await race(contest));
  all.push(...each);
  say(`\n${tableOf(each)}`);
}
await OpenFeature.close();

mkdirSync(results, { recursive: true });
writeFileSync(
  new URL('decisions.json', results),
  `${JSON.stringify({ machine, versions, agreed, results: all }, null, 2)}\n`,
);

function versionOf(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  const { version }: { readonly version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return version;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
