import { describe, expect, it } from 'vitest';
import type { AssignmentProgramme } from '../../../src/licensing/assignment/assignment-programme.ts';
import { createAssignmentSolver } from '../../../src/solver/assignment-solver.ts';

/** Two people; the first plan costs less but has one seat. */
const programme: AssignmentProgramme = {
  variables: 2,
  rows: [
    {
      atLeast: 2,
      atMost: 2,
      terms: [
        [0, 1],
        [1, 1],
      ],
    },
    { atMost: 1, terms: [[0, 1]] },
  ],
  objectives: [[1, 3]],
};
const solved = { solved: true, solution: { values: [1, 1], objectives: [4], hasTie: false } };

/** A programme that takes far longer than the time limit of a test. */
const endless: AssignmentProgramme = {
  variables: 40_000,
  rows: Array.from({ length: 400 }, (_, row) => ({
    atLeast: 50 + row,
    atMost: 50 + row,
    terms: Array.from({ length: 100 }, (_, column) => [row * 100 + column, 1] as const),
  })),
  objectives: Array.from({ length: 500 }, (_, objective) =>
    Array.from({ length: 40_000 }, (_, variable) => (variable * 7919 + objective * 104_729) % 1_000),
  ),
};

const limits = { maxRunning: 2, maxWaiting: 5, maxWaitingOfTenant: 2, timeLimitMs: 60_000 };

describe('the solver', () => {
  it('solves in a thread of its own', async () => {
    expect(await createAssignmentSolver()('Cust1', programme)).toEqual(solved);
  });

  it('solves one programme at a time for each tenant, in the order of the calls', async () => {
    const solve = createAssignmentSolver({ ...limits, timeLimitMs: 1_500 });
    const order: string[] = [];
    const note = async (name: string, asked: AssignmentProgramme) => {
      await solve('Cust1', asked);
      order.push(name);
    };
    await Promise.all([note('slow', endless), note('quick', programme)]);
    expect(order).toEqual(['slow', 'quick']);
  });

  it('refuses when too many wait, and solves again afterwards', async () => {
    const solve = createAssignmentSolver({ ...limits, maxRunning: 1, maxWaiting: 1 });
    const first = solve('Cust1', programme);
    const second = solve('Cust2', programme);
    expect(await solve('Cust3', programme)).toEqual({ solved: false, reason: 'busy' });
    expect(await Promise.all([first, second])).toEqual([solved, solved]);
    expect(await solve('Cust3', programme)).toEqual(solved);
  });

  it('refuses a tenant of which too many wait, but no other', async () => {
    const solve = createAssignmentSolver(limits);
    const own = [1, 2, 3].map(() => solve('Cust1', programme));
    expect(await solve('Cust1', programme)).toEqual({ solved: false, reason: 'busy' });
    expect(await solve('Cust2', programme)).toEqual(solved);
    expect(await Promise.all(own)).toEqual([solved, solved, solved]);
  });

  it('ends a thread that takes too long, and starts the next one', async () => {
    const solve = createAssignmentSolver({ ...limits, maxRunning: 1, timeLimitMs: 300 });
    const tooLong = { solved: false, reason: 'too-long' };
    expect(await solve('Cust1', endless)).toEqual(tooLong);
    expect(await solve('Cust1', endless)).toEqual(tooLong);
  });

  it('fails if a programme has no solution', async () => {
    const impossible: AssignmentProgramme = {
      ...programme,
      rows: [{ atLeast: 3, atMost: 2, terms: [[0, 1]] }],
    };
    await expect(createAssignmentSolver()('Cust1', impossible)).rejects.toThrow('model status');
  });
});
