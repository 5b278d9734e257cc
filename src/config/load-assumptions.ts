import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { addOnKeys } from '../licensing/catalogue/add-ons.ts';
import { isGroup } from '../licensing/catalogue/catalogue.ts';
import { type FeatureKey, featureKeys } from '../licensing/catalogue/feature-keys.ts';
import { suiteLimitNames } from '../licensing/catalogue/suite-limits.ts';
import { suitePlans } from '../licensing/catalogue/suite-plans.ts';
import shipped from '../licensing/entitlements/assumptions.json' with { type: 'json' };
import type { Assumptions } from '../licensing/entitlements/assumptions.ts';
import { normalizeModuleName } from '../licensing/licenses/module-names.ts';
import { type CrmAddressForms, documentedAddressForms } from '../superoffice/api/crm-addresses.ts';
import { type AudienceForm, audienceForms } from '../superoffice/callbacks/state-change-notification.ts';

/** Assumptions about SuperOffice's platform, which the licensing domain does not need. */
interface PlatformAssumptions {
  /** Accepted forms of the audience of a state-change token; issuer and algorithm are fixed. */
  readonly stateChangeAudiences: readonly AudienceForm[];
  readonly crmAddresses: CrmAddressForms;
  /** Values of `identityprovider` in an id_token that name SuperOffice itself (docs/superoffice/auth.md#32-claims). */
  readonly ownIdentityProviders: readonly string[];
}
const shippedPlatform: PlatformAssumptions = {
  stateChangeAudiences: audienceForms,
  crmAddresses: documentedAddressForms,
  ownIdentityProviders: ['central-superid', 'superoffice-online'],
};

// Does not compile if the shipped file lacks or misspells a feature.
const shippedLicensing: { readonly modules: Readonly<Record<FeatureKey, unknown>> } = shipped;
const shippedJson = { ...shippedLicensing, platform: shippedPlatform };

const module = z.string().transform(normalizeModuleName).pipe(z.string().min(1, 'must name a module'));
const modules = z.array(module);
const feature = z.enum(featureKeys).refine((key) => !isGroup(key), 'is a group: name the features in it');
const tiers = z.strictObject({ essential: module, premium: module });
const perSolution = <T extends z.ZodType>(each: T) =>
  z.strictObject({ sales: each, service: each, marketing: each });
const right = z.string().regex(/^[a-z0-9-]+$/, 'must be in lower case');
const suiteModule = z.string().regex(/^[a-z0-9 ]+$/, 'must be in lower case, without hyphens');
const inferredOrDocumented = z.enum(['documented', 'inferred']);
const suiteAvailability = z.strictObject({
  from: z.enum(suitePlans),
  confidence: z.enum(['documented', 'published', 'inferred']),
});
const timing = z.enum(['at-once', 'at-renewal']);

const featureModules = z
  .strictObject({ site: modules, user: modules, confidence: z.enum(['documented', 'inferred', 'none']) })
  .refine(
    ({ site, user, confidence }) => site.length + user.length > 0 === (confidence !== 'none'),
    'the confidence must be none where no module is named, and only there',
  );

const assumptionsSchema: z.ZodType<Assumptions> = z.strictObject({
  modules: z.record(z.enum(featureKeys), featureModules).superRefine((all, context) => {
    for (const key of featureKeys.filter(isGroup)) {
      if (all[key].confidence === 'none') continue;
      context.addIssue({ code: 'custom', path: [key], message: 'is a group: name the features in it' });
    }
  }),
  editingLicenses: modules,
  containedIn: z
    .partialRecord(feature, feature)
    .refine(
      (contained) =>
        Object.values(contained).every((parentFeature) => contained[parentFeature] === undefined),
      'a feature that contains another must not be contained itself',
    ),
  hiddenBy: z.record(right, z.array(feature)),
  premiumModules: perSolution(modules),
  tierMarkers: z.strictObject({ user: tiers, site: perSolution(tiers) }),
  addOnModules: z.record(z.enum(addOnKeys), modules),
  planChanges: z.strictObject({ add: timing, reduce: timing }),
  billedByUseFrom: z.int().positive(),
  suite: z.strictObject({
    modules: z.record(suiteModule, z.enum([...suitePlans, 'unknown'])),
    needByFeature: z.partialRecord(feature, suiteAvailability),
    limitedFeatures: z.partialRecord(
      feature,
      z.strictObject({ name: z.enum(suiteLimitNames), confidence: inferredOrDocumented }),
    ),
  }),
});

const addressForm = z
  .string()
  .regex(/^\{crm\}\/[\w/.?{}=&-]*$/, 'must begin with {crm}/, for example {crm}/default.aspx?{target}');

const platformSchema: z.ZodType<PlatformAssumptions> = z.strictObject({
  stateChangeAudiences: z.array(z.enum(audienceForms)).min(1, 'must name a form'),
  crmAddresses: z.strictObject({ start: addressForm, screen: addressForm, administration: addressForm }),
  ownIdentityProviders: z.array(z.string().min(1, 'must name an identity provider')),
});

/** The assumptions, or all problems of the operator's file, one line each. */
export type AssumptionsRead =
  | { readonly valid: true; readonly assumptions: Assumptions; readonly platform: PlatformAssumptions }
  | { readonly valid: false; readonly problems: readonly string[] };

/**
 * Reads the shipped assumptions and applies the operator's file, a JSON merge patch (RFC 7396): it names only what it
 * changes, and null removes an entry. A missing file changes nothing.
 */
export function readAssumptions(file: string): AssumptionsRead {
  const { text, problem } = readIfExists(file);
  if (problem !== undefined) return { valid: false, problems: [problem] };
  if (text === undefined) return validate(shippedJson, []);
  const patch = parseJson(text);
  if (patch === undefined) return { valid: false, problems: ['assumptions.json is not JSON'] };
  return validate(mergePatch(shippedJson, patch), findMissingRemovals(shippedJson, patch));
}

function validate(merged: unknown, problems: readonly string[]): AssumptionsRead {
  const entries = toEntries(merged);
  const platform = z.object({ platform: platformSchema }).safeParse(Object.fromEntries(entries));
  entries.delete('platform');
  const licensing = assumptionsSchema.safeParse(isObject(merged) ? Object.fromEntries(entries) : merged);
  if (licensing.success && platform.success && problems.length === 0)
    return { valid: true, assumptions: licensing.data, ...platform.data };
  const errors = isObject(merged) ? [licensing.error, platform.error] : [licensing.error];
  const issues = errors.flatMap((error) => error?.issues ?? []);
  return { valid: false, problems: [...problems, ...issues.map(describeIssue)] };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.') || 'the file';
  const keyIssue = issue.code === 'invalid_key' ? issue.issues[0] : undefined;
  return `assumptions.json: ${path}: ${keyIssue?.message ?? issue.message}`;
}

function readIfExists(file: string): { readonly text?: string; readonly problem?: string } {
  try {
    return { text: readFileSync(file, 'utf8').replace(/^\uFEFF/, '') };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isMissing ? {} : { problem: 'assumptions.json cannot be read' };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Applies a JSON merge patch (RFC 7396). */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = toEntries(target);
  for (const [key, value] of toEntries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

// Removing a missing entry has no effect, so it is a mistake in a handwritten file.
function findMissingRemovals(
  target: unknown,
  patch: unknown,
  path: readonly string[] = [],
): readonly string[] {
  const present = toEntries(target);
  return [...toEntries(patch)].flatMap(([key, value]) => {
    const keyPath = [...path, key];
    if (value !== null) return findMissingRemovals(present.get(key), value, keyPath);
    return present.has(key) ? [] : [`assumptions.json: ${keyPath.join('.')}: there is nothing to remove`];
  });
}

function toEntries(value: unknown): Map<string, unknown> {
  return new Map(isObject(value) ? Object.entries(value) : []);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
