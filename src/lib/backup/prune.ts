/** `backup prune`: removes what the configured retention does not keep, and what interrupted runs have left. */
import type { Retention } from '../config/backup.js';
import type { Context } from '../context.js';
import { abortReason, type Explanation, explain } from '../errors.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { openStore } from './open-store.js';
import { type PrunedBackup, type PruneFlags, type Pruning, pruned, totalsOf } from './pruning.js';
import { type Decision, planRetention } from './retention/plan-retention.js';
import type { Store } from './store.js';
import { PARTIAL } from './sweep.js';

type PruneContext = Pick<Context, 'config' | 'signal'>;

/** What would be removed, and every reason. Errors: `VOPS-FILE…`, `VOPS-REMOTE-…`. */
export async function planPrune(context: PruneContext, flags: PruneFlags): Promise<Outcome<Pruning>> {
  const { store, retention } = await openCatalogue(context, flags);
  const listing = await store.list();
  const { decisions, findings } = planRetention(listing, retention);
  // Decided over all kinds, for the size of all has a limit; shown and done is what was asked for.
  const isAskedFor = ({ id }: { readonly id: string }) => flags.kind === undefined || id.startsWith(`${flags.kind}-`);
  const backups = decisions.map(pruned).filter(isAskedFor);
  const damaged = listing.damaged.filter(isAskedFor);
  const swept = [...((await store.interrupted?.()) ?? [])];
  const totals = totalsOf(backups);
  return conclude({ store: store.label, applied: false, backups, damaged, swept, totals }, findings);
}

/**
 * Carries the plan out. All is decided anew while nobody else changes the catalogue, so what was pinned or has failed its
 * verification since is respected; and nothing goes that is not in the plan. One that fails does not stop the others.
 * Errors: `VOPS-LOCK-BUSY`; those of `planPrune`.
 */
export async function applyPrune(
  context: PruneContext,
  plan: Outcome<Pruning>,
  flags: PruneFlags,
): Promise<Outcome<Pruning>> {
  const { store, retention } = await openCatalogue(context, flags);
  const planned = plan.result.backups.filter(({ action }) => action === 'remove');
  const removal = { planned, retention, signal: context.signal };
  const steps = planned.length === 0 ? [] : await removeExclusively(store, removal);
  const swept = context.signal.aborted ? NOTHING_SWEPT : await sweep(store, steps);
  return concludePruning(plan, steps, { ...swept, signal: context.signal });
}

async function openCatalogue(context: PruneContext, { remote }: PruneFlags) {
  const [store, { backup }] = [await openStore(context, { remote }), await context.config()];
  return { store, retention: (remote && backup.remote?.retention) || backup.retention };
}

interface Removal {
  readonly planned: readonly PrunedBackup[];
  readonly retention: Retention;
  readonly signal: AbortSignal;
}

/** What became of one backup, with what went wrong in it. */
interface Step {
  readonly backup: PrunedBackup;
  readonly findings: readonly Finding[];
}

function removeExclusively(store: Store, { planned, retention, signal }: Removal): Promise<Step[]> {
  const exclusively: NonNullable<Store['exclusively']> = store.exclusively ?? ((use) => use(store));
  return exclusively(async (held) => {
    const { decisions } = planRetention(await held.list(), retention);
    const current = new Map(decisions.map((decision) => [decision.backup.id, decision]));
    const steps: Step[] = [];
    for (const backup of planned) {
      const decision = current.get(backup.id);
      steps.push(
        signal.aborted
          ? { backup: { ...backup, outcome: 'left' }, findings: [] }
          : await removeOne(held, backup, decision),
      );
    }
    return steps;
  });
}

async function removeOne(
  store: Pick<Store, 'remove'>,
  planned: PrunedBackup,
  decision: Decision | undefined,
): Promise<Step> {
  if (decision === undefined) return { backup: { ...planned, outcome: 'gone' }, findings: [] };
  const backup = pruned(decision);
  if (decision.action === 'keep') return { backup: { ...backup, outcome: 'kept' }, findings: [] };
  try {
    await store.remove(decision.backup);
    return { backup: { ...backup, outcome: 'removed' }, findings: [] };
  } catch (error) {
    return { backup: { ...backup, outcome: 'failed' }, findings: [{ ...explain(error), severity: 'error' }] };
  }
}

interface Swept {
  /** What others had left. */
  readonly swept: readonly string[];
  readonly findings: readonly Finding[];
}

const NOTHING_SWEPT: Swept = { swept: [], findings: [] };

/** Frees the room of what was just removed, too. */
async function sweep(store: Store, steps: readonly Step[]): Promise<Swept> {
  const findings: Finding[] = [];
  const swept = await store.sweep?.((error) => findings.push({ ...explain(error), severity: 'error' }));
  const own = steps.map(({ backup }) => backup.id + PARTIAL);
  return { swept: (swept ?? []).filter((path) => !own.some((name) => path.endsWith(name))), findings };
}

/** The plan with what became of it. Some failed and some did not: partial. */
function concludePruning(
  plan: Outcome<Pruning>,
  steps: readonly Step[],
  { swept, findings, signal }: Swept & { readonly signal: AbortSignal },
): Outcome<Pruning> {
  const done = new Map(steps.map(({ backup }) => [backup.id, backup]));
  const backups = plan.result.backups.map((backup) => done.get(backup.id) ?? backup);
  const result = { ...plan.result, applied: true, backups, swept: [...swept], totals: totalsOf(backups) };
  const failures = [...steps.flatMap((step) => step.findings), ...findings];
  const outcome = conclude(result, [...plan.findings, ...failures]);
  const error: Explanation | undefined = signal.aborted ? explain(abortReason(signal)) : undefined;
  if (error) return { ...outcome, status: 'interrupted', error };
  return failures.length > 0 && result.totals.removed > 0 ? { ...outcome, status: 'partial' } : outcome;
}
