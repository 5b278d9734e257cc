import type { ApiCall, TenantApiClient } from '../../../src/superoffice/api/web-api.ts';

/** A caller that answers so and keeps what it was asked. */
export function createFakeApiClient(
  answer: (call: ApiCall) => unknown,
): TenantApiClient & { readonly asked: ApiCall[] } {
  const asked: ApiCall[] = [];
  return {
    asked,
    async call(call) {
      asked.push(call);
      return answer(call);
    },
  };
}
