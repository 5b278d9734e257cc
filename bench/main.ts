import { mkdirSync, writeFileSync } from 'node:fs';
import { decisions } from './decisions/decisions.ts';
import { describeMachine } from './machine.ts';
import { openBenchDatabase } from './serving/bench-database.ts';
import { callbacks } from './serving/callbacks.ts';
import { coldPanel } from './serving/cold-panel.ts';
import { steps } from './serving/request-phases.ts';
import { scale } from './serving/scale.ts';
import { start } from './serving/start.ts';
import { warmPanel } from './serving/warm-panel.ts';

/** Everything that is measured, by the name that chooses it: `npm run bench -- warm-panel callbacks`. */
const measurements = {
  decisions,
  'warm-panel': warmPanel,
  steps,
  'cold-panel': coldPanel,
  scale,
  callbacks,
  start,
};

const results = new URL('results/', import.meta.url);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in measurements));
if (unknown.length > 0) {
  process.stderr.write(`${unknown.join(', ')}: choose of ${Object.keys(measurements).join(', ')}\n`);
  process.exit(2);
}

mkdirSync(results, { recursive: true });
const benchDatabase = await openBenchDatabase();
try {
  for (const [name, measure] of Object.entries(measurements)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const machine = describeMachine();
    const { printed, ...result } = await measure(benchDatabase);
    writeFileSync(new URL(`${name}.json`, results), `${JSON.stringify({ machine, ...result }, null, 2)}\n`);
    process.stdout.write(`\n${printed}\n`);
  }
} finally {
  await benchDatabase.close();
}
