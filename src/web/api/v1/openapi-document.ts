import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import type { ApiScope } from '../../../tenants/api-key-store.ts';
import { userTokenAnswerSchema, userTokenRequestSchema } from '../user-tokens-handler.ts';
import { featureAnswerSchema, featuresAnswerSchema } from './feature-schemas.ts';
import { ofrepPaths } from './openapi-ofrep.ts';
import {
  featurePathSchema,
  featuresQuerySchema,
  languageQuerySchema,
  plansQuerySchema,
  userPathSchema,
  usersQuerySchema,
} from './parameters.ts';
import { problemSchema } from './schemas.ts';
import { plansAnswerSchema, seatsAnswerSchema, usersAnswerSchema } from './tenant-schemas.ts';

/** The version of the API, not of the app: `docs/license-api.md` says what changes it. */
const apiVersion = '1.0.0';

const problemTexts = {
  400: 'A parameter or the body is wrong; `detail` names it.',
  401: 'The key or the user token is missing, unknown, expired or revoked.',
  403: 'The key lacks the scope, the origin is not allowed, or a browser asks about another user than its own.',
  404: 'There is no such user or feature.',
  429: 'Too many calls: wait for the seconds of `Retry-After`.',
  503: 'The database does not respond: wait for the seconds of `Retry-After`.',
} as const;

/** The problems that an operation may answer with, beside those of every operation. */
function problems(...statuses: readonly (keyof typeof problemTexts)[]): ZodOpenApiResponsesObject {
  const all = [...statuses, 429, 503] as const;
  return Object.fromEntries(
    all.map((status) => [
      String(status),
      {
        description: problemTexts[status],
        content: { 'application/problem+json': { schema: problemSchema } },
        ...([429, 503].includes(status) && { headers: z.object({ 'Retry-After': z.string().optional() }) }),
      },
    ]),
  );
}

const conditionalHeaders = z.object({
  'If-None-Match': z.string().optional().meta({ description: 'The ETag of an answer that the client has.' }),
});

/** An operation that reads, with ETag and 304. */
function read(operation: {
  readonly operationId: string;
  readonly scope: ApiScope;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly query: z.ZodObject;
  readonly path?: z.ZodObject;
  readonly answer: z.ZodType;
  readonly statuses: readonly (keyof typeof problemTexts)[];
}): ZodOpenApiOperationObject {
  const { operationId, scope, tag, summary, description, query, path, answer, statuses } = operation;
  return {
    operationId,
    tags: [tag],
    summary,
    description: `${description} Scope \`${scope}\`.`,
    requestParams: { query, header: conditionalHeaders, ...(path !== undefined && { path }) },
    responses: {
      '200': {
        description: 'The answer.',
        headers: z.object({ ETag: z.string() }),
        content: { 'application/json': { schema: answer } },
      },
      '304': { description: 'The client has the current answer.' },
      ...problems(...statuses),
    },
  };
}

const explainedUser = { scope: 'explain', tag: 'Users', statuses: [400, 401, 403, 404] } as const;
const wholeTenant = { tag: 'Tenant', statuses: [400, 401, 403] } as const;

const paths: ZodOpenApiPathsObject = {
  '/api/v1/users/{id}/features': {
    get: read({
      ...explainedUser,
      operationId: 'listFeaturesOfUser',
      summary: 'Every feature of a user, with the reasons',
      description: 'A browser may ask about its own user only.',
      path: userPathSchema,
      query: featuresQuerySchema,
      answer: featuresAnswerSchema,
    }),
  },
  '/api/v1/users/{id}/features/{key}': {
    get: read({
      ...explainedUser,
      operationId: 'explainFeatureOfUser',
      summary: 'One feature of a user, with the reasons and all upgrades',
      description: 'A browser may ask about its own user only.',
      path: featurePathSchema,
      query: languageQuerySchema,
      answer: featureAnswerSchema,
    }),
  },
  '/api/v1/plans': {
    get: read({
      ...wholeTenant,
      operationId: 'listPlans',
      scope: 'explain',
      summary: 'Which plan has which feature',
      description:
        'The 26 user plans side by side, or on CRM Suite its five plans, as the licenses of the tenant and the documentation say.',
      query: plansQuerySchema,
      answer: plansAnswerSchema,
    }),
  },
  '/api/v1/seats': {
    get: read({
      ...wholeTenant,
      operationId: 'listSeats',
      scope: 'export',
      summary: 'The seats of each plan, and the limits of CRM Suite',
      description: 'Purchased, used and free seats.',
      query: languageQuerySchema,
      answer: seatsAnswerSchema,
    }),
  },
  '/api/v1/users': {
    get: read({
      ...wholeTenant,
      operationId: 'listUsers',
      scope: 'export',
      summary: 'The users of the tenant with their plans',
      description: 'By name, in pages.',
      query: usersQuerySchema,
      answer: usersAnswerSchema,
    }),
  },
  '/api/v1/user-tokens': {
    post: {
      operationId: 'createUserToken',
      tags: ['Browsers'],
      summary: 'A token with which the browser of a user may ask about this user',
      description: 'Valid for 15 minutes beside the publishable key. Only for a server, with its secret key.',
      requestBody: { required: true, content: { 'application/json': { schema: userTokenRequestSchema } } },
      responses: {
        '201': {
          description: 'The token.',
          content: { 'application/json': { schema: userTokenAnswerSchema.meta({ id: 'UserToken' }) } },
        },
        ...problems(400, 401, 403),
      },
    },
  },
  '/api/v1/openapi.json': {
    get: {
      operationId: 'getDescription',
      tags: ['Tenant'],
      summary: 'This description',
      security: [],
      responses: {
        '200': {
          description: 'OpenAPI 3.1.',
          content: { 'application/json': { schema: z.looseObject({}) } },
        },
        '304': { description: 'The client has the current description.' },
      },
    },
  },
};

/** Describes the license API in OpenAPI 3.1, by the schemas that its code uses. `publicUrl` is the address of the app. */
export function createOpenApiDocument(publicUrl: string): ReturnType<typeof createDocument> {
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Planlens license API',
        version: apiVersion,
        summary: 'May this user of SuperOffice CRM use this feature, and why?',
        description:
          'A key belongs to one tenant; administrators create it on the page “API keys”. Answers may get new fields and new ' +
          'values of codes at any time: ignore what you do not know.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      tags: [
        { name: 'Users', description: 'What one user can do, and why.' },
        { name: 'Tenant', description: 'Plans, seats and users of the tenant.' },
        { name: 'Flags', description: 'The OpenFeature Remote Evaluation Protocol (OFREP) 0.3.0.' },
        { name: 'Browsers', description: 'Tokens for browser apps.' },
      ],
      security: [{ apiKey: [] }, { bearer: [] }, { apiKey: [], bearer: [] }],
      components: {
        securitySchemes: {
          apiKey: {
            type: 'apiKey',
            in: 'header',
            name: 'X-API-Key',
            description:
              'The secret key of a server, or the publishable key of a browser beside its user token.',
          },
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description:
              'The secret key of a server, or the user token of a browser beside its publishable key.',
          },
        },
      },
      paths: { ...paths, ...ofrepPaths },
    },
    { override: allowFurtherFields },
  );
}

/** Answers may get further fields: the description must not forbid them to a client that validates. */
function allowFurtherFields({
  jsonSchema,
}: {
  readonly jsonSchema: { additionalProperties?: unknown };
}): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}
