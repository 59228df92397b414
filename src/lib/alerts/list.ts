/** `alerts list` and `alerts lint`: the rules in force, and what is wrong with them. */
import * as z from 'zod';
import { type Config, describeOrigin } from '../config/index.js';
import type { Context } from '../context.js';
import { conclude, type Outcome } from '../status.js';
import { loadRules } from './compile-rules.js';
import { lintRules } from './lint.js';
import { ALERT_SEVERITIES, type Rule } from './rule.js';

export const AlertList = z.array(
  z.strictObject({
    name: z.string(),
    severity: z.enum(ALERT_SEVERITIES),
    kind: z.enum(['state', 'event']),
    /** `default`, or `file:line`. */
    origin: z.string(),
    condition: z.string(),
    clear: z.string().nullable(),
    channels: z.array(z.string()),
    forMs: z.number(),
    cooldownMs: z.number(),
    inhibitedBy: z.array(z.string()),
    description: z.string().nullable(),
    runbook: z.string().nullable(),
  }),
);
export type AlertList = z.output<typeof AlertList>;

/** The rules in force. Errors: `VOPS-CONFIG-INVALID` with everything that is wrong with them. */
export async function listAlerts({ config }: Pick<Context, 'config'>): Promise<Outcome<AlertList>> {
  const loaded = await config();
  const rules = await loadRules(loaded);
  const originOf = await ruleOrigins(loaded);
  return conclude(
    rules.map(({ name, severity, kind, condition, clear, channels, forMs, cooldownMs, ...rule }) => ({
      name,
      severity,
      kind,
      origin: originOf(name),
      condition: condition.text,
      clear: clear?.text ?? null,
      channels: [...channels],
      forMs,
      cooldownMs,
      inhibitedBy: [...rule.inhibitedBy],
      description: rule.description ?? null,
      runbook: rule.runbook ?? null,
    })),
  );
}

async function ruleOrigins({ alerting, origins }: Config): Promise<(name: Rule['name']) => string> {
  if (alerting.rules.length === 0) return () => 'default';
  const originOf = await origins();
  const places = new Map(
    alerting.rules.map(({ name }, index) => [name, describeOrigin(originOf(['alerting', 'rules', index]))]),
  );
  return (name) => places.get(name) ?? 'default';
}

export const AlertLint = z.strictObject({ rules: z.number().int(), remarks: z.number().int() });
export type AlertLint = z.output<typeof AlertLint>;

/** Looks for rules that are valid and yet wrong. Errors: as `listAlerts`. */
export async function lintAlerts({ config }: Pick<Context, 'config'>): Promise<Outcome<AlertLint>> {
  const loaded = await config();
  const { alerting, kpis } = loaded;
  const rules = await loadRules(loaded);
  const hasChannels = Object.values(alerting.channels).some((channel) => channel !== undefined);
  const findings = lintRules({ rules, kpis, hasChannels, intervalMs: alerting.interval });
  return conclude({ rules: rules.length, remarks: findings.length }, findings);
}
