import type { LicenseChange } from '../../licensing/licenses/license-diff.ts';
import type { RecordedChange } from '../../snapshots/license-history.ts';
import type { Language } from '../rendering/i18n.ts';
import { formatTimestamp, type Timestamp } from '../rendering/timestamps.ts';

/** A change of licenses, in words. */
export interface ChangeRow {
  readonly foundAt: Timestamp;
  readonly what: string;
}

/** What changed in a tenant's licenses, in the words of one language. */
export function changeRows(changes: readonly RecordedChange[], language: Language): readonly ChangeRow[] {
  return changes.map((found) => ({
    foundAt: formatTimestamp(found.foundAt.getTime(), language),
    what: describeChange(found, language),
  }));
}

function describeChange({ change, user }: RecordedChange, language: Language): string {
  const { t } = language;
  switch (change.kind) {
    case 'added':
    case 'removed':
      return t(`admin.change.${change.kind}`, {
        module: nameOf(change.module),
        purchased: language.number(change.purchased),
      });
    case 'purchased':
      return t('admin.change.purchased', {
        module: nameOf(change.module),
        from: language.number(change.from),
        to: language.number(change.to),
      });
    case 'contents':
      return t('admin.change.contents', { module: nameOf(change.module) });
    case 'expiry':
      return t('admin.change.expiry', { from: day(change.from, language), to: day(change.to, language) });
    case 'user-plan':
      return t('admin.change.user-plan', {
        user: userName(user, language),
        from: change.from || t('admin.noPlan'),
        to: change.to || t('admin.noPlan'),
      });
  }
}

/** SuperOffice's own name for a module, in English as it was read. */
function nameOf({
  name,
  description,
}: Extract<LicenseChange, { readonly kind: 'added' | 'removed' }>['module']): string {
  return description || name;
}

function day(iso: string | null, { date, t }: Language): string {
  return iso === null ? t('admin.noEnd') : date(iso);
}

/** Who left is known by number only: their name went with them. */
function userName(user: RecordedChange['user'], { t }: Language): string {
  return user?.name || t('admin.associate', { associateId: user?.associateId });
}
