import { includesService } from '../../../licensing/advice/drops-service.ts';
import type { AccessRequest } from '../../../tenants/access-request-store.ts';
import { parseSubject, subjectName } from '../../panel/access-request-view.ts';
import { isSuitePlan } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import { type InvalidResolution, maxCommentLength } from './resolution-form.ts';

/** What every access request in the administration page shows. */
interface QueuedAccessRequest {
  readonly id: string;
  readonly title: string;
  readonly requestedBy: string;
  readonly requestedOn: string;
}

/** An open access request. */
export interface OpenAccessRequest extends QueuedAccessRequest {
  readonly reason: string;
  /** What prevents a change to the plan if the user has Service and open requests; empty if nothing does. */
  readonly serviceWarning: string;
  /** The comment and the error of a rejected form; empty otherwise. */
  readonly draft: string;
  readonly validationError: string;
}

/** A resolved access request. */
export interface ResolvedAccessRequest extends QueuedAccessRequest {
  /** How, when and by whom it was resolved. */
  readonly outcome: string;
  readonly comment: string;
}

/**
 * The open requests among `accessRequests`; the one that `refused` names shows its error. `mayDropService`: whether some
 * user may have a plan with Service.
 */
export function openAccessRequests(
  accessRequests: readonly AccessRequest[],
  { refused, mayDropService }: { refused: InvalidResolution | null; mayDropService: boolean },
  language: Language,
): readonly OpenAccessRequest[] {
  const open = accessRequests.filter(({ state }) => state === 'open');
  return open.map((accessRequest) => ({
    ...toQueuedRequest(accessRequest, language),
    reason: accessRequest.reason,
    serviceWarning:
      mayDropService && lacksService(accessRequest.subject) ? language.t('crm.mayDropService') : '',
    ...(refused?.id === accessRequest.id ? toDraft(refused, language) : { draft: '', validationError: '' }),
  }));
}

/** The resolved requests among `accessRequests`. */
export function resolvedAccessRequests(
  accessRequests: readonly AccessRequest[],
  language: Language,
): readonly ResolvedAccessRequest[] {
  const { t } = language;
  return accessRequests.flatMap((accessRequest) => {
    const { state, comment, resolvedBy, resolvedAt } = accessRequest;
    if (state === 'open' || resolvedAt === null) return [];
    const by = { date: formatDay(resolvedAt, language), name: resolvedBy || t('admin.someAdministrator') };
    return [
      { ...toQueuedRequest(accessRequest, language), outcome: t(`admin.outcome.${state}`, by), comment },
    ];
  });
}

function toDraft(
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
    requestedOn: formatDay(requestedAt, language),
  };
}

/** The label of a subject, or its key if the catalogue no longer contains it. */
function subjectTitle(subject: string, language: Language): string {
  const parsed = parseSubject(subject);
  if (parsed === null) return subject.replace(/^\w+:/, '');
  return language.t(`admin.subject.${parsed.kind}`, { name: subjectName(parsed, language) });
}

/** Whether a subject is a user plan without Service. */
function lacksService(subject: string): boolean {
  const parsed = parseSubject(subject);
  return parsed?.kind === 'plan' && !isSuitePlan(parsed.plan) && !includesService(parsed.plan);
}

function formatDay(at: Date, { date }: Language): string {
  return date(toUtcDay(at.getTime()));
}
