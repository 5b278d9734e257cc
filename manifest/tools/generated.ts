import { z } from 'zod';
import type { Manifest } from './read-manifest.ts';
import { schemas } from './schemas.ts';

/** The generated files of the manifest with their expected content. */
export function generatedFiles(manifest: Manifest): ReadonlyMap<string, string> {
  const jsonSchemas = Object.entries(schemas).map(([name, schema]): [string, string] => [
    `schema/${name}.json`,
    `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`,
  ]);
  return new Map([...jsonSchemas, ['provisioned.md', describeProvisioned(manifest)]]);
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
