import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { listFiles, readText, root } from './support/project-files.ts';

const { version }: { version: string } = JSON.parse(readText('package.json'));

describe('.editorconfig', () => {
  it('has the settings of Biome', () => {
    const [common = ''] = readText('.editorconfig').split(/^\[\*\.md\]$/m);
    const settings = Object.fromEntries(
      [...common.matchAll(/^(\w+) = (\S+)$/gm)].map(([, name, value]) => [name, value]),
    );
    const { formatter } = JSON.parse(readText('biome.json'));
    expect(settings).toMatchObject({
      indent_style: formatter.indentStyle,
      indent_size: String(formatter.indentWidth),
      max_line_length: String(formatter.lineWidth),
    });
    expect(readText('.gitattributes')).toContain(`eol=${settings.end_of_line}`);
  });
});

describe('CODEOWNERS', () => {
  it('names paths that exist, each with a team', () => {
    const lines = readText('.github/CODEOWNERS')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toMatch(/^\* @[\w-]+\/[\w-]+$/);
    for (const line of lines.slice(1)) {
      expect(line).toMatch(/^\/\S+ @[\w-]+\/[\w-]+$/);
      expect(existsSync(join(root, line.slice(1).split(' ')[0] ?? '')), line).toBe(true);
    }
  });
});

describe('SECURITY.md', () => {
  it('supports the current minor version', () => {
    expect(readText('SECURITY.md')).toContain(`| ${version.replace(/\.\d+$/, '.x')} | yes |`);
  });
});

describe('renovate.json', () => {
  it('stays on the Node.js that .nvmrc names', () => {
    const { packageRules }: { packageRules: { matchPackageNames?: string[]; allowedVersions?: string }[] } =
      JSON.parse(readText('renovate.json'));
    const rule = packageRules.find(({ matchPackageNames }) => matchPackageNames?.includes('node'));
    expect(rule).toMatchObject({
      matchPackageNames: ['node', '@types/node'],
      allowedVersions: `${readText('.nvmrc').trim()}.x`,
    });
  });
});

describe('issue forms', () => {
  const validations = z.strictObject({ required: z.boolean() }).optional();
  const text = { label: z.string(), description: z.string().optional() };
  const field = <Type extends string, Attributes extends z.ZodRawShape>(type: Type, attributes: Attributes) =>
    z.strictObject({
      type: z.literal(type),
      id: z.string().regex(/^[a-z-]+$/),
      attributes: z.strictObject(attributes),
      validations,
    });
  const form = z.strictObject({
    name: z.string(),
    description: z.string(),
    labels: z.array(z.string()).nonempty(),
    body: z.array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: z.string() }) }),
        field('textarea', { ...text, render: z.string().optional() }),
        field('input', { ...text, placeholder: z.string().optional() }),
        field('dropdown', { ...text, options: z.array(z.string()).nonempty() }),
      ]),
    ),
  });
  const files = listFiles('.github/ISSUE_TEMPLATE', '.yml').filter((file) => !file.endsWith('config.yml'));

  it('exist for bugs, features and platform facts', () => {
    expect(files.map((file) => file.replace(/^.*\//, ''))).toEqual([
      'bug.yml',
      'feature.yml',
      'platform-fact.yml',
    ]);
  });

  it.each(files)('%s has fields that GitHub knows, each with an identifier of its own', (file) => {
    const { body } = form.parse(parse(readText(file)));
    const ids = body.flatMap((each) => ('id' in each ? [each.id] : []));
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
