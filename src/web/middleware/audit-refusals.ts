import type { Request } from 'express';
import type { AppError, ErrorCode } from '../../errors.ts';
import type { AuditActor, AuditLog } from '../../tenants/audit-log.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { RequestLimits } from './request-limits.ts';

declare global {
  namespace Express {
    interface Request {
      /** Who sent the request; before a sign-in is verified, only the tenant that it was begun for. */
      actor?: AuditActor | null | undefined;
    }
  }
}

/** A user as an actor of the audit log, with the address of the request. */
export function toAuditActor({ clientAddress }: Request, { tenantId, associateId }: AuditActor): AuditActor {
  return { tenantId, associateId, address: clientAddress };
}

/** Records a refused request in the audit log of its tenant. It never fails: the log of the process has the refusal too. */
export type AuditRefusal = (request: Request, problem: AppError) => void;

/** Refused sign-ins and keys, missing rights and foreign forms. */
const auditedCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'sign-in-state-unknown',
  'sign-in-state-mismatch',
  'sign-in-denied',
  'sign-in-code-refused',
  'sign-in-refused',
  'sign-in-token-invalid',
  'tenant-mismatch',
  'user-mismatch',
  'administrator-required',
  'csrf-token-invalid',
  'api-key-invalid',
  'api-scope-missing',
  'api-origin-refused',
]);

/** Only tenants that have installed the app have an audit log. */
export function createAuditRefusal(deps: {
  audit: AuditLog;
  tenants: Pick<TenantStore, 'findCached'>;
  limits: Pick<RequestLimits, 'countAuditedRefusal'>;
}): AuditRefusal {
  const { audit, tenants, limits } = deps;

  async function write(actor: AuditActor, code: ErrorCode): Promise<void> {
    if ((await tenants.findCached(actor.tenantId)) === null) return;
    if (limits.countAuditedRefusal(actor.tenantId)) await audit.write(actor, { event: 'refused', code });
  }

  return (request, { code }) => {
    const { actor, log } = request;
    if (!actor || !auditedCodes.has(code)) return;
    write(toAuditActor(request, actor), code).catch((error: unknown) =>
      log.error({ err: error }, 'auditing a refusal failed'),
    );
  };
}
