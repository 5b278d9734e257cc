import { describe, expect, it } from 'vitest';
import { countAnswers, publishedUsers, toTable } from '../tools/answer-counts.ts';
import { readText } from './support/project-files.ts';

const counts = publishedUsers.map(
  ({ user, vector }) => [user, countAnswers(readText(`test/golden/cases/${vector}.json`))] as const,
);

describe('what the answers for the published tenants rest on', () => {
  it('docs/assumptions.md has the counts of the golden vectors', () => {
    expect(readText('docs/assumptions.md')).toContain(toTable(counts));
  });

  it.each(counts)('%s: 62 answers, at most 2 of them unknown', (_user, { unknown, ...byBasis }) => {
    expect(Object.values(byBasis).reduce((sum, count) => sum + count)).toBe(62);
    expect(unknown).toBeLessThanOrEqual(2);
  });

  it('an answer without confidence rests on nothing, and a group does not count', () => {
    const features = {
      saint: ['unknown', 'tier-unknown', 'none'],
      email: ['enabled', 'group-of-features', 'published'],
      forms: ['enabled', 'granted', 'inferred'],
    };
    expect(countAnswers(JSON.stringify({ expect: { features } }))).toEqual({
      license: 0,
      published: 0,
      'by name': 1,
      guessed: 0,
      nothing: 1,
      unknown: 1,
    });
  });
});
