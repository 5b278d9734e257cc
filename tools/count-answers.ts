import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countAnswers, publishedUsers, toTable } from './answer-counts.ts';

/**
 * Prints what the answers for the users of the published tenants rest on. An argument names another folder of golden
 * vectors, for example of an earlier version.
 */
const [folder = fileURLToPath(new URL('../test/golden/cases', import.meta.url))] = process.argv.slice(2);
const rows = publishedUsers.map(
  ({ user, vector }) => [user, countAnswers(readFileSync(join(folder, `${vector}.json`), 'utf8'))] as const,
);
process.stdout.write(`${toTable(rows)}\n`);
