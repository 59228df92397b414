/** `GET /openapi.json`: the API as its table of routes describes it. */
import * as z from 'zod';
import { API_PREFIX, routes } from '../contract/index.js';

type Route = (typeof routes)[keyof typeof routes];

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
    components: { securitySchemes: { secret: { type: 'http', scheme: 'bearer' } } },
    security: [{ secret: [] }],
  };
}

function operationOf(operationId: string, route: Route): Record<string, unknown> {
  const type = 'contentType' in route ? route.contentType : 'application/json';
  const content = { [type]: { schema: schemaOf(route.response) } };
  return {
    operationId,
    summary: route.summary,
    parameters: Object.entries(route.parameters.shape).map(([name, schema]: [string, z.ZodType]) => {
      const inPath = route.path.includes(`:${name}`);
      const required = inPath || !schema.safeParse(undefined).success;
      return { name, in: inPath ? 'path' : 'query', required, schema: schemaOf(schema) };
    }),
    responses: {
      200: { description: 'The answer', content },
      400: { description: 'A parameter is not valid' },
      401: { description: 'No valid bearer secret' },
      503:
        operationId === 'health' ? { description: 'Critical', content } : { description: 'A source does not answer' },
    },
  };
}

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema);
  return described;
}
