import { describe, expect, it } from 'vitest';
import { createRecordLogins } from '../../../../src/lifecycle/reconcile/record-logins.ts';
import type { UserLogin } from '../../../../src/superoffice/api/user-logins.ts';
import type { WebApi } from '../../../../src/superoffice/api/web-api.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';
import { tenant } from '../../web/panel/panel-contexts.ts';

const hour = 60 * 60_000;

function setUp(respond: () => unknown, lastId = 5) {
  let now = 0;
  let calls = 0;
  const saved: (readonly UserLogin[] | null)[] = [];
  const recordLogins = createRecordLogins({
    users: {
      highestId: async () => lastId,
      saveLogins: async (_tenantId, logins) => void saved.push(logins),
    },
    webApi: {
      asSystemUser: () => ({
        call: async () => {
          calls += 1;
          return respond();
        },
      }),
    } as Partial<WebApi> as WebApi,
    now: () => now,
  });
  return {
    saved,
    calls: () => calls,
    async runAfter(ms: number) {
      now += ms;
      await recordLogins(tenant);
    },
  };
}
const failing = (code: ConstructorParameters<typeof SuperOfficeError>[0]) => () => {
  throw new SuperOfficeError(code, 'user logins');
};

describe('createRecordLogins', () => {
  it('saves what SuperOffice reports, each time', async () => {
    const { runAfter, saved, calls } = setUp(() => ({ value: [{ 'associate.associate_id': 5 }] }));
    await runAfter(1);
    await runAfter(hour);
    expect(saved).toMatchObject([[{ associateId: 5 }], [{ associateId: 5 }]]);
    expect(calls()).toBe(2);
  });

  it.each(['unauthorized', 'forbidden', 'not-found', 'unexpected-response'] as const)(
    'forgets the logins when the call is refused with %s, and asks again after a day',
    async (code) => {
      const { runAfter, saved, calls } = setUp(failing(code));
      await runAfter(1);
      for (let each = 0; each < 23; each += 1) await runAfter(hour);
      expect({ saved, calls: calls() }).toEqual({ saved: [null], calls: 1 });
      await runAfter(hour + 1);
      expect(calls()).toBe(2);
    },
  );

  it.each(['timeout', 'throttled', 'server-error'] as const)(
    'keeps the logins when the call fails with %s, and asks again next time',
    async (code) => {
      const { runAfter, saved, calls } = setUp(failing(code));
      await runAfter(1);
      await runAfter(hour);
      expect({ saved, calls: calls() }).toEqual({ saved: [], calls: 2 });
    },
  );

  it('asks nothing where no users are listed', async () => {
    const { runAfter, calls } = setUp(() => ({ value: [] }), 0);
    await runAfter(1);
    expect(calls()).toBe(0);
  });
});
