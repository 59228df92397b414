/** What a run would do and what it would cost: plans of PostgreSQL, and requests that are not sent. */
import type { Context } from '../context.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import type { Catalogue } from './catalogue.js';
import { type Asked, type Estimate, estimate } from './database.js';
import { oneLine } from './judge.js';
import type { IntegrityReport } from './report.js';

/** A check that the server cannot plan is a finding: it would have no verdict either. */
export async function planIntegrity(
  context: Context,
  { checks, journeys }: Catalogue,
): Promise<Outcome<IntegrityReport>> {
  const { app, integrity } = await context.config();
  const planned = await estimate(context, checks, integrity);
  const plan = {
    checks: planned.map(describePlan),
    journeys: journeys.map(({ name, item }) => ({
      name,
      requests: item.steps.map(({ method, path }) => `${method} ${item.url ?? app.url}${path}`),
    })),
  };
  return conclude({ checks: [], journeys: [], plan }, planned.flatMap(refusal));
}

function describePlan({ name, item, compiled, answer }: Asked<Estimate>) {
  const { cost, rows } = 'value' in answer ? answer.value : { cost: null, rows: null };
  return { name, kind: item.kind, cost, rows, query: oneLine(compiled.failing ?? compiled.total ?? '') };
}

function refusal({ name, answer }: Asked<Estimate>): Finding[] {
  if ('value' in answer) return [];
  const { message, hint } = answer.problem;
  return [
    {
      code: 'VOPS-INTEGRITY-NO-VERDICT',
      severity: 'unknown',
      message: `${name} cannot be planned: ${message}`,
      ...(hint !== undefined && { hint }),
    },
  ];
}
