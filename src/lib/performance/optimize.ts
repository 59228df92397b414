/** `performance optimize`: the guide's three, hooks, database and memory; what is found, and of it what is safe, done. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { type MaintainContext, OptimizeReport } from '../db/index.js';
import { explain, OperatorError } from '../errors.js';
import { conclude, type Finding, type Outcome, worstOf } from '../status.js';
import { Duration } from '../units.js';
import { findBottlenecks, HookBottlenecks } from './bottlenecks.js';
import { HookChange } from './compare/hook-change.js';
import { applyDatabase, planDatabase } from './optimize/database.js';
import { judgeBottlenecks } from './optimize/hooks.js';
import { applyMemory, judgeMemory, MemoryPart, planMemory } from './optimize/memory.js';
import { findHookTrends } from './trends.js';

export const OptimizeFlags = z.object({
  apply: z.boolean().default(false),
  comprehensive: z.boolean().default(false),
  lockWait: Duration.optional(),
});
export type OptimizeFlags = z.output<typeof OptimizeFlags>;

/** A part is null when nothing could be found out about it: a finding says why. */
export const Optimization = z.object({
  comprehensive: z.boolean(),
  applied: z.boolean(),
  hooks: HookBottlenecks.shape.bottlenecks.nullable(),
  /** What has become slower than a week ago; looked for with `--comprehensive`. */
  regressions: z.array(HookChange),
  database: OptimizeReport.nullable(),
  memory: MemoryPart.nullable(),
});
export type Optimization = z.infer<typeof Optimization>;

type OptimizeContext = MaintainContext & Pick<Context, 'api' | 'redactor'>;

/** Reads only. Errors: that of the first part when no part could be read. */
export async function planOptimization(
  context: OptimizeContext,
  { comprehensive }: OptimizeFlags,
): Promise<Outcome<Optimization>> {
  const { kpis } = await context.config();
  const parts = createParts(context);
  const [hooks, trends, database, memory] = await Promise.all([
    parts.attempt('hooks', () => findBottlenecks(context)),
    comprehensive ? parts.attempt('trends', () => findHookTrends(context)) : undefined,
    parts.attempt('database', () => planDatabase(context, comprehensive)),
    parts.attempt('memory', () => planMemory(context, comprehensive)),
  ]);
  if (!hooks && !database && !memory && parts.errors[0]) throw parts.errors[0];
  const result: Optimization = {
    comprehensive,
    applied: false,
    hooks: hooks?.result.bottlenecks ?? null,
    regressions: trends?.result.hooks.filter(({ verdict }) => verdict === 'slower') ?? [],
    database: database?.result ?? null,
    memory: memory ?? null,
  };
  return conclude(result, [
    ...(hooks ? [...hooks.findings, ...judgeBottlenecks(hooks.result, kpis)] : []),
    ...(trends?.findings ?? []),
    ...(database?.findings ?? []),
    ...(memory ? judgeMemory(memory, kpis) : []),
    ...parts.findings(),
  ]);
}

/** Does what is safe, if that is wanted. Errors: those of `db optimize --apply`. */
export async function applyOptimization(
  context: OptimizeContext,
  planned: Outcome<Optimization>,
  { apply, lockWait }: OptimizeFlags,
): Promise<Outcome<Optimization>> {
  if (!apply) return planned;
  const { kpis } = await context.config();
  const { database, memory } = planned.result;
  const isOfDatabase = ({ code }: Finding) => code.startsWith('VOPS-DB-');
  const maintained =
    database && (await applyDatabase(context, planOf(database, planned.findings.filter(isOfDatabase)), lockWait));
  const freed = memory && (await applyMemory(context, memory));
  const others = planned.findings.filter((finding) => !isOfDatabase(finding) && !isOfMemory(finding));
  const rest = [...others, ...(freed ? judgeMemory(freed, kpis) : [])];
  const result = { ...planned.result, applied: true, database: maintained?.result ?? null, memory: freed };
  const outcome = conclude(result, [...rest, ...(maintained?.findings ?? [])]);
  if (!maintained) return outcome;
  // Of maintenance some may be done and some not, which its findings alone do not tell.
  const status = worstOf([conclude(result, rest).status, maintained.status]);
  return { ...outcome, status, ...(maintained.error && { error: maintained.error }) };
}

const planOf = (result: OptimizeReport, findings: readonly Finding[]) => conclude(result, findings);
const isOfMemory = ({ code }: Finding): boolean => code === 'VOPS-PERFORMANCE-HEAP';

/** What cannot be reached is a finding, and the other parts go on. */
function createParts({ signal }: Pick<Context, 'signal'>) {
  const errors: OperatorError[] = [];
  const names = new Map<string, string[]>();
  return {
    errors,
    async attempt<T>(name: string, read: () => Promise<T>): Promise<T | undefined> {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof OperatorError) || signal.aborted) throw error;
        errors.push(error);
        const { message } = explain(error);
        names.set(message, [...(names.get(message) ?? []), name]);
        return undefined;
      }
    },
    findings: (): Finding[] =>
      [...names].map(([message, parts]) => ({
        code: 'VOPS-PERFORMANCE-PART-UNKNOWN',
        severity: 'unknown',
        message: `${parts.join(', ')}: ${message}`,
        hint: 'the other parts are as they were found: viktoria-ops doctor',
      })),
  };
}
