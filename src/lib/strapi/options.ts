/** What an application may set: in `config/plugins` under `hook-monitoring.config`, or as the second argument of `register`. */
import * as z from 'zod';
import { OtlpOptions, QueueOptions } from '../monitor/index.js';

/** Shorter ones can be guessed. A file's end of line cannot be sent in a header, so it is none of the secret. */
const Secret = z.string().trim().min(16, 'must have at least 16 characters');

export const MonitoringOptions = z.strictObject({
  /** Bearer secret of the monitoring routes; without one only programs on this host are answered. */
  secret: Secret.optional(),
  /** Another one, for what changes something; without one nothing can be changed. */
  actionsSecret: Secret.optional(),
  /** Where background jobs are; pg-boss and graphile-worker are found by themselves. */
  jobs: z.array(QueueOptions).optional(),
  /** The file that `viktoria-ops monitoring publish` writes: the page then shows alerts, incidents, KPIs and backups. */
  operatorStatusFile: z.string().min(1).optional(),
  /** Where hook metrics are exported to, beside `/metrics`. */
  otlp: OtlpOptions.optional(),
});
export type MonitoringOptions = z.output<typeof MonitoringOptions>;

/**
 * Options as given, and secrets from the environment (HOOK_MONITORING_SECRET, HOOK_MONITORING_ACTIONS_SECRET) where they
 * are not.
 * @throws Error naming what is wrong, without the value
 */
export function readOptions(given: unknown, env: NodeJS.ProcessEnv): MonitoringOptions {
  const fromEnvironment = {
    ...(env.HOOK_MONITORING_SECRET ? { secret: env.HOOK_MONITORING_SECRET } : {}),
    ...(env.HOOK_MONITORING_ACTIONS_SECRET ? { actionsSecret: env.HOOK_MONITORING_ACTIONS_SECRET } : {}),
  };
  const isObject = typeof given === 'object' && given !== null;
  // `secret: env('A_NAME')` gives undefined where the name is not set: that says nothing.
  const said = Object.entries(isObject ? given : {}).filter(([, value]) => value !== undefined);
  const options = MonitoringOptions.safeParse({ ...fromEnvironment, ...Object.fromEntries(said) });
  if (options.success) return options.data;
  const issues = options.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`);
  throw new Error(`hook-monitoring: ${issues.join('; ')}`);
}
