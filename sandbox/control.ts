import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import type { AppRegistration } from './app-registration.ts';
import type { AuthorizationCodes } from './authorization-codes.ts';
import type { Credentials } from './credentials.ts';
import type { FaultInjector, RecordedRequest } from './fault-injection.ts';
import { tokenDefects } from './jwt.ts';
import type { SigningKeys } from './keys.ts';
import { type MalformedResponse, malformedResponses } from './malformed-responses.ts';
import { countSeats } from './seats.ts';
import type { SuperIdSessions } from './superid-session.ts';
import { limitNames, type Tenant, type Tenants, tenantStates, type User } from './tenants.ts';
import type { Tokens } from './tokens.ts';
import type { WebPanels } from './web-panels.ts';
import type { Attempt, WebhookDelivery } from './webhook-delivery.ts';
import type { Webhooks } from './webhooks.ts';

const match = { operation: z.string().default('*'), tenant: z.string().optional() };
const tenant = z.strictObject({ tenant: z.string() });
const nothing = z.strictObject({});
const malformedNames = Object.keys(malformedResponses) as MalformedResponse[];
const failure = z.union([
  z.literal([401, 403, 421, 429, 500, 503]),
  z.enum(['timeout', 'malformed', 'null', 'message', ...malformedNames]),
]);

/** The input of each control; sandbox/README.md describes the controls. */
export const controlInputs = {
  delay: z.strictObject({ ...match, ms: z.number().min(0) }),
  fail: z.strictObject({
    ...match,
    with: failure,
    times: z.number().int().positive().optional(),
    retryAfter: z.number().int().positive().optional(),
  }),
  hold: z.strictObject({ ...match, nth: z.number().int().positive().default(1) }),
  whenHeld: z.strictObject({ id: z.number() }),
  release: z.strictObject({ id: z.number() }),
  requests: nothing,
  clearRequests: nothing,
  clearFaults: nothing,
  setTenantState: z.strictObject({ tenant: z.string(), state: z.enum(tenantStates) }),
  moveTenant: tenant,
  approve: tenant,
  revoke: tenant,
  expireTickets: z.strictObject({ tenant: z.string().optional() }),
  setThirdPartyLicenses: z.strictObject({ tenant: z.string(), on: z.boolean() }),
  setPurchased: z.strictObject({ tenant: z.string(), module: z.string(), licenses: z.int().min(0) }),
  setLimitUse: z.strictObject({
    tenant: z.string(),
    limit: z.enum(limitNames),
    active: z.int().min(0),
    maximum: z.int().optional(),
  }),
  setRetired: z.strictObject({ tenant: z.string(), associateId: z.number(), retired: z.boolean() }),
  renameUser: z.strictObject({ tenant: z.string(), associateId: z.number(), fullName: z.string() }),
  setPlan: z.strictObject({ tenant: z.string(), associateId: z.number(), plan: z.string().nullable() }),
  setAdministrator: z.strictObject({ tenant: z.string(), associateId: z.number(), on: z.boolean() }),
  setRole: z.strictObject({ tenant: z.string(), associateId: z.number(), roleId: z.number() }),
  deleteUser: z.strictObject({ tenant: z.string(), associateId: z.number() }),
  getSetup: tenant,
  getUserPlan: z.strictObject({ tenant: z.string(), associateId: z.number() }),
  issueStateChangeToken: tenant,
  sendStateChange: z.strictObject({ tenant: z.string(), changeType: z.number().int().min(0).max(5) }),
  corruptNextToken: z.strictObject({
    kind: z.enum(['id-token', 'system-user', 'state-change']),
    defect: z.enum(tokenDefects),
  }),
  setRegistration: z.strictObject({ clientSecret: z.string().optional(), publicKey: z.string().optional() }),
  rotateKeys: z.strictObject({ dropOld: z.boolean().default(false) }),
  deliveries: nothing,
  copyWebhook: z.strictObject({ tenant: z.string(), webhookId: z.number(), keepSecret: z.boolean() }),
  redeliver: z.strictObject({ eventId: z.string() }),
  scaleWebhookRetries: z.strictObject({ scale: z.number().min(0) }),
  whenDelivered: nothing,
  reset: nothing,
};

interface Results {
  hold: { id: number };
  whenHeld: Promise<void>;
  requests: readonly RecordedRequest[];
  getUserPlan: string | null;
  getSetup: {
    panels: ReturnType<WebPanels['list']>;
    webhooks: ReturnType<Webhooks['list']>;
  };
  deliveries: readonly Attempt[];
  copyWebhook: { webhookId: number };
  whenDelivered: Promise<void>;
  issueStateChangeToken: { token: string };
  sendStateChange: Promise<{ status: number }>;
}
type Inputs = typeof controlInputs;
type ControlInput<K extends keyof Inputs> = (
  ...input: Record<string, never> extends z.input<Inputs[K]> ? [z.input<Inputs[K]>?] : [z.input<Inputs[K]>]
) => K extends keyof Results ? Results[K] : void;

/** The controls of the sandbox, also available over HTTP at `/_control/{name}`. */
export type Control = { readonly [K in keyof Inputs]: ControlInput<K> };

export interface ControlDeps {
  readonly app: AppRegistration;
  readonly tenants: Tenants;
  readonly keys: SigningKeys;
  readonly faultInjector: FaultInjector;
  readonly sessions: SuperIdSessions;
  readonly credentials: Credentials;
  readonly codes: AuthorizationCodes;
  readonly tokens: Tokens;
  readonly panels: WebPanels;
  readonly webhooks: Webhooks;
  readonly delivery: WebhookDelivery;
}

/**
 * Creates the controls.
 *
 * @throws {Error} from a control whose input is invalid
 */
export function createControl(deps: ControlDeps): Control {
  return { ...faultControls(deps), ...tenantControls(deps), ...platformControls(deps) };
}

type FaultControl =
  | 'delay'
  | 'fail'
  | 'hold'
  | 'whenHeld'
  | 'release'
  | 'requests'
  | 'clearRequests'
  | 'clearFaults';

function faultControls({ faultInjector }: ControlDeps): Pick<Control, FaultControl> {
  return {
    delay: (input) => {
      const { ms, ...matcher } = controlInputs.delay.parse(input);
      faultInjector.delay(matcher, ms);
    },
    fail: (input) => {
      const { with: failure, times, retryAfter, ...matcher } = controlInputs.fail.parse(input);
      faultInjector.fail(matcher, failure, { times, retryAfter });
    },
    hold: (input) => {
      const { nth, ...matcher } = controlInputs.hold.parse(input);
      return { id: faultInjector.hold(matcher, nth) };
    },
    whenHeld: ({ id }) => faultInjector.whenHeld(id),
    release: ({ id }) => faultInjector.release(id),
    requests: () => faultInjector.requests(),
    clearRequests: () => faultInjector.clearRequests(),
    clearFaults: () => faultInjector.reset(),
  };
}

type TenantControl =
  | 'setTenantState'
  | 'moveTenant'
  | 'approve'
  | 'revoke'
  | 'expireTickets'
  | 'setThirdPartyLicenses'
  | 'setPurchased'
  | 'setLimitUse'
  | 'setRetired'
  | 'renameUser'
  | 'setPlan'
  | 'setAdministrator'
  | 'setRole'
  | 'deleteUser'
  | 'getUserPlan'
  | 'getSetup'
  | 'issueStateChangeToken'
  | 'sendStateChange';

function tenantControls(deps: ControlDeps): Pick<Control, TenantControl> {
  const { tenants, credentials, app, tokens } = deps;
  return {
    setTenantState: (input) => {
      const { tenant: id, state } = controlInputs.setTenantState.parse(input);
      findTenant(tenants, id).state = state;
    },
    moveTenant: ({ tenant: id }) => {
      findTenant(tenants, id).moves += 1;
    },
    approve: ({ tenant: id }) => {
      findTenant(tenants, id).approved = true;
    },
    revoke: ({ tenant: id }) => {
      findTenant(tenants, id).approved = false;
      credentials.revoke(id);
    },
    expireTickets: (input) => credentials.expire(input?.tenant),
    setThirdPartyLicenses: ({ tenant: id, on }) => {
      findTenant(tenants, id).thirdPartyLicensed = on;
    },
    setPurchased: (input) => {
      const { tenant: id, module: name, licenses } = controlInputs.setPurchased.parse(input);
      const target = findTenant(tenants, id);
      const others = target.modules.filter(({ ModuleName }) => ModuleName !== name);
      const [module] = target.modules.filter(({ ModuleName }) => ModuleName === name);
      if (!module) throw new Error(`No module ${name}`);
      target.modules = licenses === 0 ? others : [...others, { ...module, NumberOfLicenses: licenses }];
    },
    setLimitUse: (input) => {
      const { tenant: id, limit, active, maximum } = controlInputs.setLimitUse.parse(input);
      const target = findTenant(tenants, id);
      const use = { Maximum: 0, ...target.limits?.[limit], ActiveCount: active };
      target.limits = {
        ...target.limits,
        [limit]: maximum === undefined ? use : { ...use, Maximum: maximum },
      };
    },
    setRetired: (input) => {
      const { tenant: id, associateId, retired } = controlInputs.setRetired.parse(input);
      findUser(findTenant(tenants, id), associateId).retired = retired;
    },
    renameUser: (input) => {
      const { tenant: id, associateId, fullName } = controlInputs.renameUser.parse(input);
      Object.assign(findUser(findTenant(tenants, id), associateId), { fullName });
    },
    setPlan: (input) => setPlan(deps, controlInputs.setPlan.parse(input)),
    setAdministrator: (input) => {
      const { tenant: id, associateId, on } = controlInputs.setAdministrator.parse(input);
      findUser(findTenant(tenants, id), associateId).isAdministrator = on;
    },
    setRole: (input) => {
      const { tenant: id, associateId, roleId } = controlInputs.setRole.parse(input);
      const target = findTenant(tenants, id);
      if (target.roles.every((role) => role.id !== roleId)) throw new Error(`No role ${roleId}`);
      findUser(target, associateId).roleId = roleId;
    },
    deleteUser: (input) => deleteUser(deps, controlInputs.deleteUser.parse(input)),
    getSetup: ({ tenant: id }) => {
      const target = findTenant(tenants, id);
      return { panels: deps.panels.list(target), webhooks: deps.webhooks.list(target) };
    },
    getUserPlan: ({ tenant: id, associateId }) => findUser(findTenant(tenants, id), associateId).plan,
    issueStateChangeToken: ({ tenant: id }) => ({ token: tokens.stateChangeToken(findTenant(tenants, id)) }),
    sendStateChange: async (input) => {
      const { tenant: id, changeType } = controlInputs.sendStateChange.parse(input);
      const body = stateChange(findTenant(tenants, id), changeType, tokens);
      const response = await fetch(app.stateChangeUrl, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'manual',
      });
      return { status: response.status };
    },
  };
}

/**
 * The notification of docs/superoffice/web-api.md#71-state-change-notification; the public endpoint is a bare
 * host name.
 */
function stateChange(target: Tenant, changeType: number, tokens: Tokens) {
  return {
    ChangeType: changeType,
    ContextIdentifier: target.contextIdentifier,
    VersionName: 'Release_11.11_2026.05.12-03',
    FileVersion: '11.11.2026.512',
    Token: tokens.stateChangeToken(target),
    PublicEndpoint: '127.0.0.1',
  };
}

/**
 * Assigns another plan to a user if a seat is free, and raises the event that SuperOffice presumably raises
 * (docs/superoffice/web-api.md#1-essentials).
 */
function setPlan({ tenants, webhooks }: ControlDeps, input: z.infer<Inputs['setPlan']>): void {
  const target = findTenant(tenants, input.tenant);
  const user = findUser(target, input.associateId);
  if (input.plan !== null && input.plan !== user.plan) requireSeat(target, input.plan);
  user.plan = input.plan;
  webhooks.raise(target, associateEvent(target, user, 'associate.changed'));
}

/** Deletes a user and raises `associate.deleted`. */
function deleteUser({ tenants, webhooks }: ControlDeps, input: z.infer<Inputs['deleteUser']>): void {
  const target = findTenant(tenants, input.tenant);
  const user = findUser(target, input.associateId);
  target.users.splice(target.users.indexOf(user), 1);
  webhooks.raise(target, associateEvent(target, user, 'associate.deleted'));
}

function associateEvent(target: Tenant, user: User, event: 'associate.changed' | 'associate.deleted') {
  return {
    event,
    entity: 'associate',
    primaryKey: user.associateId,
    changes: ['associate_id', 'updated', 'updated_associate_id'],
    fieldValues: {
      deleted: event === 'associate.deleted' ? 1 : 0,
      group_idx: user.groupId,
      person_id: user.personId,
      type: 0,
    },
    changedBy: target.users.find((row) => row.isAdministrator)?.associateId ?? 0,
  };
}

function requireSeat(target: Tenant, planName: string): void {
  const plan = target.modules.find((module) => module.ModuleName === planName && module.inUse !== undefined);
  if (!plan) throw new Error(`No plan ${planName}`);
  if (countSeats(target, plan).free === 0) throw new Error(`No seat of ${planName} is free`);
}

type PlatformControl =
  | 'corruptNextToken'
  | 'setRegistration'
  | 'rotateKeys'
  | 'deliveries'
  | 'copyWebhook'
  | 'redeliver'
  | 'scaleWebhookRetries'
  | 'whenDelivered'
  | 'reset';

function platformControls(deps: ControlDeps): Pick<Control, PlatformControl> {
  const { app, tokens, keys, delivery } = deps;
  return {
    corruptNextToken: (input) => {
      const { kind, defect } = controlInputs.corruptNextToken.parse(input);
      tokens.corruptNext(kind, defect);
    },
    setRegistration: (input) => {
      const { clientSecret, publicKey } = controlInputs.setRegistration.parse(input);
      if (clientSecret !== undefined) app.clientSecret = clientSecret;
      if (publicKey !== undefined) app.publicKey = createPublicKey(publicKey);
    },
    rotateKeys: (input) => keys.rotate(controlInputs.rotateKeys.parse(input ?? {}).dropOld),
    deliveries: () => delivery.attempts(),
    copyWebhook: (input) => {
      const { tenant, webhookId, keepSecret } = controlInputs.copyWebhook.parse(input);
      return {
        webhookId: deps.webhooks.copy(findTenant(deps.tenants, tenant), webhookId, keepSecret).WebhookId,
      };
    },
    redeliver: (input) => delivery.redeliver(controlInputs.redeliver.parse(input).eventId),
    scaleWebhookRetries: (input) =>
      delivery.scaleRetries(controlInputs.scaleWebhookRetries.parse(input).scale),
    whenDelivered: () => delivery.idle(),
    reset: () => {
      for (const part of ['tenants', 'faultInjector', 'sessions', 'credentials', 'codes'] as const)
        deps[part].reset();
      for (const part of ['tokens', 'panels', 'webhooks', 'delivery'] as const) deps[part].reset();
    },
  };
}

function findTenant(tenants: Tenants, contextIdentifier: string): Tenant {
  const found = tenants.find(contextIdentifier);
  if (!found) throw new Error(`No tenant ${contextIdentifier}`);
  return found;
}

function findUser(target: Tenant, associateId: number): User {
  const found = target.users.find((row) => row.associateId === associateId);
  if (!found) throw new Error(`No user ${associateId}`);
  return found;
}
