import type { Request } from 'express';
import type { AuditLog } from '../../../tenants/audit-log.ts';
import type { UserMarkStore } from '../../../tenants/user-mark-store.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import type { Administrator } from '../../sign-in/require-administrator.ts';
import type { MarkChange } from './mark-form.ts';

/** Sets or removes the marks of a valid form, and records it. @returns the users whose marks were changed */
export type SaveMarks = (
  request: Request,
  administrator: Administrator,
  form: MarkChange,
) => Promise<readonly number[]>;

/** Makes what the forms of the list and of the page of one user do. */
export function createSaveMarks({
  userMarks,
  audit,
}: {
  readonly userMarks: Pick<UserMarkStore, 'save' | 'remove'>;
  readonly audit: AuditLog;
}): SaveMarks {
  return async (request, { tenant: { tenantId }, session }, form) => {
    const changed = await (form.intent === 'unmark'
      ? userMarks.remove(tenantId, form.id)
      : userMarks.save(tenantId, form.id, {
          kind: form.kind,
          note: form.note,
          until: form.until === '' ? null : form.until,
          markedBy: session.associateId,
        }));
    for (const user of changed)
      await audit.write(toAuditActor(request, session), {
        event: form.intent === 'mark' ? 'user-marked' : 'user-unmarked',
        user,
      });
    return changed;
  };
}
