import type { LicenseChange } from '../../../licensing/licenses/license-diff.ts';
import { namesPlan } from '../../../licensing/plans/plan-text.ts';
import type { RecordedChange } from '../../../snapshots/license-history.ts';
import { describedPlanName } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import { formatTimestamp, type Timestamp } from '../../rendering/timestamps.ts';

/** A license change. */
export interface ChangeRow {
  readonly detectedAt: Timestamp;
  readonly what: string;
}

/** Describes recorded license changes. */
export function changeRows(changes: readonly RecordedChange[], language: Language): readonly ChangeRow[] {
  return changes.map((change) => ({
    detectedAt: formatTimestamp(change.detectedAt.getTime(), language),
    what: describeChange(change, language),
  }));
}

/** Describes one change in a sentence. */
export function describeChange({ change, user }: RecordedChange, language: Language): string {
  const { t } = language;
  switch (change.kind) {
    case 'added':
    case 'removed':
      return t(`admin.change.${change.kind}`, {
        module: moduleName(change.module),
        purchased: language.number(change.purchased),
      });
    case 'purchased':
      return t('admin.change.purchased', {
        module: moduleName(change.module),
        from: language.number(change.from),
        to: language.number(change.to),
      });
    case 'contents':
      return t('admin.change.contents', { module: moduleName(change.module) });
    case 'expiry':
      return t('admin.change.expiry', {
        from: formatDay(change.from, language),
        to: formatDay(change.to, language),
      });
    case 'user-plan':
      return t('admin.change.user-plan', {
        user: userName(user, language),
        from: planName(change.from, language),
        to: planName(change.to, language),
      });
  }
}

/** SuperOffice's own name for a module, in English. */
function moduleName({
  name,
  description,
}: Extract<LicenseChange, { readonly kind: 'added' | 'removed' }>['module']): string {
  return describedPlanName(description) || name;
}

function planName(name: string, { t }: Language): string {
  return namesPlan(name) ? describedPlanName(name) : t('admin.noPlan');
}

function formatDay(iso: string | null, { date, t }: Language): string {
  return iso === null ? t('admin.noEnd') : date(iso);
}

/** Names of deleted users are deleted too, so the page shows their number. */
function userName(user: RecordedChange['user'], { t }: Language): string {
  return user?.name || t('admin.associate', { associateId: user?.associateId });
}
