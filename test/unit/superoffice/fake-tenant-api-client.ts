import type { ApiCall, TenantApiClient } from '../../../src/superoffice/api/web-api.ts';

/** A client that records its calls and returns the bodies from `respond`. */
export function createFakeApiClient(
  respond: (call: ApiCall) => unknown,
): TenantApiClient & { readonly calls: ApiCall[] } {
  const calls: ApiCall[] = [];
  return {
    calls,
    async call(call) {
      calls.push(call);
      return respond(call);
    },
  };
}
