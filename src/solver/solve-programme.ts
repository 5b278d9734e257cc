import type { Highs, Model } from 'highs';
import type {
  AssignmentProgramme,
  ProgrammeRow,
  ProgrammeSolution,
} from '../licensing/assignment/assignment-programme.ts';

/**
 * Finds a best solution. The objectives are minimized one after the other, each among the best solutions of those before:
 * a weighted sum would need weights that exceed the precision of the solver. Blocks while it solves.
 * @throws if there is no solution
 */
export function solveProgramme(highs: Highs, programme: AssignmentProgramme): ProgrammeSolution {
  const { variables, rows, objectives: costs } = programme;
  if (variables === 0) return { values: [], objectives: costs.map(() => 0), hasTie: false };
  const model = {
    numCols: variables,
    numRows: rows.length,
    colCost: new Float64Array(variables),
    colLower: new Float64Array(variables),
    colUpper: new Float64Array(variables).fill(highs.infinity),
    rowLower: rows.map(({ atLeast }) => atLeast ?? -highs.infinity),
    rowUpper: rows.map(({ atMost }) => atMost ?? highs.infinity),
    matrix: toMatrix(rows, variables),
  };
  return highs.withModel(model, (solver) => {
    // The simplex method ends in a vertex, and the vertices of such a programme are integers.
    solver.options.set({ output_flag: false, solver: 'simplex' });
    let values: readonly number[] = [];
    const objectives: number[] = [];
    for (const each of costs) {
      values = minimize(highs, solver, each);
      objectives.push(each.reduce((sum, cost, variable) => sum + cost * (values[variable] ?? 0), 0));
      keepBestSolutions(solver);
    }
    return { values, objectives, hasTie: hasOtherSolution(highs, solver, programme, values) };
  });
}

function minimize(highs: Highs, solver: Model, costs: readonly number[]): readonly number[] {
  solver.changeColsCost({ kind: 'range', from: 0, to: costs.length - 1 }, costs);
  solver.run();
  const status = solver.getModelStatus();
  if (status !== highs.constants.modelStatus.optimal)
    throw new Error(`The solver ended with the model status ${status}.`);
  return Array.from(solver.getSolution().colValue, Math.round);
}

/**
 * Limits the model to the best solutions: those in which each variable with a reduced cost stays 0 and each row with a
 * shadow price keeps its value (complementary slackness). Both prices are integers, because all costs are.
 */
function keepBestSolutions(solver: Model): void {
  const { colDual, rowDual, rowValue } = solver.getSolution();
  for (const [variable, price] of colDual.entries())
    if (Math.abs(price) > 0.5) solver.changeColBounds(variable, 0, 0);
  for (const [row, price] of rowDual.entries()) {
    const value = Math.round(rowValue[row] ?? 0);
    if (Math.abs(price) > 0.5) solver.changeRowBounds(row, value, value);
  }
}

/**
 * Whether the model has a solution other than `values`, a vertex. Another one has a variable above 0 that is 0 here, or
 * leaves a row off the bound that it reaches here.
 */
function hasOtherSolution(
  highs: Highs,
  solver: Model,
  { variables, rows }: AssignmentProgramme,
  values: readonly number[],
): boolean {
  const gains = new Float64Array(variables);
  for (const [variable, value] of values.entries()) if (value === 0) gains[variable] = -1;
  let reached = 0;
  for (const { atLeast, atMost, terms } of rows) {
    const sum = terms.reduce((total, [variable, sign]) => total + sign * (values[variable] ?? 0), 0);
    if (atLeast === atMost || sum !== atMost) continue;
    reached += sum;
    for (const [variable, sign] of terms) gains[variable] = (gains[variable] ?? 0) + sign;
  }
  const found = minimize(highs, solver, Array.from(gains));
  const gained = found.reduce((sum, value, variable) => sum + (gains[variable] ?? 0) * value, 0);
  return gained < reached;
}

function toMatrix(rows: readonly ProgrammeRow[], numCols: number) {
  const terms = rows.flatMap((row) => row.terms);
  const starts = [0];
  for (const row of rows) starts.push((starts.at(-1) ?? 0) + row.terms.length);
  return {
    format: 'csr',
    numRows: rows.length,
    numCols,
    starts,
    indices: terms.map(([variable]) => variable),
    values: terms.map(([, sign]) => sign),
  } as const;
}
