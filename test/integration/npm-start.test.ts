import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readText } from '../support/project-files.ts';
import { spawnCommand } from '../support/server-process.ts';

/** A server that says when it has received the signal. */
const server = `process.on('SIGTERM', () => { console.log('stopping'); process.exit(); });
setInterval(() => {}, 1000);
console.log('running');`;

it('passes SIGTERM of npm start on to the server', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'planlens-start-'));
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: { start: string } };
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts: { start: scripts.start } }));
  await writeFile(join(folder, 'dist', 'server.js'), server);
  const npm = spawnCommand('npm', ['start'], { cwd: folder, env: { PATH: process.env.PATH, HOME: folder } });
  await expect.poll(npm.output).toContain('running');
  npm.child.kill('SIGTERM');
  await once(npm.child, 'close');
  expect(npm.output()).toContain('stopping');
  await rm(folder, { recursive: true });
});
