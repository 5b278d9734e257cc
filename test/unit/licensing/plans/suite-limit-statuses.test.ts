import { describe, expect, it } from 'vitest';
import type { ReportedLimits, ReportedUse } from '../../../../src/licensing/licenses/license-data.ts';
import { suiteLimitStatuses } from '../../../../src/licensing/plans/suite-limit-statuses.ts';

const nothing: ReportedLimits = {
  dashboards: null,
  'active-projects': null,
  'active-marketing-flows': null,
  nearest: null,
};
const use = (active: number, maximum: number, verdict: Partial<ReportedUse> = {}): ReportedUse => {
  return { active, maximum, near: false, reached: false, ...verdict };
};
const projectsOnCore = (reported: ReportedUse) =>
  suiteLimitStatuses('core', { ...nothing, 'active-projects': reported }).find(
    ({ name }) => name === 'active-projects',
  );
const brief = (plan: Parameters<typeof suiteLimitStatuses>[0], reported: Partial<ReportedLimits> = {}) =>
  suiteLimitStatuses(plan, { ...nothing, ...reported }).map(({ name, active, maximum }) => [
    name,
    active,
    maximum,
  ]);

describe('suiteLimitStatuses', () => {
  it.each([
    [0, 'below'],
    [84, 'below'],
    [85, 'near'],
    [99, 'near'],
    [100, 'reached'],
    [101, 'reached'],
  ])('at %i of 100 projects, the level is %s', (active, level) => {
    expect(projectsOnCore(use(active, 100))).toEqual({
      name: 'active-projects',
      maximum: 100,
      active,
      level,
      liftedBy: 'growth',
    });
  });

  it('rounds nothing: 85 % of 15 is reached with 13 but not with 12', () => {
    const levels = [12, 13].map(
      (active) => suiteLimitStatuses('growth', { ...nothing, nearest: use(active, 15) })[2]?.level,
    );
    expect(levels).toEqual(['below', 'near']);
  });

  it("follows SuperOffice's own verdicts where they are stricter", () => {
    expect(projectsOnCore(use(10, 100, { near: true }))?.level).toBe('near');
    expect(projectsOnCore(use(10, 100, { reached: true }))?.level).toBe('reached');
  });

  it('names the plan that lifts each limit', () => {
    const lifted = (['starter', 'core', 'growth', 'plus', 'super'] as const).map((plan) =>
      suiteLimitStatuses(plan, null)
        .filter(({ maximum }) => maximum !== 'unlimited' && maximum > 0)
        .map(({ name, liftedBy }) => [name, liftedBy]),
    );
    expect(lifted).toEqual([
      [['dashboards', 'core']],
      [['active-projects', 'growth']],
      [['custom-objects', 'plus']],
      [['active-marketing-flows', 'super']],
      [],
    ]);
  });

  it('prefers the reported maximum to the published one', () => {
    expect(projectsOnCore(use(110, 150))).toMatchObject({ maximum: 150, level: 'below' });
  });

  it('recognizes the limit that SuperOffice does not name by its maximum', () => {
    expect(brief('growth', { nearest: use(14, 15) })).toContainEqual(['custom-objects', 14, 15]);
    expect(brief(null, { nearest: use(9, 10) })).toEqual([['active-marketing-flows', 9, 10]]);
    expect(brief(null, { nearest: use(19, 20) })).toEqual([['unnamed', 19, 20]]);
  });

  it('shows a limit once when its own call and the unnamed one report it', () => {
    const both = { 'active-projects': use(97, 100), nearest: use(97, 100) };
    expect(brief(null, both)).toEqual([['active-projects', 97, 100]]);
  });

  it('leaves out what is neither published nor reported', () => {
    expect(suiteLimitStatuses(null, null)).toEqual([]);
    expect(brief(null, { dashboards: use(2, 3) })).toEqual([['dashboards', 2, 3]]);
  });
});
