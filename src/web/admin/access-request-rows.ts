import type { AccessRequest } from '../../tenants/access-request-store.ts';
import { parseSubject, subjectName } from '../panel/access-request-view.ts';
import type { Language } from '../rendering/i18n.ts';
import { toUtcDay } from '../rendering/timestamps.ts';
import { type InvalidResolution, maxCommentLength } from './resolution-form.ts';

/** What a user asked for, as an administrator sees it. */
interface QueuedAccessRequest {
  readonly id: string;
  readonly title: string;
  readonly requestedBy: string;
  readonly requestedOn: string;
}

/** A wish that waits for an answer. */
export interface OpenAccessRequest extends QueuedAccessRequest {
  readonly reason: string;
  /** An answer that was refused, as it was typed, and what is wrong with it; else both are empty. */
  readonly draft: string;
  readonly validationError: string;
}

/** A wish somebody answered. */
export interface ResolvedAccessRequest extends QueuedAccessRequest {
  /** How, when and by whom it was answered. */
  readonly outcome: string;
  readonly comment: string;
}

/** The wishes that wait for an answer, in the words of one language. */
export function openAccessRequests(
  accessRequests: readonly AccessRequest[],
  refused: InvalidResolution | null,
  language: Language,
): readonly OpenAccessRequest[] {
  const open = accessRequests.filter(({ state }) => state === 'open');
  return open.map((accessRequest) => ({
    ...toQueuedRequest(accessRequest, language),
    reason: accessRequest.reason,
    ...(refused?.id === accessRequest.id ? draftOf(refused, language) : { draft: '', validationError: '' }),
  }));
}

/** The wishes somebody answered, in the words of one language. */
export function resolvedAccessRequests(
  accessRequests: readonly AccessRequest[],
  language: Language,
): readonly ResolvedAccessRequest[] {
  const { t } = language;
  return accessRequests.flatMap((accessRequest) => {
    const { state, comment, resolvedBy, resolvedAt } = accessRequest;
    if (state === 'open' || resolvedAt === null) return [];
    const by = { date: day(resolvedAt, language), name: resolvedBy || t('admin.someAdministrator') };
    return [
      { ...toQueuedRequest(accessRequest, language), outcome: t(`admin.outcome.${state}`, by), comment },
    ];
  });
}

function draftOf(
  { comment, validationError }: InvalidResolution,
  { t, number }: Language,
): Pick<OpenAccessRequest, 'draft' | 'validationError'> {
  const lengths = { length: number(comment.length), longest: number(maxCommentLength) };
  return { draft: comment, validationError: t(`admin.validationError.${validationError}`, lengths) };
}

function toQueuedRequest(
  { id, subject, requestedBy, associateId, requestedAt }: AccessRequest,
  language: Language,
): QueuedAccessRequest {
  return {
    id,
    title: subjectTitle(subject, language),
    requestedBy: requestedBy || language.t('admin.associate', { associateId }),
    requestedOn: day(requestedAt, language),
  };
}

/** What a wish is about; what is no longer in the catalogue is shown by its key. */
function subjectTitle(subject: string, language: Language): string {
  const about = parseSubject(subject);
  if (about === null) return subject.replace(/^\w+:/, '');
  return language.t(`admin.subject.${about.kind}`, { name: subjectName(about, language) });
}

function day(at: Date, { date }: Language): string {
  return date(toUtcDay(at.getTime()));
}
