/** `config show`: the values in force, and where each comes from. */
import * as z from 'zod';
import { type Config, describeOrigin, effectiveValues, formatPath, leavesOf } from '../config/index.js';
import type { Context } from '../context.js';
import { conclude, type Outcome } from '../status.js';

export const ConfigShowFlags = z.object({ origin: z.boolean().default(false) });
export type ConfigShowFlags = z.output<typeof ConfigShowFlags>;

export const ConfigShow = z.object({
  environment: z.string(),
  /** Null when only defaults and environment variables hold. */
  file: z.string().nullable(),
  /** Nested as in a file; secrets are `***`. */
  values: z.record(z.string(), z.unknown()),
  /** Key → `default`, `$VARIABLE` or `file:line`, with --origin. */
  origins: z.record(z.string(), z.string()).optional(),
});
export type ConfigShow = z.output<typeof ConfigShow>;

/** Reads the configuration; errors as `loadConfig`. */
export async function showConfig(
  { config }: Pick<Context, 'config'>,
  { origin }: ConfigShowFlags,
): Promise<Outcome<ConfigShow>> {
  const loaded = await config();
  const values = effectiveValues(loaded);
  return conclude({
    environment: loaded.environment,
    file: loaded.file ?? null,
    values,
    ...(origin ? { origins: await listOrigins(loaded, values) } : {}),
  });
}

async function listOrigins(config: Config, values: ConfigShow['values']): Promise<Record<string, string>> {
  const originOf = await config.origins();
  const leaves = [...leavesOf(values)];
  return Object.fromEntries(leaves.map(({ path }) => [formatPath(path), describeOrigin(originOf(path))]));
}
