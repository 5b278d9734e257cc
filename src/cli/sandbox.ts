import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { projectRoot } from '../project-root.ts';
import { type Command, CommandError, expectArguments } from './command.ts';

/** The sandbox is a program of its own: the app shares no code with it. */
const program = new URL('dist-sandbox/main.js', projectRoot);
/** Loaded into the sandbox, so that it also stops when this process is killed. */
const stopWithParent = new URL('dist-sandbox/stop-with-parent.js', projectRoot);

/** Runs the sandbox of SuperOffice in a child process. */
export const sandboxCommand: Command = {
  summary: 'start a sandbox of SuperOffice for development',
  help: `Usage: planlens sandbox

Starts a sandbox of SuperOffice CRM Online on this machine and prints the settings of an app that uses it, the
tenants and the users. It needs no network. Settings come from the environment:

  SANDBOX_PORT     port to listen on; default 4300
  SANDBOX_APP_URL  address of the app; default http://localhost:4200
  SANDBOX_DIR      folder of the generated credentials; default ./data/sandbox
`,
  async run(args) {
    expectArguments(args, 0);
    if (!existsSync(program)) throw new CommandError('The sandbox is not built. Run npm run build:sandbox.');
    const child = spawn(process.execPath, ['--import', stopWithParent.href, fileURLToPath(program)], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  },
};
