import { Ajv2020 as Ajv, type ValidateFunction } from 'ajv/dist/2020.js';
import { z } from 'zod';

const operationSchema = z.looseObject({
  responses: z.record(
    z.string(),
    z.looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })).optional() }),
  ),
});
const documentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({}),
});

/** The formats of the description. */
const formats = { date: z.iso.date(), 'date-time': z.iso.datetime(), uri: z.url() };

/** Checks answers against an OpenAPI description. */
export interface AnswerCheck {
  /** The paths that the description has, each behind its method: `get /api/v1/plans`. */
  readonly operations: readonly string[];
  /** What an answer violates; empty if it is as described. Fields that are not described are violations too. */
  violations(
    method: string,
    path: string,
    answer: { readonly status: number; readonly type: string | null; readonly body: unknown },
  ): readonly string[];
}

/** @param description the parsed document */
export function createAnswerCheck(description: unknown): AnswerCheck {
  const document = documentSchema.parse(forbidFurtherFields(description));
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const [format, schema] of Object.entries(formats))
    ajv.addFormat(format, (text: string) => schema.safeParse(text).success);
  const compiled = new Map<object, ValidateFunction>();
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method} ${path}`,
      method,
      path,
      operation,
    })),
  );

  function validate(media: { readonly schema?: unknown }, body: unknown): readonly string[] {
    const isValid =
      compiled.get(media) ?? ajv.compile({ allOf: [media.schema], components: document.components });
    compiled.set(media, isValid);
    if (isValid(body)) return [];
    return (isValid.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  return {
    operations: operations.map(({ name }) => name),
    violations(method, path, { status, type, body }) {
      const found = operations.find((each) => each.method === method && matches(each.path, path));
      if (found === undefined) return [`no operation ${method} ${path}`];
      const described = found.operation.responses[String(status)];
      if (described === undefined) return [`${found.name} has no response ${status}`];
      if (described.content === undefined) return body === null ? [] : ['a body that is not described'];
      const media = described.content[type?.split(';', 1)[0] ?? ''];
      if (media === undefined) return [`${found.name} ${status} is not described as ${type}`];
      return validate(media, body);
    },
  };
}

/** Whether a path fills in the parameters of a template such as `/users/{id}`. */
function matches(template: string, path: string): boolean {
  const pattern = template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(path);
}

/** The description allows further fields, which clients ignore. In a test each must be described. */
function forbidFurtherFields(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(forbidFurtherFields);
  if (typeof node !== 'object' || node === null) return node;
  const copied = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, forbidFurtherFields(value)]),
  );
  const isObject = 'type' in copied && copied.type === 'object' && 'properties' in copied;
  return isObject && !('additionalProperties' in copied)
    ? { ...copied, additionalProperties: false }
    : copied;
}
