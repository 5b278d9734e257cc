import { z } from 'zod';
import { apiKeyKinds, apiScopes, type NewApiKey } from '../../../tenants/api-key-store.ts';
import { typedText } from '../../rendering/form-parsing.ts';

/** Maximum length of the name of a key, in characters. */
export const maxNameLength = 60;
/** Origins of one key. */
export const maxOrigins = 10;
/** Maximum length of an origin, in characters. */
const maxOriginLength = 200;

/** How long a new key is valid, in days; 0 for a key without an expiry. */
export const lifetimes = ['30', '90', '180', '365', '730', '0'] as const;
/** The lifetime that the form suggests. */
export const defaultLifetime = '90';
const dayMs = 24 * 60 * 60_000;

const textOrTexts = z.union([z.string(), z.array(z.string())]);

/** The form of a new key. `id` is that of the key, so that a form that is sent twice creates one key. */
const createSchema = z.object({
  intent: z.literal('create'),
  id: z.uuid(),
  name: typedText,
  kind: z.enum(apiKeyKinds),
  scope: textOrTexts
    .default([])
    .transform((sent) => apiScopes.filter((scope) => [sent].flat().includes(scope))),
  origins: typedText.default(''),
  lifetime: z.enum(lifetimes),
});

/** The forms of the page: a new key, or one to revoke. */
export const apiKeyFormSchema = z.discriminatedUnion('intent', [
  createSchema,
  z.object({ intent: z.literal('revoke'), id: z.uuid() }),
]);

/** The fields of the form of a new key. */
export type NewApiKeyForm = Readonly<z.infer<typeof createSchema>>;

/** Why a key cannot be created. */
export type ApiKeyValidationError =
  | 'key-name-missing'
  | 'key-name-too-long'
  | 'key-scope-missing'
  | 'key-export-publishable'
  | 'key-origin-missing'
  | 'key-origin-invalid'
  | 'key-origins-too-many'
  | 'key-origins-secret'
  | 'keys-full';

/** The field that an error is about. */
export type ApiKeyField = 'name' | 'scope' | 'origins' | '';

const fieldOf: Readonly<Record<ApiKeyValidationError, ApiKeyField>> = {
  'key-name-missing': 'name',
  'key-name-too-long': 'name',
  'key-scope-missing': 'scope',
  'key-export-publishable': 'scope',
  'key-origin-missing': 'origins',
  'key-origin-invalid': 'origins',
  'key-origins-too-many': 'origins',
  'key-origins-secret': 'origins',
  'keys-full': '',
};

/** The field that an error is about; empty for an error of the whole form. */
export function findField(error: ApiKeyValidationError | 'not-sent'): ApiKeyField {
  return error === 'not-sent' ? '' : fieldOf[error];
}

/**
 * Validates the form of a new key, and makes the key.
 * @param now the current time, ms since 1970
 */
export function parseNewApiKey(
  form: NewApiKeyForm,
  now: number,
): { readonly created: NewApiKey } | { readonly error: ApiKeyValidationError } {
  const { id, name, kind, scope: scopes, lifetime } = form;
  const lines = splitOrigins(form.origins);
  const origins = [...new Set(lines.map(parseOrigin).filter((origin) => origin !== null))];
  const error = validate(form, lines, origins);
  if (error !== null) return { error };
  const expiresAt = lifetime === '0' ? null : new Date(now + Number(lifetime) * dayMs);
  return { created: { id, name, kind, scopes, origins, expiresAt } };
}

function validate(
  { name, kind, scope: scopes }: NewApiKeyForm,
  lines: readonly string[],
  origins: readonly string[],
): ApiKeyValidationError | null {
  if (name === '') return 'key-name-missing';
  if (name.length > maxNameLength) return 'key-name-too-long';
  if (scopes.length === 0) return 'key-scope-missing';
  if (kind === 'secret') return lines.length > 0 ? 'key-origins-secret' : null;
  if (scopes.includes('export')) return 'key-export-publishable';
  if (lines.length === 0) return 'key-origin-missing';
  if (findInvalidOrigin(lines) !== null) return 'key-origin-invalid';
  return origins.length > maxOrigins ? 'key-origins-too-many' : null;
}

/** The origins that an administrator typed, one per line. */
export function splitOrigins(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((line) => line !== '');
}

/** The first text that is no origin; null if all are. */
export function findInvalidOrigin(lines: readonly string[]): string | null {
  return lines.find((line) => parseOrigin(line) === null) ?? null;
}

/** An origin as browsers send it; null for a text that is none. Only a developer's own machine may do without TLS. */
function parseOrigin(text: string): string | null {
  const url = URL.canParse(text) && text.length <= maxOriginLength ? new URL(text) : null;
  if (url === null || url.pathname !== '/' || url.search + url.hash + url.username !== '') return null;
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  // A browser that is asked for a host name with * would send it as well, to no purpose.
  if (url.hostname.includes('*')) return null;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal) ? url.origin : null;
}
