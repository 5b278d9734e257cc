/** A condition on a sum of variables, each times 1 or -1; a bound that is absent does not limit. */
export interface ProgrammeRow {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly terms: readonly (readonly [variable: number, sign: 1 | -1])[];
}

/**
 * A linear programme whose best solutions are integers. Every variable is at least 0, and is in at most one row of people
 * (each has one plan) and one row of seats (a plan has so many): such a matrix is totally unimodular.
 */
export interface AssignmentProgramme {
  readonly variables: number;
  readonly rows: readonly ProgrammeRow[];
  /** What is minimized, in order of importance: the cost of each variable, an integer from 0. */
  readonly objectives: readonly (readonly number[])[];
}

/** A best solution of a programme. */
export interface ProgrammeSolution {
  readonly values: readonly number[];
  /** The value of each objective. */
  readonly objectives: readonly number[];
  /** Whether another solution is equally good by all objectives. */
  readonly hasTie: boolean;
}
