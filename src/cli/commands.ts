import type { Command } from './command.ts';
import { deadLettersCommand } from './dead-letters.ts';
import { doctorCommand } from './doctor.ts';
import { keysCommand } from './keys.ts';
import { replayCommand } from './replay.ts';
import { sandboxCommand } from './sandbox.ts';
import { startCommand } from './start.ts';

/** All commands of `planlens` by name, in the order of its usage. */
export const commands = {
  start: startCommand,
  doctor: doctorCommand,
  keys: keysCommand,
  'dead-letters': deadLettersCommand,
  replay: replayCommand,
  sandbox: sandboxCommand,
} satisfies Readonly<Record<string, Command>>;
