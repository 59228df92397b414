/** The application's memory: what it uses, and what gives some of it back. */
import * as z from 'zod';
import { callAction } from '../../api/index.js';
import type { Config } from '../../config/index.js';
import type { Context } from '../../context.js';
import type { actionRoutes, SystemOverview } from '../../contract/index.js';
import { explain, OperatorError } from '../../errors.js';
import { breachOf } from '../../levels.js';
import { formatBytes, formatPercent } from '../../measures.js';
import type { Finding } from '../../status.js';

const Figures = z.object({
  pid: z.number(),
  heapUsedBytes: z.number(),
  heapLimitBytes: z.number(),
  residentBytes: z.number(),
  eventLoopLagMs: z.number(),
});
type Figures = z.infer<typeof Figures>;

export const MemoryPart = z.object({
  before: Figures,
  /** Of the same process, once something was done; null before, and when another process answered. */
  after: Figures.nullable(),
  actions: z.array(
    z.object({
      route: z.enum(['collectGarbage', 'clearCaches']),
      /** The very request, without its secret. */
      request: z.string(),
      outcome: z.enum(['planned', 'skipped', 'done', 'failed']),
      /** Why it is wanted, or not; what came of it. */
      note: z.string(),
    }),
  ),
});
export type MemoryPart = z.infer<typeof MemoryPart>;
type MemoryAction = MemoryPart['actions'][number];

type MemoryContext = Pick<Context, 'api' | 'config' | 'redactor' | 'signal'>;

/** Null of a backend that does not tell. Errors: `VOPS-API-…`. */
export async function planMemory(context: MemoryContext, comprehensive: boolean): Promise<MemoryPart | null> {
  const before = figuresOf(await context.api('health'));
  if (before === null) return null;
  const config = await context.config();
  const share = before.heapUsedBytes / before.heapLimitBytes;
  const isTight = share > config.kpis.memoryUsage.target;
  const used = `${formatPercent(Math.round(share * 1_000) / 1_000)} of the heap's limit in use`;
  const wanted = { collectGarbage: isTight || comprehensive, clearCaches: isTight };
  const plan = async (route: MemoryAction['route']): Promise<MemoryAction> => {
    const { text: request } = await prepare(context, route);
    if (!wanted[route]) return { route, request, outcome: 'skipped', note: `${used}: nothing to gain` };
    if (secretOf(config) === undefined) return { route, request, outcome: 'skipped', note: NO_SECRET };
    return { route, request, outcome: 'planned', note: used };
  };
  return { before, after: null, actions: [await plan('collectGarbage'), await plan('clearCaches')] };
}

/** What a process has used up is told, and what kept us from giving some of it back. Pure. */
export function judgeMemory({ before, actions }: MemoryPart, { memoryUsage }: Config['kpis']): Finding[] {
  const share = before.heapUsedBytes / before.heapLimitBytes;
  const breach = breachOf(share, memoryUsage);
  const tight: Finding[] = breach
    ? [
        {
          code: 'VOPS-PERFORMANCE-HEAP',
          severity: breach.severity,
          message: `the application uses ${formatBytes(before.heapUsedBytes)} of ${formatBytes(before.heapLimitBytes)} of heap, above ${formatPercent(breach.limit)} (kpis.memoryUsage.${breach.level})`,
          hint: 'does it grow? viktoria-ops capacity trends; raise its limit with NODE_OPTIONS=--max-old-space-size=…',
        },
      ]
    : [];
  const failed = actions.filter(({ outcome }) => outcome === 'failed');
  return [
    ...tight,
    ...failed.map(
      ({ request, note }): Finding => ({
        code: 'VOPS-PERFORMANCE-ACTION-FAILED',
        severity: 'warning',
        message: `${request}: ${note}`,
        hint: 'the log of the application says more',
      }),
    ),
  ];
}

/** Does what is planned; a failure of one is that one's outcome. */
export async function applyMemory(context: MemoryContext, part: MemoryPart): Promise<MemoryPart> {
  const actions: MemoryAction[] = [];
  for (const action of part.actions) actions.push(action.outcome === 'planned' ? await send(context, action) : action);
  if (!actions.some(({ outcome }) => outcome === 'done')) return { ...part, actions };
  const after = figuresOf(await context.api('health'));
  return { ...part, actions, after: after?.pid === part.before.pid ? after : null };
}

async function send(context: MemoryContext, action: MemoryAction): Promise<MemoryAction> {
  try {
    const call = await prepare(context, action.route);
    return { ...action, outcome: 'done', note: (await call.send()).outcome };
  } catch (error) {
    if (!(error instanceof OperatorError) || context.signal.aborted) throw error;
    return { ...action, outcome: 'failed', note: explain(error).message };
  }
}

async function prepare(context: MemoryContext, route: keyof typeof actionRoutes) {
  const config = await context.config();
  return callAction(context, route, { parameters: {}, secret: secretOf(config), timeoutMs: config.app.timeout });
}

/** The backend has one secret for all actions. */
const secretOf = ({ automation }: Config) => automation.actions.enable_debug_logging.secret;
const NO_SECRET = 'no secret for actions is configured: automation.actions.enable_debug_logging.secret';

const figuresOf = ({ process }: SystemOverview): Figures | null => process ?? null;
