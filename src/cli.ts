#!/usr/bin/env -S node --min-semi-space-size=64 --max-semi-space-size=64
import { readFileSync } from 'node:fs';
import { inspect, parseArgs } from 'node:util';
import { type Command, CommandError, print, UsageError } from './cli/command.ts';
import { commands } from './cli/commands.ts';
import { ConfigError } from './config/config.ts';
import { DatabaseSetupError } from './database/setup-error.ts';
import { projectRoot } from './project-root.ts';
import { PrivateKeyError } from './superoffice/auth/private-key.ts';

const usage = `Usage: planlens <command>

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`)
  .join('\n')}

  planlens <command> --help  describe a command
  planlens --version         print the version
`;

process.exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${isForOperator(error) ? error.message : inspect(error)}\n`);
  return 1;
});
// An idle keep-alive connection would keep the process alive.
process.exit();

/** @returns the exit code: 0 for success, 1 for failure, 2 for a wrong call */
async function run([name = '', ...args]: readonly string[]): Promise<number> {
  if (name === '--version') {
    print(readVersion());
    return 0;
  }
  if (name === '--help' || name === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const command = isCommandName(name) ? commands[name] : undefined;
  if (command !== undefined) return runCommand(command, args);
  if (name !== '') process.stderr.write(`planlens has no command “${name}”.\n\n`);
  process.stderr.write(usage);
  return 2;
}

function isCommandName(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name);
}

async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  try {
    const { positionals, values } = parseCall(command, args);
    if (values.help !== true) return await command.run(positionals, values);
    process.stdout.write(command.help);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`Wrong call: ${error.message}.\n\n${command.help}`);
    return 2;
  }
}

/** @throws UsageError for an unknown option */
function parseCall({ options }: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.replace(/\.? To specify.*$/s, '') : '');
  }
}

function readVersion(): string {
  const file = new URL('package.json', projectRoot);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Whether the message of an error tells the operator what to do. */
function isForOperator(error: unknown): error is Error {
  return (
    error instanceof CommandError ||
    error instanceof ConfigError ||
    error instanceof DatabaseSetupError ||
    error instanceof PrivateKeyError ||
    isFileError(error)
  );
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'path' in error;
}
