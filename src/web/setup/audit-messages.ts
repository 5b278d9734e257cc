import type { AuditEntry } from '../../tenants/audit-log.ts';
import type { Language } from '../rendering/i18n.ts';
import { isolateText } from '../rendering/isolate-text.ts';
import { formatTimestamp, type Timestamp } from '../rendering/timestamps.ts';

/** An entry of the activity log. */
export interface AuditRow {
  readonly at: Timestamp;
  readonly what: string;
}

/** Describes audit log entries, each with its user. */
export function auditRows(entries: readonly AuditEntry[], language: Language): readonly AuditRow[] {
  return entries.map((entry) => ({
    at: formatTimestamp(entry.at.getTime(), language),
    what: `${describeActor(entry, language)}: ${describeEvent(entry, language)}`,
  }));
}

function describeActor({ associateId, name }: AuditEntry, { t }: Language): string {
  if (associateId === null) return 'SuperOffice';
  return name ? isolateText(name) : t('admin.associate', { associateId });
}

function describeEvent({ event }: AuditEntry, { t }: Language): string {
  if (event.event === 'status-changed') return t(`setup.status.${event.to}`);
  return t(`setup.event.${event.event}`, 'user' in event ? { user: event.user } : {});
}
