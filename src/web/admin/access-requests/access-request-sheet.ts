import type { AccessRequest } from '../../../tenants/access-request-store.ts';
import type { Language } from '../../rendering/i18n.ts';
import { type Spreadsheet, toSheetDay } from '../../rendering/spreadsheet.ts';
import { subjectTitle } from './access-request-groups.ts';

/** The columns of the access requests as a file. Days are calendar days in UTC. */
export function accessRequestSheetColumns(language: Language): Spreadsheet<AccessRequest>['columns'] {
  const { t } = language;
  const column = (
    name: string,
    width: number,
    value: Spreadsheet<AccessRequest>['columns'][number]['value'],
  ) => ({ header: t(`admin.requestSheet.column.${name}`), width, value });
  return [
    column('subject', 45, ({ subject }) => subjectTitle(subject, language)),
    column(
      'person',
      30,
      ({ requestedBy, associateId }) => requestedBy || t('admin.associate', { associateId }),
    ),
    column('asked-on', 14, ({ requestedAt }) => toSheetDay(requestedAt)),
    column('reason', 45, ({ reason }) => reason),
    column('state', 22, ({ state }) => t(`admin.requestSheet.state.${state}`)),
    column('answered-on', 14, ({ resolvedAt }) => resolvedAt && toSheetDay(resolvedAt)),
    column('answered-by', 30, ({ resolvedBy }) => resolvedBy),
    column('answer', 45, ({ comment }) => comment),
  ];
}
