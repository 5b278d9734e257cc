import {
  type ApiKey,
  type ApiKeyKind,
  type ApiScope,
  apiKeyKinds,
  apiScopes,
  maxApiKeys,
} from '../../../tenants/api-key-store.ts';
import type { Language } from '../../rendering/i18n.ts';
import { isolateText } from '../../rendering/isolate-text.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import {
  type ApiKeyField,
  type ApiKeyValidationError,
  defaultLifetime,
  findField,
  findInvalidOrigin,
  lifetimes,
  maxNameLength,
  maxOrigins,
  type NewApiKeyForm,
  splitOrigins,
} from './api-key-form.ts';
import { type KeyExpiry, keyExpiry } from './key-expiry.ts';

/** A rejected form, as it was sent. */
export interface InvalidApiKey extends NewApiKeyForm {
  readonly validationError: ApiKeyValidationError | 'not-sent';
}

/** A key in the list. */
interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  /** How the key begins and ends. */
  readonly look: string;
  readonly kind: string;
  readonly scopes: string;
  readonly origins: readonly string[];
  readonly created: string;
  readonly expires: string;
  readonly expiry: KeyExpiry;
  readonly lastUse: string;
  /** The number of calls; empty for none. */
  readonly uses: string;
}

/** A choice of the form. */
interface Choice<T extends string> {
  readonly key: T;
  readonly label: string;
  readonly hint: string;
  readonly chosen: boolean;
}

/** Values of `views/admin-api-keys.ejs`. */
interface ApiKeysView {
  readonly keys: readonly ApiKeyRow[];
  readonly revoked: readonly { readonly name: string; readonly look: string; readonly text: string }[];
  readonly form: {
    readonly id: string;
    readonly name: string;
    readonly origins: string;
    readonly kinds: readonly Choice<ApiKeyKind>[];
    readonly scopes: readonly Choice<ApiScope>[];
    readonly lifetimes: readonly { readonly key: string; readonly label: string; readonly chosen: boolean }[];
    readonly validationError: string;
    readonly invalid: ApiKeyField;
    readonly maxNameLength: number;
  };
}

/**
 * Describes the keys of a tenant and the form of a new one.
 * @param deps.newId the id of the key that the form creates
 * @param deps.now the current time, ms since 1970
 */
export function apiKeysView(
  keys: readonly ApiKey[],
  refused: InvalidApiKey | null,
  { language, newId, now }: { language: Language; newId: string; now: number },
): ApiKeysView {
  return {
    keys: keys.filter(({ revokedAt }) => revokedAt === null).map((key) => toRow(key, language, now)),
    revoked: keys.flatMap((key) =>
      key.revokedAt === null
        ? []
        : {
            name: key.name,
            look: toLook(key),
            text: language.t('admin.apiKeys.revokedOn', { date: dayOf(key.revokedAt, language) }),
          },
    ),
    form: toForm(refused, newId, language),
  };
}

function toForm(refused: InvalidApiKey | null, id: string, { t, number }: Language): ApiKeysView['form'] {
  const { kind = 'secret', scope = ['evaluate'], lifetime = defaultLifetime } = refused ?? {};
  return {
    id,
    name: refused?.name ?? '',
    origins: refused?.origins ?? '',
    kinds: apiKeyKinds.map((key) => ({
      key,
      label: t(`admin.apiKeys.kind.${key}`),
      hint: t(`admin.apiKeys.kindHint.${key}`),
      chosen: key === kind,
    })),
    scopes: apiScopes.map((key) => ({
      key,
      label: t(`admin.apiKeys.scope.${key}`),
      hint: t(`admin.apiKeys.scopeHint.${key}`),
      chosen: scope.includes(key),
    })),
    lifetimes: lifetimes.map((key) => ({
      key,
      label: key === '0' ? t('admin.apiKeys.forever') : t('admin.apiKeys.days', { count: Number(key) }),
      chosen: key === lifetime,
    })),
    validationError: refused === null ? '' : describeError(refused, t, number),
    invalid: refused === null ? '' : findField(refused.validationError),
    maxNameLength,
  };
}

function describeError(
  { name, origins, validationError }: InvalidApiKey,
  t: Language['t'],
  number: Language['number'],
): string {
  return t(`admin.validationError.${validationError}`, {
    length: number(name.length),
    longest: number(maxNameLength),
    origin: findInvalidOrigin(splitOrigins(origins)) ?? '',
    most: number(maxOrigins),
    count: maxApiKeys,
  });
}

function toRow(key: ApiKey, language: Language, now: number): ApiKeyRow {
  const { t, number } = language;
  const by =
    key.createdByName ?? (key.createdBy === null ? '' : t('admin.associate', { associateId: key.createdBy }));
  const day = dayOf(key.createdAt, language);
  return {
    id: key.id,
    name: key.name,
    look: toLook(key),
    kind: t(`admin.apiKeys.kind.${key.kind}`),
    scopes: key.scopes.map((scope) => t(`admin.apiKeys.scope.${scope}`)).join(', '),
    origins: key.origins,
    created: by === '' ? day : t('admin.apiKeys.createdBy', { date: day, name: isolateText(by) }),
    expires: key.expiresAt === null ? t('admin.apiKeys.never') : dayOf(key.expiresAt, language),
    expiry: keyExpiry(key, now),
    lastUse: key.lastUsedAt === null ? t('admin.apiKeys.unused') : dayOf(key.lastUsedAt, language),
    uses: key.uses === 0 ? '' : t('admin.apiKeys.uses', { count: key.uses, number: number(key.uses) }),
  };
}

function toLook({ kind, ending }: ApiKey): string {
  return `${kind === 'secret' ? 'pls' : 'plp'}_…${ending}`;
}

function dayOf(at: Date, { shortDate }: Language): string {
  return shortDate(toUtcDay(at.getTime()));
}
