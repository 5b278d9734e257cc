import { mkdirSync, writeFileSync } from 'node:fs';
import { assignment } from './assignment.ts';
import { decisions } from './decisions/decisions.ts';
import { growth } from './growth/growth.ts';
import { describeMachine } from './machine.ts';
import { profile } from './profile/profile.ts';
import { adminPages } from './serving/admin-pages.ts';
import { openBenchDatabase } from './serving/bench-database.ts';
import { callbacks } from './serving/callbacks.ts';
import { coldPanel } from './serving/cold-panel.ts';
import { ofrep } from './serving/ofrep.ts';
import { reconciliation } from './serving/reconciliation.ts';
import { requestPhases } from './serving/request-phases.ts';
import { scale } from './serving/scale.ts';
import { start } from './serving/start.ts';
import { storm } from './serving/storm.ts';
import { viewAfterChange } from './serving/view-after-change.ts';
import { warmPanel } from './serving/warm-panel.ts';

/** All benchmarks by name: `npm run bench -- warm-panel callbacks` runs two of them. */
const benchmarks = {
  decisions,
  assignment,
  'warm-panel': warmPanel,
  'request-phases': requestPhases,
  'view-after-change': viewAfterChange,
  'cold-panel': coldPanel,
  scale,
  callbacks,
  reconciliation,
  start,
  'admin-pages': adminPages,
  ofrep,
  storm,
  growth,
  profile,
};

const results = new URL('results/', import.meta.url);
const selected = process.argv.slice(2);
const unknown = selected.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown benchmark: ${unknown.join(', ')}. Choose from ${Object.keys(benchmarks).join(', ')}\n`,
  );
  process.exit(2);
}

mkdirSync(results, { recursive: true });
const benchDatabase = await openBenchDatabase();
try {
  for (const [name, measure] of Object.entries(benchmarks)) {
    if (selected.length > 0 && !selected.includes(name)) continue;
    const machine = describeMachine();
    const { printed, ...result } = await measure(benchDatabase);
    writeFileSync(new URL(`${name}.json`, results), `${JSON.stringify({ machine, ...result }, null, 2)}\n`);
    process.stdout.write(`\n${printed}\n`);
  }
} finally {
  await benchDatabase.close();
}
