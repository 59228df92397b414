/** `GET /openapi.json`: the API as its table of routes describes it. */
import * as z from 'zod';
import { API_PREFIX, type RouteDefinition, routes } from '../contract/index.js';

const BEARER = { type: 'http', scheme: 'bearer' } as const;

/** The description in OpenAPI 3.1, whose schemas are JSON Schema. */
export function describeApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries(routes)) {
    const path = API_PREFIX + route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Hook monitoring', version },
    paths,
    components: { securitySchemes: { monitoring: BEARER, actions: BEARER } },
  };
}

function operationOf(operationId: string, route: RouteDefinition): Record<string, unknown> {
  const content = { [route.contentType ?? 'application/json']: { schema: schemaOf(route.response) } };
  const { body, secret = 'monitoring' } = route;
  return {
    operationId,
    summary: route.summary,
    ...(body ? { requestBody: { content: { 'application/json': { schema: schemaOf(route.parameters) } } } } : {}),
    parameters: body ? [] : parametersOf(route),
    security: [{ [secret]: [] }],
    responses: {
      200: { description: 'The answer', content },
      400: { description: 'A parameter is not valid' },
      401: { description: 'No valid bearer secret' },
      403: {
        description: 'No such secret is configured, and who asks is not on this host or wants to change something',
      },
      503:
        operationId === 'health' ? { description: 'Critical', content } : { description: 'A source does not answer' },
    },
  };
}

function parametersOf({ path, parameters }: RouteDefinition) {
  return Object.entries(parameters.shape).map(([name, schema]: [string, z.ZodType]) => {
    const inPath = path.includes(`:${name}`);
    const required = inPath || !schema.safeParse(undefined).success;
    return { name, in: inPath ? 'path' : 'query', required, schema: schemaOf(schema) };
  });
}

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  // As it is sent: what has a default may be left out.
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io: 'input' });
  return described;
}
