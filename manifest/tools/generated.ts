import { z } from 'zod';
import type { Manifest } from './read-manifest.ts';
import { schemas } from './schemas.ts';

/** Everything in `manifest` that follows from the rest, by file: what it has to be. */
export function generatedFiles(manifest: Manifest): ReadonlyMap<string, string> {
  const jsonSchemas = Object.entries(schemas).map(([name, schema]): [string, string] => [
    `schema/${name}.json`,
    `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`,
  ]);
  return new Map([...jsonSchemas, ['provisioned.md', provisioned(manifest)]]);
}

/** The list of what is set up in a tenant, as an auditor wants it (docs/superoffice/certification.md#r33). */
function provisioned({ panels, webhook }: Manifest): string {
  const panelRows = panels.map(
    ({ name, progId, windowName, visibleIn, url }) =>
      `| ${name} | \`${progId}\` | ${windowName} | ${visibleIn} | \`${url}\` |`,
  );
  return `# What Planlens sets up in a tenant

Generated from \`web-panels.json\` and \`webhook.json\`, which the app reads to set it up.

## Web panels, visible to all user groups

| Name | ProgId | Window name | Visible in | Address |
| --- | --- | --- | --- | --- |
${panelRows.join('\n')}

## Webhook

\`${webhook.name}\`, with a secret of its own in each tenant, for ${webhook.events.map((event) => `\`${event}\``).join(', ')}.

## Nothing else

No user-defined fields, foreign keys, preferences, lists or scripts. \`/uninstall\` removes all of the above.
`;
}
