import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/command.ts';
import { commands } from '../../../src/cli/commands.ts';
import { replayCommand } from '../../../src/cli/replay.ts';

describe('commands', () => {
  it.each(Object.entries(commands))('%s describes how to call it', (name, { summary, help }) => {
    expect(help).toMatch(new RegExp(`^Usage: planlens ${name}`));
    expect(help.endsWith('\n')).toBe(true);
    expect(summary).toMatch(/^[a-z].*[^.]$/);
  });

  it.each([
    ['start', ['now'], 'unexpected argument “now”'],
    ['doctor', ['Cust1', 'Cust2'], 'unexpected argument “Cust2”'],
    ['keys', [], 'expected generate, show, convert or rotate'],
    ['keys', ['toString'], 'expected generate, show, convert or rotate'],
    ['keys', ['generate'], 'an argument is missing'],
    ['keys', ['convert', 'from.pem'], 'an argument is missing'],
    ['keys', ['rotate', 'all'], 'unexpected argument “all”'],
    ['dead-letters', [], 'expected list or retry'],
    ['dead-letters', ['list', 'all'], 'unexpected argument “all”'],
    ['dead-letters', ['retry'], 'an argument is missing'],
    ['dead-letters', ['retry', '1; drop'], '“1; drop” is neither the id of a dead letter nor all'],
    ['replay', [], 'an argument is missing'],
    ['sandbox', ['now'], 'unexpected argument “now”'],
  ] as const)('%s rejects the arguments %j', async (name, args, message) => {
    await expect(commands[name].run(args, {})).rejects.toThrow(new UsageError(message));
  });

  it.each(['localhost', 'localhost:4200', 'ftp://localhost'])(
    'replay rejects the address %s',
    async (url) => {
      await expect(replayCommand.run(['event.json'], { url })).rejects.toThrow(
        new UsageError(`“${url}” is not an address such as http://localhost:4200`),
      );
    },
  );
});
