import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  findEvidence,
  type Requirements,
  readCertification,
  renderChecklist,
  uncoveredRequirements,
} from '../manifest/tools/certification.ts';
import { root } from './support/project-files.ts';

const always = () => true;
const { requirements, evidence } = readCertification(join(root, 'manifest'), root);

describe('certification checklist', () => {
  it('covers R1 to R53 and has evidence for each requirement', () => {
    expect(Object.keys(requirements)).toEqual(Array.from({ length: 53 }, (_each, index) => `R${index + 1}`));
    expect(uncoveredRequirements(requirements, evidence, (file) => existsSync(join(root, file)))).toEqual([]);
  });

  it('matches the checklist generated from the annotations', () => {
    const written = readFileSync(join(root, 'manifest', 'certification', 'checklist.md'), 'utf8');
    expect(written).toBe(renderChecklist(requirements, evidence));
  });

  it('reports a requirement when the tests that certify it are removed', () => {
    for (const { requirement } of evidence) {
      const others = evidence.filter((each) => each.requirement !== requirement);
      expect(uncoveredRequirements(requirements, others, always)).toEqual([
        `${requirement}: no test certifies it`,
      ]);
    }
  });
});

describe('certification annotation', () => {
  // Concatenated, so that this file contains no annotation.
  const annotated = (names: string, test: string) => `  // ${'certifies'} ${names}\n  ${test}`;

  it.each([
    ["it('does it', () => {", 'does it'],
    ['test(`does it`, async () => {', 'does it'],
    ["it(\n    'does it',", 'does it'],
    ["describe('all of it', async () => {", 'all of it'],
  ])('is attributed to the test below it: %s', (test, title) => {
    expect(findEvidence('a.test.ts', annotated('R1, R22', test))).toEqual([
      { requirement: 'R1', file: 'a.test.ts', title },
      { requirement: 'R22', file: 'a.test.ts', title },
    ]);
  });

  it('yields no evidence when it is missing', () => {
    expect(findEvidence('a.test.ts', "it('does it', () => {")).toEqual([]);
  });
});

describe('incomplete certification', () => {
  const required: Requirements = {
    R1: { requirement: 'a', implementation: 'b', proof: 'tests' },
    R2: { requirement: 'a', implementation: 'b', proof: 'files', files: ['docs/gone.md'] },
    R3: { requirement: 'a', implementation: 'b', proof: 'files' },
    R4: { requirement: 'a', implementation: 'b', proof: 'manual' },
  };
  const shows = (requirement: string) => ({ requirement, file: 'a.test.ts', title: 'does it' });

  it('reports requirements without evidence and evidence that is not required', () => {
    expect(uncoveredRequirements(required, [shows('R4'), shows('R9')], () => false)).toEqual([
      'R1: no test certifies it',
      'R2: docs/gone.md is missing',
      'R3: names no file',
      'R4: certified in a.test.ts, but its proof is not tests',
      'R9: certified in a.test.ts, but its proof is not tests',
    ]);
    expect(uncoveredRequirements({ R1: required.R1 } as Requirements, [shows('R1')], always)).toEqual([]);
  });
});
