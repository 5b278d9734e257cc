import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { catalogue } from '../../../licensing/catalogue/catalogue.ts';
import type { EntitlementEngine } from '../../../licensing/entitlement-engine.ts';
import type { Assumptions } from '../../../licensing/entitlements/assumptions.ts';
import { deleteRemoved } from '../../delete-removed.ts';
import { type CompressedBody, compressedBody } from '../../rendering/compression.ts';
import type { Language, Languages } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import type { ApiCaller } from '../api-caller.ts';
import { countFreeSeats } from '../free-seats.ts';
import { answerPlanQuestion } from './answer-plan-question.ts';
import { dataVersion, tenantVersion } from './data-version.ts';
import { evaluateFlags } from './evaluate-flags.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import type { FlagSet } from './flag.ts';
import { ageOf, type Subject } from './load-subject.ts';
import { OfrepError } from './ofrep-error.ts';
import { findPause } from './pause.ts';
import type { StreamTokens } from './stream-token.ts';

/** All flags of one user, ready to be sent. */
interface SentFlagSet {
  /** Weak, because it stands for the body in every encoding; made of versions, so the same in every process. */
  readonly etag: string;
  readonly body: CompressedBody;
  /** The bytes of each flag, which are parts of the body. */
  readonly flags: ReadonlyMap<string, Buffer>;
}

/** Returns the flags that a caller asks for. @throws OfrepError `INVALID_CONTEXT` for a plan the tenant cannot have */
export type FlagSets = (caller: ApiCaller, subject: Subject, asked: EvaluationRequest) => SentFlagSet;

/** What one cached set was made from; it is compared by identity. */
interface Basis extends Pick<Subject, 'tenantLicenses' | 'userLicenses' | 'isUnavailable'> {
  readonly status: string;
  /** The day of the request, counted from 1970. */
  readonly day: number;
  /** In which half of the life of a stream's address it was made. */
  readonly period: number;
}

interface CachedSet extends SentFlagSet {
  readonly basis: Basis;
}

interface FlagSetDeps {
  readonly entitlementEngine: EntitlementEngine;
  readonly assumptions: Assumptions;
  readonly languages: Languages;
  readonly streamTokens: StreamTokens;
  /** Where callers reach the app, without a trailing slash. */
  readonly publicUrl: string;
  /** Size limit of the cache, in bytes. */
  readonly maxBytes: number;
  /** Calls the listener when the data of a tenant or of a user were removed; null stands for all. */
  readonly onRemoval: (listener: (key: string | null) => void) => void;
  /** Ms since 1970. */
  readonly now: () => number;
}

/** The address of event streams. */
export const eventsPath = '/ofrep/v1/events';
const dayMs = 24 * 60 * 60_000;
/** The address of a stream is renewed after half of its life, so that each answer has one for at least this time, ms. */
const streamPeriodMs = 30 * 60_000;
/** The room of a set beside its plain bytes, as a part of them: the compressed forms, and the list of flags. */
const extraShare = 1 / 3;

/** Caches the flags of each user by key, language and plan asked about, as the bytes to send. */
export function createFlagSets(deps: FlagSetDeps): FlagSets {
  const { languages, now } = deps;
  const rules = hash(JSON.stringify([catalogue, deps.assumptions])).slice(0, 12);
  const cache = new LRUCache<string, CachedSet>({
    maxSize: deps.maxBytes,
    sizeCalculation: ({ body }) => Math.ceil(body.plain.length * (1 + extraShare)),
  });
  deps.onRemoval((removed) => deleteRemoved(cache, removed));

  return (caller, subject, asked) => {
    const { tenant, associateId } = subject;
    const { keyIds } = caller;
    const language = languages.choose(asked.language === null ? [] : [asked.language]);
    const user = `${tenant.tenantId}/${associateId}`;
    const key = `${user} ${keyIds.join()} ${language.code} ${asked.plan ?? ''}`;
    const time = now();
    const cached = cache.get(key);
    const period = periodOf(user, time);
    const basis: Basis = {
      ...pickBasis(subject),
      status: tenant.status,
      day: Math.floor(time / dayMs),
      period,
    };
    if (cached !== undefined && isSame(cached.basis, basis)) return cached;
    const set = render(deps, { rules, subject, asked, language, today: toUtcDay(time), keyIds, period });
    cache.set(key, { ...set, basis });
    return set;
  };
}

function pickBasis({ tenantLicenses, userLicenses, isUnavailable }: Subject) {
  return { tenantLicenses, userLicenses, isUnavailable };
}

function isSame(one: Basis, other: Basis): boolean {
  return (
    one.tenantLicenses === other.tenantLicenses &&
    one.userLicenses === other.userLicenses &&
    one.isUnavailable === other.isUnavailable &&
    one.status === other.status &&
    one.day === other.day &&
    one.period === other.period
  );
}

/** The periods of the users begin at different times, so that their streams do not end at the same time. */
function periodOf(user: string, time: number): number {
  return Math.floor((time + offsetOf(user)) / streamPeriodMs);
}

function offsetOf(user: string): number {
  let sum = 0;
  for (let index = 0; index < user.length; index += 1) sum = (sum * 31 + user.charCodeAt(index)) % 1_000_003;
  return (sum / 1_000_003) * streamPeriodMs;
}

function render(
  deps: FlagSetDeps,
  made: {
    readonly rules: string;
    readonly subject: Subject;
    readonly asked: EvaluationRequest;
    readonly language: Language;
    readonly today: string;
    readonly keyIds: readonly string[];
    readonly period: number;
  },
): SentFlagSet {
  const { subject, asked, language, keyIds, period } = made;
  const { tenant, associateId, userLicenses } = subject;
  const { tenantId } = tenant;
  const ofTenant = tenantVersion(tenant.status, subject.tenantLicenses?.content ?? null, made.today);
  const seen = dataVersion(ofTenant, userLicenses?.content ?? null);
  const set = evaluate(deps, { ...made, snapshot: seen });
  const expiresAt = (period + 2) * streamPeriodMs - offsetOf(`${tenantId}/${associateId}`);
  const token = deps.streamTokens.sign({ tenantId, associateId, keyIds, seen, expiresAt });
  const eventStreams = [{ type: 'sse', url: `${deps.publicUrl}${eventsPath}?token=${token}` }];
  const { plain, flags } = serialize(set, eventStreams);
  const versions = [made.rules, seen, set.metadata, language.code, asked.plan, keyIds, associateId, period];
  return {
    etag: `W/"${hash(JSON.stringify(versions)).slice(0, 22)}"`,
    body: compressedBody(plain, 'page'),
    flags,
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function evaluate(
  { entitlementEngine, publicUrl }: FlagSetDeps,
  made: Parameters<typeof render>[1] & { readonly snapshot: string },
): FlagSet {
  const { subject, asked, language, today } = made;
  const { tenant, associateId, tenantLicenses, userLicenses } = subject;
  const entitlements = entitlementEngine(tenantLicenses?.content ?? null, today);
  const user = userLicenses?.content ?? null;
  const report =
    asked.plan === null ? entitlements.report(user) : answerPlanQuestion(entitlements, user, asked.plan);
  if (report === null)
    throw new OfrepError(
      'INVALID_CONTEXT',
      'The tenant has CRM Suite: context.plan must be one of its plans.',
    );
  return evaluateFlags({
    tenantId: tenant.tenantId,
    report,
    pause: findPause(tenant.status, report.notices),
    freeSeats: countFreeSeats(entitlements),
    ...ageOf(subject),
    catalogue: made.rules,
    snapshot: made.snapshot,
    language,
    explainUrl: (feature) => `${publicUrl}/api/v1/users/${associateId}/features/${feature}`,
  });
}

/** Serializes a set once: the bytes of a single flag are part of those of the set. */
function serialize({ flags, metadata }: FlagSet, eventStreams: readonly object[]) {
  const texts = flags.map((flag) => JSON.stringify(flag));
  const head = '{"flags":[';
  const plain = Buffer.from(
    `${head}${texts.join()}],"metadata":${JSON.stringify(metadata)},"eventStreams":${JSON.stringify(eventStreams)}}`,
  );
  const byKey = new Map<string, Buffer>();
  let start = head.length;
  for (const [index, text] of texts.entries()) {
    const end = start + Buffer.byteLength(text);
    byKey.set(flags[index]?.key ?? '', plain.subarray(start, end));
    start = end + 1;
  }
  return { plain, flags: byKey };
}
