import { z } from 'zod';
import type { ZodOpenApiPathsObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import {
  flagFailureSchema,
  flagSchema,
  flagSetFailureSchema,
  flagSetSchema,
} from '../ofrep/answer-schemas.ts';
import { bodySchema } from '../ofrep/evaluation-request.ts';

const requestBody = {
  required: true,
  content: {
    'application/json': {
      schema: bodySchema,
      example: { context: { targetingKey: '101', lang: 'en' } },
    },
  },
} as const;

const failureTexts = {
  400: 'The request cannot be evaluated; `errorDetails` says what to do.',
  401: 'The key or the user token is missing, unknown, expired or revoked.',
  403: 'The key lacks the scope, the origin is not allowed, or a browser asks about another user than its own.',
  429: 'Too many calls: wait for the seconds of `Retry-After`.',
  500: 'The fault is ours, or the database does not respond.',
} as const;

function failures(schema: z.ZodType): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    Object.entries(failureTexts).map(([status, description]) => [
      status,
      { description, content: { 'application/json': { schema } } },
    ]),
  );
}

/** The routes of the OpenFeature Remote Evaluation Protocol 0.3.0, which is the contract; this repeats what Planlens sends. */
export const ofrepPaths: ZodOpenApiPathsObject = {
  '/ofrep/v1/evaluate/flags': {
    post: {
      operationId: 'evaluateAllFlags',
      tags: ['Flags'],
      summary: 'All flags of a user',
      description: 'Scope `evaluate`. `context.plan` asks what another plan would give.',
      requestParams: { header: z.object({ 'If-None-Match': z.string().optional() }) },
      requestBody,
      responses: {
        '200': {
          description: 'The flags.',
          headers: z.object({ ETag: z.string() }),
          content: { 'application/json': { schema: flagSetSchema } },
        },
        '304': { description: 'The client has the current flags.' },
        ...failures(flagSetFailureSchema),
      },
    },
  },
  '/ofrep/v1/evaluate/flags/{key}': {
    post: {
      operationId: 'evaluateFlag',
      tags: ['Flags'],
      summary: 'One flag of a user',
      description: 'Scope `evaluate`.',
      requestParams: { path: z.object({ key: z.string().meta({ examples: ['sales-guide'] }) }) },
      requestBody,
      responses: {
        '200': { description: 'The flag.', content: { 'application/json': { schema: flagSchema } } },
        '404': {
          description: 'There is no such flag.',
          content: { 'application/json': { schema: flagFailureSchema } },
        },
        ...failures(flagFailureSchema),
      },
    },
  },
  '/ofrep/v1/events': {
    get: {
      operationId: 'listenToChanges',
      tags: ['Flags'],
      summary: 'Notices that flags changed, as server-sent events',
      description: 'At the address that `eventStreams` names; its token takes the place of a key.',
      security: [],
      requestParams: { query: z.object({ token: z.string() }) },
      responses: {
        '200': {
          description: 'Events with the data `{"type": "refetchEvaluation"}`.',
          content: { 'text/event-stream': { schema: z.string() } },
        },
        '401': {
          description: 'The token is not valid: evaluate all flags to get another address.',
          content: { 'application/json': { schema: flagSetFailureSchema } },
        },
        '429': {
          description: 'Too many streams are open.',
          content: { 'application/json': { schema: flagSetFailureSchema } },
        },
      },
    },
  },
};
