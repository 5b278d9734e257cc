import type { AuditEntry } from '../../tenants/audit-log.ts';
import type { Language } from '../rendering/i18n.ts';
import { formatTimestamp, type Timestamp } from '../rendering/timestamps.ts';

/** Something done in a tenant, in words. */
export interface AuditRow {
  readonly at: Timestamp;
  readonly what: string;
}

/** What was done in a tenant, in the words of one language. */
export function auditRows(entries: readonly AuditEntry[], language: Language): readonly AuditRow[] {
  return entries.map((entry) => ({
    at: formatTimestamp(entry.at.getTime(), language),
    what: `${whoOf(entry, language)}: ${whatOf(entry, language)}`,
  }));
}

function whoOf({ associateId, name }: AuditEntry, { t }: Language): string {
  if (associateId === null) return 'SuperOffice';
  return name || t('admin.associate', { associateId });
}

function whatOf({ event }: AuditEntry, { t }: Language): string {
  return event.event === 'status-changed' ? t(`setup.status.${event.to}`) : t(`setup.event.${event.event}`);
}
