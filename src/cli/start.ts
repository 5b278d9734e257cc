import { type Command, expectArguments } from './command.ts';

/** Runs the server in this process until SIGTERM or SIGINT. */
export const startCommand: Command = {
  summary: 'start the server',
  help: `Usage: planlens start

Starts the server and its background work. Settings come from the environment and from .env in the working
directory; all problems are reported together. SIGTERM and SIGINT stop it in order.
`,
  async run(args) {
    expectArguments(args, 0);
    // The module starts the server when it is imported, and ends the process.
    await import('../server.ts');
    return 0;
  },
};
