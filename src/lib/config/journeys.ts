/** What a user does, step by step over HTTP, and what must come back. */
import * as z from 'zod';
import { Duration, TimeLimit } from '../units.js';
import { JsonPath } from './json-path.js';
import { HttpUrl, SecretText } from './text.js';

const Value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What holds for the value at a path: the value itself, or some of these. */
const Expectation = z.lazy(() =>
  z.union(
    [
      Value.transform((equals) => ({ equals })),
      z.strictObject({
        exists: z.boolean().optional(),
        type: z.enum(['string', 'number', 'boolean', 'array', 'object', 'null']).optional(),
        min: z.number().optional(),
        max: z.number().optional(),
        contains: z.string().optional(),
      }),
    ],
    { error: 'expected a value, or some of exists, type, min, max, contains' },
  ),
);
export type Expectation = { readonly equals?: z.output<typeof Value> } & Partial<
  Readonly<{ exists: boolean; type: string; min: number; max: number; contains: string }>
>;

const Status = z.number().int().min(100).max(599);
const HeaderName = z.string().regex(/^[a-z0-9-]+$/, 'expected the name of a header, in lower case');

const Step = z.lazy(() =>
  z.strictObject({
    /** What the user does here; default: method and path. */
    name: z.string().min(1).optional(),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']).default('GET'),
    /** Below the address; `{{name}}` stands for a value saved by a step before. */
    path: z.string().startsWith('/', 'expected a path that begins with /'),
    headers: z.record(HeaderName, z.string()).default({}),
    /** The same, never shown: `"authorization": "Bearer ${env:TOKEN}"`. */
    secretHeaders: z.record(HeaderName, SecretText).default({}),
    /** Sent as JSON. */
    body: z.unknown().optional(),
    timeout: TimeLimit.optional(),
    expect: z
      .strictObject({
        /** One, or several that are all good. */
        status: z.union([Status.transform((status) => [status]), z.array(Status).min(1)]).prefault(200),
        /** Slower than this is a warning. */
        latency: Duration.optional(),
        /** By path: `data[0].id`, `data.length`, `meta["a key"]`. */
        json: z.record(JsonPath, Expectation).default({}),
      })
      .prefault({}),
    /** Values for later steps: name → path in the answer. */
    save: z.record(z.string().regex(/^\w+$/), JsonPath).default({}),
  }),
);
export type JourneyStep = z.output<typeof Step>;

const READING: readonly string[] = ['GET', 'HEAD'];

export const Journey = z.lazy(() =>
  z
    .strictObject({
      description: z.string().optional(),
      owner: z.string().optional(),
      hint: z.string().optional(),
      /** Default: `app.url`. */
      url: HttpUrl.optional(),
      /** Steps other than GET and HEAD are refused without it. */
      allowWrites: z.boolean().default(false),
      steps: z.array(Step).min(1).max(50),
    })
    .superRefine(({ steps, allowWrites }, context) => {
      const saved = new Set<string>();
      for (const [index, step] of steps.entries()) {
        const refuse = (key: string, message: string) =>
          context.addIssue({ code: 'custom', path: ['steps', index, key], message });
        if (!allowWrites && !READING.includes(step.method))
          refuse('method', 'this may change data: set allowWrites of the journey to true, if that is meant');
        for (const name of placeholdersIn([step.path, step.headers, step.body])) {
          if (!saved.has(name)) refuse('path', `{{${name}}} is saved by no step before`);
        }
        for (const name of Object.keys(step.save)) saved.add(name);
      }
    }),
);
export type Journey = z.output<typeof Journey>;

/** Names in `{{…}}`, anywhere in plain data. */
function placeholdersIn(data: unknown): string[] {
  return [...(JSON.stringify(data) ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name);
}
