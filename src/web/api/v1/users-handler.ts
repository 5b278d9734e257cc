import type { RequestHandler } from 'express';
import { withoutLicenses } from '../../../licensing/advice/held-plan-reports.ts';
import type { FeatureKey } from '../../../licensing/catalogue/feature-keys.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { UserLicenses } from '../../../licensing/licenses/license-data.ts';
import type { LicenseSnapshots } from '../../../snapshots/license-snapshots.ts';
import type { DirectoryQuery, DirectoryUser, UserDirectory } from '../../../snapshots/user-directory.ts';
import type { UserStore } from '../../../snapshots/user-store.ts';
import { createDescribePlan, type PlanText } from '../../plan-text.ts';
import type { Languages } from '../../rendering/i18n.ts';
import type { AuthenticateApi } from '../api-caller.ts';
import { answerPlanQuestion, type EvaluatedReport } from '../ofrep/answer-plan-question.ts';
import { variantOf } from '../ofrep/flag.ts';
import { type LoadTenant, requireServer } from './load-tenant.ts';
import { chooseLanguage, parseParameters, usersQuerySchema } from './parameters.ts';
import { sendAnswer } from './send-answer.ts';
import type { TenantAnswer, UsersAnswer } from './tenant-schemas.ts';

type ListedUser = UsersAnswer['users'][number];

const everyone: DirectoryQuery = {
  words: [],
  plans: null,
  state: null,
  withRequests: false,
  orderBy: 'name',
  descending: false,
  planOrder: [],
};

/**
 * Creates the handler of `GET /api/v1/users`: the listed users of the tenant with their plans and, for the features that
 * the request names, their states; in scope `export`.
 */
export function createUsersHandler(deps: {
  authenticate: AuthenticateApi;
  loadTenant: LoadTenant;
  users: Pick<UserStore, 'lastReadAt'>;
  userDirectory: UserDirectory;
  licenses: LicenseSnapshots;
  languages: Languages;
  publicUrl: string;
}): RequestHandler {
  const { userDirectory, licenses } = deps;
  return async function users(request, response) {
    const caller = await deps.authenticate(request);
    requireServer(caller, 'export');
    const query = parseParameters(usersQuerySchema, request.query);
    const { lang, features, page, pageSize } = query;
    const { tenantId } = caller;
    const language = chooseLanguage(deps.languages, lang, request);
    const [{ entitlements, about }, groups, listed, listedAt] = await Promise.all([
      deps.loadTenant(tenantId),
      userDirectory.groups(tenantId, []),
      userDirectory.list(tenantId, everyone, { limit: pageSize, offset: (page - 1) * pageSize }),
      deps.users.lastReadAt(tenantId),
    ]);
    const stored =
      features === undefined
        ? null
        : await licenses.getStoredUserLicenses(
            tenantId,
            listed.map(({ associateId }) => associateId),
          );
    const head = about(language);
    const describePlan = createDescribePlan(entitlements, language);
    const decide = stored === null ? null : createDecide(entitlements, stored, head);
    const total = groups.reduce((sum, { count }) => sum + count, 0);
    const answer: UsersAnswer = {
      ...head,
      listedAt: listedAt === 0 ? null : new Date(listedAt).toISOString(),
      users: listed.map((user) => {
        const plan = describePlan(user.userPlan);
        const decided = decide?.(user, plan, features ?? []) ?? { basis: null, features: null };
        return { ...describeUser(user, plan), ...decided };
      }),
      page,
      pageSize,
      total,
      next: page * pageSize < total ? nextPage(deps.publicUrl, request.query, page + 1) : null,
    };
    await sendAnswer(request, response, answer);
  };
}

function describeUser(
  { associateId, name, state, planSince }: DirectoryUser,
  { kind, key, name: label }: PlanText,
): Omit<ListedUser, 'basis' | 'features'> {
  return {
    id: associateId,
    name,
    state,
    plan: {
      key: key ?? (kind === 'none' ? 'none' : 'unknown'),
      label,
      since: planSince?.toISOString() ?? null,
    },
  };
}

/**
 * Decides features by the stored licenses of each user, or else by the plan that the list names: nothing is read for an
 * export.
 */
function createDecide(
  entitlements: TenantEntitlements,
  stored: ReadonlyMap<number, UserLicenses>,
  { pause }: TenantAnswer,
) {
  const reports = entitlements.reportAll([...stored.values()]);
  const byPlan = new Map<string, EvaluatedReport>();

  function reportOnPlan(userPlan: string, { kind, key }: PlanText): EvaluatedReport {
    const kept = byPlan.get(userPlan);
    if (kept !== undefined) return kept;
    const user = kind === 'unknown' ? { ...withoutLicenses, complete: false } : withoutLicenses;
    const report =
      (key === null ? null : answerPlanQuestion(entitlements, user, key)) ?? entitlements.report(user);
    byPlan.set(userPlan, report);
    return report;
  }

  return (
    { associateId, userPlan }: DirectoryUser,
    plan: PlanText,
    features: readonly FeatureKey[],
  ): Pick<ListedUser, 'basis' | 'features'> => {
    const own = reports.get(associateId);
    const report = own ?? reportOnPlan(userPlan, plan);
    const byListed = plan.kind === 'unknown' ? 'none' : 'plan';
    return {
      basis: own === undefined ? byListed : 'licenses',
      features: Object.fromEntries(
        features.map((key) => [
          key,
          pause === null ? variantOf[report.features.get(key)?.state ?? 'unknown'] : 'lapsed',
        ]),
      ),
    };
  };
}

function nextPage(publicUrl: string, query: object, page: number): string {
  const parameters = new URLSearchParams({ ...(query as Record<string, string>), page: String(page) });
  return `${publicUrl}/api/v1/users?${parameters}`;
}
