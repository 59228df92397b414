/** `alerts export`: the rules in force as a rule file of Prometheus. */
import * as z from 'zod';
import { writeYaml } from '../../config/index.js';
import type { Context } from '../../context.js';
import { conclude, type Outcome } from '../../status.js';
import { loadRules } from '../compile-rules.js';
import { toPrometheusRules } from './prometheus-rules.js';

export const ExportFlags = z.object({});

export const RuleExport = z.object({
  /** How many are in the file. */
  rules: z.number(),
  /** Which are not, and why. */
  left: z.array(z.object({ rule: z.string(), reason: z.string() })),
  /** The file itself. */
  yaml: z.string(),
});
export type RuleExport = z.output<typeof RuleExport>;

/** Translates the rules. Errors: `VOPS-CONFIG-INVALID`. */
export async function exportRules({ config }: Pick<Context, 'config'>): Promise<Outcome<RuleExport>> {
  const settings = await config();
  const { alerting, kpis } = settings;
  const { rules, left } = toPrometheusRules(await loadRules(settings), {
    window: alerting.window,
    budget: Number((1 - (alerting.slo.target ?? kpis.uptime.target)).toPrecision(6)),
  });
  const group = { name: 'viktoria-ops', rules };
  const comments = left.map(({ rule, reason }) => `${rule} is left out: ${reason}`);
  const yaml = await writeYaml({ groups: [group] }, [
    'Alert rules of viktoria-ops: viktoria-ops alerts export',
    ...comments,
  ]);
  return conclude({ rules: rules.length, left, yaml });
}
