import { z } from 'zod';
import { type ApiCall, type ApiRoute, readBody } from './web-api.ts';

const urlRequest = z.object({
  SoProtocol: z.string(),
  Currents: z.string().nullish(),
  Frameless: z.boolean().nullish(),
});

/** Names that the documentation mentions; the list of all names is unknown. */
const featureToggles = { NewServiceRequest: true, BoardView: false };

/** The Configuration agent (docs/superoffice/changes-2026.md#8-shop-toggles-usage-and-news-feed). */
export function configurationRoutes(): ApiRoute[] {
  return [agent('GetCRMUrl', crmUrl), agent('GetAllFeatureToggles', () => featureToggles)];
}

function agent(name: string, handle: ApiRoute['handle']): ApiRoute {
  return {
    method: 'post',
    path: `/Agents/Configuration/${name}`,
    operation: `Configuration.${name}`,
    handle,
  };
}

/**
 * The URL of a screen. Whether SuperOffice accepts targets of Settings and maintenance is unknown
 * (docs/superoffice/changes-2026.md#6-admin-screen-addresses): the sandbox returns null, as a failing agent does.
 */
function crmUrl(call: ApiCall): string | null {
  const { SoProtocol } = readBody(call, urlRequest);
  if (SoProtocol === '' || /^(admin|crmscript)/i.test(SoProtocol)) return null;
  const { origin } = new URL(call.baseUrl);
  return `${origin}/${call.tenant.contextIdentifier}/default.aspx?${SoProtocol}`;
}
