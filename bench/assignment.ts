import { readAssumptions } from '../src/config/load-assumptions.ts';
import { askForAssignment, type Seats } from '../src/licensing/assignment/assign-plans.ts';
import type { Person } from '../src/licensing/assignment/people.ts';
import { planKeys } from '../src/licensing/catalogue/user-plans.ts';
import { createEntitlementEngine } from '../src/licensing/entitlement-engine.ts';
import { createAssignmentSolver } from '../src/solver/assignment-solver.ts';
import { median } from './serving/load.ts';
import { formatTable } from './serving/table.ts';

const peopleCount = 5_000;
const rounds = 7;

/** People over all 26 plans, a share of whom is pinned: to each plan from each plan. */
function makePeople(pinnedShare: number): readonly Person[] {
  return Array.from({ length: peopleCount }, (_, index) => ({
    associateId: index + 1,
    plan: planKeys[(index * 7) % planKeys.length] ?? 'none',
    pin:
      index % 100 < pinnedShare * 100
        ? { kind: 'at-least', plan: planKeys[Math.floor(index / 26) % planKeys.length] ?? 'sales-essential' }
        : null,
    requests: { features: [], plans: [] },
  }));
}

const seats: Seats = new Map(planKeys.map((plan, index) => [plan, 120 + index * 8]));

/**
 * Measures how long the assignment of 5,000 people to 26 plans takes: with the thread, which loads the solver each time, and
 * the processor time of the whole process.
 */
export async function assignment() {
  const shipped = readAssumptions('no such file');
  if (!shipped.valid) throw new Error(shipped.problems.join('\n'));
  const features = createEntitlementEngine(shipped.assumptions)(null, '2026-12-01').planFeatures();
  const solve = createAssignmentSolver();
  const rows = [];
  for (const pinned of [0, 0.1, 1]) {
    const people = makePeople(pinned);
    const times: { readonly wallMs: number; readonly cpuMs: number }[] = [];
    let variables = 0;
    for (let round = 0; round < rounds; round += 1) {
      const [started, cpu] = [performance.now(), process.cpuUsage()];
      const { programme } = askForAssignment(people, features, seats);
      const result = await solve('Cust1', programme);
      if (!result.solved) throw new Error(result.reason);
      const { user, system } = process.cpuUsage(cpu);
      times.push({ wallMs: performance.now() - started, cpuMs: (user + system) / 1_000 });
      variables = programme.variables;
    }
    rows.push({
      pinned: peopleCount * pinned,
      variables,
      wallMs: Math.round(median(times.map(({ wallMs }) => wallMs))),
      cpuMs: Math.round(median(times.map(({ cpuMs }) => cpuMs))),
    });
  }
  const printed = formatTable(
    ['Pinned people', 'variables', 'median', 'processor time'],
    rows.map((row) => [
      `${row.pinned} of ${peopleCount}`,
      row.variables,
      `${row.wallMs} ms`,
      `${row.cpuMs} ms`,
    ]),
  );
  return { people: peopleCount, plans: planKeys.length, rounds, rows, printed };
}
