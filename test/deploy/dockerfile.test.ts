import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readText, root } from '../support/project-files.ts';
import {
  createContextFilter,
  parseCommand,
  parseDockerfile,
  parseWords,
  type Stage,
  valuesOf,
} from './dockerfile.ts';

const stages = parseDockerfile(readText('deploy/Dockerfile'));
const runtime = stages.at(-1) as Stage;
const isInContext = createContextFilter(readText('.dockerignore'));
const packageJson = JSON.parse(readText('package.json'));

describe('deploy/Dockerfile', () => {
  it('uses the version of Node.js that the lock file installs for development', () => {
    const locked = JSON.parse(readText('package-lock.json')).packages['node_modules/node'].version;
    expect(stages.map(({ image }) => image)).toEqual(stages.map(() => `node:${locked}-bookworm-slim`));
  });

  it('starts the command of npm start, and no shell', () => {
    const [command = ''] = valuesOf(runtime, 'CMD');
    expect(`exec ${parseCommand(command).join(' ')}`).toBe(packageJson.scripts.start);
  });

  it('compiles the code with the user and the flags that it runs with', () => {
    const [command = ''] = valuesOf(runtime, 'CMD');
    const [program, ...args] = parseCommand(command);
    const flags = args.filter((arg) => arg.startsWith('--'));
    const [build] = stages as [Stage];
    const compiling = valuesOf(build, 'RUN').find((text) => text.includes('enableCompileCache'));
    expect(compiling).toContain(`${program} ${flags.join(' ')} --eval`);
    expect(valuesOf(build, 'USER')).toEqual([...valuesOf(runtime, 'USER'), '0:0']);
  });

  it('does not run as root', () => {
    expect(valuesOf(runtime, 'USER')).toEqual(['1000:1000']);
  });

  it('admits no secret, no data and no test to the build context', () => {
    const excluded = [
      '.env',
      'data/demo/x',
      '.git/config',
      'test/support/tokens.ts',
      'node_modules/x',
      'dist/x',
    ];
    expect(excluded.filter(isInContext)).toEqual([]);
  });

  it('copies only what is there and in the build context', () => {
    const copies = stages.flatMap((stage) => valuesOf(stage, 'COPY')).map(parseWords);
    const sources = copies
      .filter(({ flags }) => !flags.has('from'))
      .flatMap(({ words }) => words.slice(0, -1));
    expect(sources.length).toBeGreaterThan(8);
    // A folder is in the context with its files.
    const probe = (source: string) => (statSync(join(root, source)).isDirectory() ? `${source}/x` : source);
    expect(
      sources.filter((source) => !existsSync(join(root, source)) || !isInContext(probe(source))),
    ).toEqual([]);
  });
});
