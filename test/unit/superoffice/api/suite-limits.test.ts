import { describe, expect, it } from 'vitest';
import { limitCalls, readLimitUse } from '../../../../src/superoffice/api/suite-limits.ts';
import { createFakeApiClient } from '../fake-tenant-api-client.ts';

const info = { ActiveCount: 86, Maximum: 100, IsNearingMaximum: true, HasReachedMaximum: false };
const read = (body: unknown) =>
  readLimitUse(
    createFakeApiClient(() => body),
    'active-projects',
  );

describe('readLimitUse', () => {
  it('calls one operation for each limit, without a body', async () => {
    const apiClient = createFakeApiClient(() => info);
    for (const call of limitCalls) {
      expect(await readLimitUse(apiClient, call)).toEqual({
        active: 86,
        maximum: 100,
        near: true,
        reached: false,
      });
    }
    expect(apiClient.calls.map(({ method, path, json }) => [method, path, json])).toEqual([
      ['POST', 'Agents/Dash/GetDashboardFencingInfo', undefined],
      ['POST', 'Agents/Project/GetProjectFencingInfo', undefined],
      ['POST', 'Agents/Workflow/GetWorkflowFencingInfo', undefined],
      ['POST', 'Agents/License/GetFencingInfo', undefined],
    ]);
  });

  it.each([
    ['null', null],
    ['an empty carrier', {}],
    ['all zero', { ActiveCount: 0, Maximum: 0, IsNearingMaximum: false, HasReachedMaximum: false }],
    ['a plan without the item', { ...info, ActiveCount: 0, Maximum: 0, HasReachedMaximum: true }],
    ['an unlimited maximum of -1', { ...info, Maximum: -1 }],
    ['an unlimited maximum of int32', { ...info, Maximum: 2_147_483_647 }],
    ['no count', { ...info, ActiveCount: null }],
    ['counts of another type', { ...info, Maximum: '100' }],
  ])('reports nothing for %s', async (_name, body) => {
    expect(await read(body)).toBeNull();
  });

  it('reads a use without verdicts', async () => {
    expect(await read({ ActiveCount: 3, Maximum: 100, IsNearingMaximum: null })).toEqual({
      active: 3,
      maximum: 100,
      near: false,
      reached: false,
    });
  });

  it.each([
    ['a list', []],
    ['a text', 'none'],
  ])('rejects %s', async (_name, body) => {
    await expect(read(body)).rejects.toMatchObject({ code: 'unexpected-response' });
  });
});
