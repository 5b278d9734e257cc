import type { ProvisionedPanel, Tenant } from '../../tenants/tenant.ts';
import type { TenantWebhook, WebhookOutcome } from '../../tenants/webhook-store.ts';
import type { Language } from '../rendering/i18n.ts';
import { formatTimestamp, type Timestamp } from '../rendering/timestamps.ts';

/** A web panel or webhook that is provisioned in a tenant. */
interface SetupRow {
  readonly name: string;
  readonly outcome: ProvisionedPanel['outcome'] | WebhookOutcome;
  /** The SuperOffice error code of a failure; null otherwise. */
  readonly problem: string | null;
  /** That deliveries of the webhook fail; empty otherwise. */
  readonly failures: string;
}

/** What an administrator does after the installation. */
interface NextSteps {
  /** The address of the tenant's CRM. */
  readonly crmUrl: string;
  /** A text for colleagues, ready to copy. */
  readonly message: string;
}

/** State of the provisioning, as the setup page shows it. */
export interface SetupView {
  readonly inProgress: boolean;
  readonly rows: readonly SetupRow[];
  /** Number of rows that are no longer waiting. */
  readonly done: number;
  /** Whether every panel is provisioned. */
  readonly complete: boolean;
  /** What to do after the installation; null while there is something to repair or the CRM is not running. */
  readonly nextSteps: NextSteps | null;
  /** Why the tenant is not being processed; empty for an active tenant. */
  readonly statusText: string;
  /** What failed in the last attempt, and when the next one is due; null if nothing did. */
  readonly stopped: { readonly text: string; readonly nextAttemptAt: Timestamp } | null;
}

/** Describes the provisioning of a tenant; `webhook` is null before the first one. */
export function setupView(
  tenant: Tenant,
  webhook: TenantWebhook | null,
  crmUrl: string,
  language: Language,
): SetupView {
  const { status } = tenant;
  const { setupStartedAt, lastError, at } = tenant.reconciliation;
  const rows: SetupRow[] = [
    ...tenant.panels.map((panel) => ({ ...panel, name: panelName(panel, language), failures: '' })),
    { name: language.t('setup.webhook'), ...webhookRow(webhook, setupStartedAt, language) },
  ];
  const failed = tenant.panels.some(({ outcome }) => outcome === 'failed');
  const complete = tenant.panels.length > 0 && !failed;
  return {
    inProgress: setupStartedAt !== null,
    rows,
    done: rows.filter(({ outcome }) => outcome !== 'waiting').length,
    complete,
    nextSteps: complete && status === 'active' ? toNextSteps(crmUrl, language) : null,
    statusText: status === 'active' ? '' : language.t(`setup.status.${status}`),
    stopped:
      lastError === null || status === 'revoked'
        ? null
        : {
            text: toStoppedText(lastError, language),
            nextAttemptAt: formatTimestamp(at.getTime(), language),
          },
  };
}

/** What a panel is (manifest/web-panels.json); its name in SuperOffice if an earlier version of the app provisioned it. */
export function panelName(
  { progId, name }: Pick<ProvisionedPanel, 'progId' | 'name'>,
  { t }: Language,
): string {
  if (progId === 'planlens.web-panel.main') return t('setup.panel.main');
  if (progId === 'planlens.web-panel.navigator-button') return t('setup.panel.navigator-button');
  return name;
}

function toNextSteps(crmUrl: string, { t }: Language): NextSteps {
  const parts = [t('setup.message.what'), t('setup.message.open', { url: crmUrl }), t('setup.message.ask')];
  return { crmUrl, message: parts.join('\n\n') };
}

/** `error` names the failed part before the code if the rest succeeded. */
function toStoppedText(error: string, { t }: Language): string {
  const [part, problem] = error.split(' ');
  if (problem === undefined) return t('setup.stopped', { problem: error });
  if (part === 'users') return t('setup.stoppedUsers', { problem });
  return t('setup.stoppedLicenses', { problem });
}

/** The webhook is optional: without it, changes appear when cached data expires. */
function webhookRow(
  webhook: TenantWebhook | null,
  setupStartedAt: Date | null,
  { t }: Language,
): Omit<SetupRow, 'name'> {
  const { outcome = null, problem = null, checkedAt = null, consecutiveErrors = null } = webhook ?? {};
  const isOutdated = setupStartedAt !== null && (checkedAt === null || checkedAt < setupStartedAt);
  if (isOutdated) return { outcome: 'waiting', problem: null, failures: '' };
  const count = consecutiveErrors ?? 0;
  return {
    outcome: outcome ?? 'failed',
    problem,
    failures: count === 0 ? '' : t('setup.webhookFailures', { count }),
  };
}
