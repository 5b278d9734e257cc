import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { root } from '../support/project-files.ts';

/** Runs a program that opens the log output. @returns what it wrote to standard output, by line */
function run(program: string): string[] {
  const source = `const { openLogOutput } = await import('./src/log-output.ts'); const log = openLogOutput(); ${program}`;
  const printed = execFileSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', source],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return String(printed).split('\n').filter(Boolean);
}

describe('openLogOutput', () => {
  it('writes the lines of a turn together, in order, also the last ones before the process ends', () => {
    const lines = run(`
      const { default: fs } = await import('node:fs');
      const { write } = fs;
      let writes = 0;
      const endAfterFirst = () => {
        log.write('d\\n');
        log.write(writes + '\\n');
        process.exit();
      };
      fs.write = (...call) => {
        const onWritten = call.pop();
        writes += 1;
        write(...call, (...result) => { onWritten(...result); endAfterFirst(); });
      };
      for (const line of ['a\\n', 'b\\n', 'c\\n']) log.write(line);`);
    expect(lines).toEqual(['a', 'b', 'c', 'd', '1']);
  });

  it('lets a write in progress end before the last lines', () => {
    const lines = run(`
      for (let line = 0; line < 600; line += 1) log.write(line + 'x'.repeat(90) + '\\n');
      setImmediate(() => {
        log.write('last\\n');
        process.exit();
      });`);
    expect(lines.map((line) => line.replace(/x+/, ''))).toEqual([...Array(600).keys(), 'last'].map(String));
  });
});
