// Fails a build whose app needs a feature that users of a plan lack.
// Exit code: 0 if every plan includes every feature, 1 if one does not, 2 if that is not known.
import { parseArgs } from 'node:util';

const words = {
  enabled: 'included',
  'view-only': 'NOT INCLUDED, at most to view',
  upgrade: 'NOT INCLUDED',
  'not-purchased': 'NOT INCLUDED, an add-on must be purchased',
  lapsed: 'NOT INCLUDED, SuperOffice is not active in this tenant',
  unknown: 'UNKNOWN, neither licenses nor documentation decide it',
};

/** Reads what to check from the command line. */
function readArguments() {
  const { values, positionals: features } = parseArgs({
    options: { plan: { type: 'string', multiple: true, default: [] } },
    allowPositionals: true,
  });
  if (values.plan.length === 0 || features.length === 0)
    throw new Error('Usage: node check.mjs --plan sales-essential [--plan …] feature [feature …]');
  return { plans: values.plan, features };
}

/**
 * Asks which plans have which features.
 * @param {readonly string[]} features
 */
async function fetchMatrix(features) {
  const { PLANLENS_URL, PLANLENS_KEY } = process.env;
  if (!PLANLENS_URL || !PLANLENS_KEY) throw new Error('Set PLANLENS_URL and PLANLENS_KEY.');
  const response = await fetch(`${PLANLENS_URL}/api/v1/plans?lang=en&features=${features.join()}`, {
    headers: { 'X-API-Key': PLANLENS_KEY },
    signal: AbortSignal.timeout(30_000),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${answer.title}: ${answer.detail ?? ''} ${answer.text}`);
  return answer;
}

/** Prints a line for each plan and feature. @returns the exit code */
async function check() {
  const { plans, features } = readArguments();
  const matrix = await fetchMatrix(features);
  const states = new Set();
  for (const key of plans) {
    const plan = matrix.plans.find((each) => each.key === key);
    if (plan === undefined) throw new Error(`The tenant of this API key cannot have the plan ${key}.`);
    for (const feature of matrix.features) {
      const state = feature.states[key];
      states.add(state);
      process.stdout.write(`${plan.label}: ${feature.label} (${feature.key}): ${words[state]}\n`);
    }
  }
  if (['view-only', 'upgrade', 'not-purchased', 'lapsed'].some((state) => states.has(state))) return 1;
  return states.has('unknown') ? 2 : 0;
}

try {
  process.exitCode = await check();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
