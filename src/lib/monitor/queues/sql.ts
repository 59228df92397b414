/** A job table of the application's own, by queries it names. */
import * as z from 'zod';
import { type QueueSource, type RunSql, sumsOf } from './source.js';

export const SqlOptions = z.strictObject({
  type: z.literal('sql'),
  name: z.string().min(1),
  queries: z.strictObject({
    /** Rows of `state` (ready, scheduled, active, completed, failed, cancelled) and `count`. */
    states: z.string(),
    /** Rows of `type` and `count`, of ready jobs. */
    readyByType: z.string().optional(),
    /** One number: seconds. */
    oldestReadyAgeSeconds: z.string().optional(),
    /** One number. */
    processedPerMinute: z.string().optional(),
    /** One number: milliseconds. */
    averageProcessingMs: z.string().optional(),
  }),
});

const Count = z.coerce.number().min(0);
const STATES = ['ready', 'scheduled', 'active', 'completed', 'failed', 'cancelled'] as const;
const States = z.array(z.object({ state: z.enum(STATES), count: Count }));
const Types = z.array(z.object({ type: z.string(), count: Count }));

export function openSql({ name, queries }: z.output<typeof SqlOptions>, runSql: RunSql): QueueSource {
  const rowsOf = async <T>(query: keyof typeof queries, shape: z.ZodType<T>): Promise<T> => {
    const parsed = shape.safeParse(await runSql(queries[query] ?? ''));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new Error(
      `the query ${query} of ${name} answers otherwise than agreed: ${issue?.path.join('.')} ${issue?.message}`,
    );
  };
  const numberOf = async (query: keyof typeof queries): Promise<number | null> => {
    if (!queries[query]) return null;
    const [row] = await rowsOf(query, z.array(z.record(z.string(), z.coerce.number().nullable())));
    return Object.values(row ?? {})[0] ?? null;
  };
  return {
    name,
    async read() {
      // Several of the application's own words may be one of ours: a row each.
      const states = sumsOf((await rowsOf('states', States)).map(({ state, count }) => [state, count]));
      const types = queries.readyByType ? await rowsOf('readyByType', Types) : [];
      return {
        states,
        readyByType: sumsOf(types.map(({ type, count }) => [type, count])),
        oldestReadyAgeSeconds: await numberOf('oldestReadyAgeSeconds'),
        processedPerMinute: await numberOf('processedPerMinute'),
        completed: states.completed ?? null,
        averageProcessingMs: await numberOf('averageProcessingMs'),
      };
    },
  };
}
