import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import type { Vendor } from '../../src/web/rendering/vendor.ts';
import { type App, type Environment, type Listing, schemas } from './schemas.ts';

/** A problem in the manifest: file, path in the file, and message. */
export interface Problem {
  readonly file: string;
  readonly where: string;
  readonly message: string;
}

/** The parsed manifest. */
export interface Manifest {
  readonly app: App;
  readonly vendor: Vendor;
  readonly environments: ReadonlyMap<string, Environment>;
  readonly listings: ReadonlyMap<string, Listing>;
  readonly panels: z.output<(typeof schemas)['web-panels']>;
  readonly webhook: z.output<(typeof schemas)['webhook']>;
}

/** Reads the manifest; null, with the problems, when a file does not match its schema. */
export function readManifest(folder: string): {
  readonly manifest: Manifest | null;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];

  function read<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | null {
    const parsed = schema.safeParse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    for (const { path, message } of parsed.error?.issues ?? [])
      problems.push({ file, where: path.join('.'), message: message });
    return parsed.success ? parsed.data : null;
  }
  function readAll<Schema extends z.ZodType>(
    subfolder: string,
    schema: Schema,
  ): Map<string, z.output<Schema>> {
    const files = readdirSync(join(folder, subfolder)).filter((file) => file.endsWith('.json'));
    return new Map(
      files.flatMap((file) => {
        const content = read(`${subfolder}/${file}`, schema);
        return content === null ? [] : [[basename(file, '.json'), content]];
      }),
    );
  }

  const app = read('app.json', schemas.app);
  const vendor = read('vendor.json', schemas.vendor);
  const environments = readAll('environments', schemas.environment);
  const listings = readAll('listing', schemas.listing);
  const panels = read('web-panels.json', schemas['web-panels']);
  const webhook = read('webhook.json', schemas.webhook);
  const complete = app && vendor && panels && webhook && problems.length === 0;
  return { manifest: complete ? { app, vendor, environments, listings, panels, webhook } : null, problems };
}
