import type { ProvisionedPanel, Tenant } from '../../tenants/tenant.ts';
import type { TenantWebhook, WebhookOutcome } from '../../tenants/webhook-store.ts';
import type { Language } from '../rendering/i18n.ts';

/** What became of something we set up in a tenant. */
interface SetupRow {
  readonly name: string;
  readonly outcome: ProvisionedPanel['outcome'] | WebhookOutcome;
  /** Why it failed, as a SuperOffice error code. */
  readonly problem: string | null;
}

/** How setting a tenant up goes, or went. */
export function setupView(tenant: Tenant, webhook: TenantWebhook, language: Language) {
  const { status } = tenant;
  const { setupStartedAt, lastError, at } = tenant.reconciliation;
  const rows: SetupRow[] = [
    ...tenant.panels,
    { name: language.t('setup.webhook'), ...webhookRow(webhook, setupStartedAt) },
  ];
  const failed = tenant.panels.some(({ outcome }) => outcome === 'failed');
  return {
    inProgress: setupStartedAt !== null,
    rows,
    done: rows.filter(({ outcome }) => outcome !== 'waiting').length,
    complete: tenant.panels.length > 0 && !failed,
    /** Why nothing is done for the tenant now; empty where something is. */
    statusText: status === 'active' ? '' : language.t(`setup.status.${status}`),
    stopped:
      lastError === null || status === 'revoked'
        ? null
        : { problem: lastError, moment: language.moment(at.getTime()) },
  };
}

/** An app that may not be told of changes works all the same: what changed is seen when its data has aged. */
function webhookRow(
  { outcome, problem, checkedAt }: TenantWebhook,
  setupStartedAt: Date | null,
): Omit<SetupRow, 'name'> {
  const isOld = setupStartedAt !== null && (checkedAt === null || checkedAt < setupStartedAt);
  return isOld ? { outcome: 'waiting', problem: null } : { outcome: outcome ?? 'failed', problem };
}
