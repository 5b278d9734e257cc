import type { ParseArgsOptionsConfig } from 'node:util';

/** One command of `planlens`. */
export interface Command {
  /** One line for the list of all commands. */
  readonly summary: string;
  /** Printed by `--help` and after a wrong call. The first line begins with `Usage:`. */
  readonly help: string;
  readonly options?: ParseArgsOptionsConfig;
  /**
   * Servers on the same database may run meanwhile.
   * @returns the exit code: 0 for success, 1 for failure
   * @throws UsageError if the arguments are wrong
   */
  run(args: readonly string[], options: CommandOptions): Promise<number>;
}

/** The parsed options of a call by name. */
type CommandOptions = Readonly<Record<string, unknown>>;

/** The command was called in a wrong way. The message says how. */
export class UsageError extends Error {}

/** The command cannot do its work. The message tells the operator why and what to do; a stack would not help. */
export class CommandError extends Error {}

/** @throws UsageError unless the number of arguments is in the range */
export function expectArguments(args: readonly string[], min: number, max = min): void {
  if (args.length < min) throw new UsageError('an argument is missing');
  if (args.length > max) throw new UsageError(`unexpected argument “${args[max]}”`);
}

/** Prints a line of the result. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
