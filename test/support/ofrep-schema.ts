import { Ajv2020 as Ajv } from 'ajv/dist/2020.js';

/**
 * The answers of the OpenFeature Remote Evaluation Protocol 0.3.0 as JSON Schema, written from its published contract
 * (https://github.com/open-feature/protocol, `service/openapi.yaml`): the same names, the same conditions.
 */
const text = { type: 'string' };
const metadata = {
  type: 'object',
  additionalProperties: { oneOf: [{ type: 'boolean' }, text, { type: 'number' }] },
};
const failureOf = (...codes: readonly string[]) => ({
  type: 'object',
  required: ['key', 'errorCode'],
  properties: { key: text, errorCode: { type: 'string', enum: codes }, errorDetails: text, metadata },
});
const withValue = (value: object) => ({ type: 'object', properties: { value }, required: ['value'] });

/** The six kinds of a value. As published, the last one has no condition. */
const values = [
  withValue({ type: 'boolean' }),
  withValue(text),
  withValue({ type: 'integer' }),
  withValue({ type: 'number' }),
  withValue({ type: 'object' }),
  { type: 'object', properties: {} },
];

/**
 * What the published schema means. Its `oneOf` accepts no answer with a value, because every object also matches the kind
 * without a condition, and a whole number matches three. Several kinds may match, and the kind without a value has none.
 */
const repairedValues = {
  anyOf: [...values.slice(0, -1), { type: 'object', not: { required: ['value'] } }],
};

const success = (value: object) => ({
  type: 'object',
  required: ['key', 'reason'],
  allOf: [
    {
      properties: {
        key: text,
        reason: { type: 'string', enum: ['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'UNKNOWN'] },
        variant: text,
        metadata,
      },
    },
    value,
  ],
});

const eventStream = {
  type: 'object',
  required: ['type'],
  oneOf: [
    { required: ['url'], not: { required: ['endpoint'] } },
    { required: ['endpoint'], not: { required: ['url'] } },
  ],
  properties: {
    type: text,
    url: { type: 'string', pattern: '^https?://' },
    endpoint: {
      type: 'object',
      required: ['requestUri'],
      properties: { origin: text, requestUri: { type: 'string', pattern: '^/' } },
    },
    inactivityDelaySec: { type: 'integer', minimum: 1 },
  },
};

const evaluationFailure = failureOf('PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'GENERAL');
const bulkFailure = {
  type: 'object',
  required: ['errorCode'],
  properties: { errorCode: text, errorDetails: text },
};

/** The schema of each answer, by kind of request and status. */
const schemas = {
  one: {
    200: success(repairedValues),
    400: evaluationFailure,
    404: failureOf('FLAG_NOT_FOUND'),
    500: { type: 'object', properties: { errorDetails: text } },
  },
  all: {
    200: {
      type: 'object',
      required: ['flags'],
      properties: {
        flags: { type: 'array', items: { oneOf: [success(repairedValues), evaluationFailure] } },
        metadata,
        eventStreams: { type: 'array', items: eventStream },
      },
    },
    400: bulkFailure,
    500: { type: 'object', properties: { errorDetails: text } },
  },
} as const satisfies Record<string, Record<number, object>>;

/** The JSON in the data of an event. */
const eventData = {
  type: 'object',
  required: ['type'],
  properties: {
    type: text,
    etag: text,
    lastModified: { oneOf: [{ type: 'integer', minimum: 0 }, text] },
  },
};

const ajv = new Ajv({ strict: false, allErrors: true });

/** What an answer violates; empty if it is valid, or if the protocol defines no body for the status. */
export function violations(kind: keyof typeof schemas, status: number, body: unknown): readonly string[] {
  const schema = Object.entries(schemas[kind]).find(([each]) => each === String(status))?.[1];
  return schema === undefined ? [] : check(schema, body);
}

/** What the data of an event violates. */
export function eventViolations(data: unknown): readonly string[] {
  return check(eventData, data);
}

/** What a flag violates by the letter of the published schema, which the fault makes useless. */
export function violationsAsPublished(flag: unknown): readonly string[] {
  return check(success({ oneOf: values }), flag);
}

function check(schema: object, body: unknown): readonly string[] {
  const isValid = ajv.compile(schema);
  return isValid(body) ? [] : (isValid.errors ?? []).map((each) => `${each.instancePath} ${each.message}`);
}
