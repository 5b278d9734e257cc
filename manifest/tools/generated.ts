import { z } from 'zod';
import { localizedVendorText, type Vendor } from '../../src/web/rendering/vendor.ts';
import type { Manifest } from './read-manifest.ts';
import { schemas } from './schemas.ts';

/** The generated files of the manifest with their expected content. */
export function generatedFiles(manifest: Manifest): ReadonlyMap<string, string> {
  const jsonSchemas = Object.entries(schemas).map(([name, schema]): [string, string] => [
    `schema/${name}.json`,
    `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`,
  ]);
  return new Map([
    ...jsonSchemas,
    ['provisioned.md', describeProvisioned(manifest)],
    ['docs/support.md', describeSupport(manifest.vendor)],
  ]);
}

/** Describes the panels and the webhook in a tenant, for auditors (docs/superoffice/certification.md#r33). */
function describeProvisioned({ panels, webhook }: Manifest): string {
  const panelRows = panels.map(
    ({ name, progId, windowName, visibleIn, url }) =>
      `| ${name} | \`${progId}\` | ${windowName} | ${visibleIn} | \`${url}\` |`,
  );
  return `# What Planlens sets up in a tenant

Generated from \`web-panels.json\` and \`webhook.json\`, from which the app provisions a tenant.

## Web panels, visible to all user groups

| Name | ProgId | Window name | Visible in | URL |
| --- | --- | --- | --- | --- |
${panelRows.join('\n')}

## Webhook

\`${webhook.name}\`, with a separate secret per tenant, for the events ${webhook.events.map((event) => `\`${event}\``).join(', ')}.
Its description in the tenant: ${webhook.description}

## Nothing else

No user-defined fields, foreign keys, preferences, lists or scripts. \`/uninstall\` removes all of the above.
`;
}

/** The page about vendor and support, in English. */
function describeSupport({
  name,
  address,
  website,
  support,
  privacyStatement,
  terms,
  ...vendor
}: Vendor): string {
  const rows = [
    ['Support page', support.page],
    ['Report a problem', support.problemReports],
    ['E-mail', support.email],
    ['Hours and languages', localizedVendorText(support.hours, 'en')],
    ['Vendor', name],
    ['Address', address],
    ['Website', website],
    ['Privacy statement', privacyStatement],
    ['Terms of use', terms],
    ['Price', localizedVendorText(vendor.price, 'en')],
    ['Place of the data', localizedVendorText(vendor.dataLocation, 'en')],
  ];
  return `# Vendor and support

Generated from \`vendor.json\`.

| Question | Answer |
| --- | --- |
${rows.map(([question, answer]) => `| ${question} | ${answer} |`).join('\n')}

Please include the reference from the error page; support can find the error in the log with it.
`;
}
