/** Analyses the logs of a directory: what they say by level, hour, message, hook and route. */
import { join, resolve } from 'node:path';
import type { Context } from '../../context.js';
import { abortReason, OperatorError } from '../../errors.js';
import { findProgram } from '../../process/find-program.js';
import { withLock } from '../../process/index.js';
import { conclude, type Finding, foldParts, type Outcome } from '../../status.js';
import { createZone } from '../entries/zone.js';
import { unusableDirectory } from '../missing.js';
import { patternToRegExp } from '../names.js';
import { compose } from './compose.js';
import { judgeAnalysis, statusOfFile } from './judge.js';
import { createLedger, entriesOf } from './ledger.js';
import { emptyMemory, loadMemory, rememberRun, saveMemory } from './memory.js';
import { type DirectoryOptions, type DirectoryReport, readDirectory } from './read-directory.js';
import { createRedaction } from './redact-samples.js';
import { type AnalyzeFlags, type LogAnalysis, spanOf } from './result.js';
import { Tally } from './tally.js';

type AnalyzeContext = Pick<Context, 'config' | 'cwd' | 'env' | 'now' | 'signal' | 'state' | 'runId' | 'dryRun'>;

/**
 * Reads every log of the directory once, however often it was renamed, copied or compressed, and remembers which
 * messages it has seen; with `incremental` also how far it has read, and goes on from there.
 * Errors: `VOPS-FILE`, `VOPS-DISK-FULL`, `VOPS-LOCK-BUSY`.
 */
export async function analyzeLogs(context: AnalyzeContext, flags: AnalyzeFlags): Promise<Outcome<LogAnalysis>> {
  if (!flags.incremental) return analyze(context, flags, await stateIfUsable(context));
  const state = await context.state();
  const holder = { command: 'logs analyze', runId: context.runId, startedAt: context.now().toISOString() };
  const lock = { waitMs: LOCK_WAIT_MS, signal: context.signal, holder };
  return withLock(join(state, 'logs-analyze.lock'), lock, () => analyze(context, flags, state));
}

/** As long as another increment may take. */
const LOCK_WAIT_MS = 600_000;

/** Whoever may read the logs may look at them, also where nothing can be kept. */
async function stateIfUsable({ state }: AnalyzeContext): Promise<string | undefined> {
  try {
    return await state();
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}

async function analyze(
  context: AnalyzeContext,
  flags: AnalyzeFlags,
  state: string | undefined,
): Promise<Outcome<LogAnalysis>> {
  const { logs, isSet } = await context.config();
  const now = context.now();
  const directory = resolve(context.cwd, flags.directory ?? logs.directory);
  const span = spanOf(flags);
  const since = span === undefined ? Number.NEGATIVE_INFINITY : now.getTime() - span;
  const zone = createZone(flags.zone);
  const memory = state === undefined ? undefined : await loadMemory(state, directory);
  const isIncremental = flags.incremental;
  const ledger = createLedger(isIncremental ? memory : undefined);
  const { report, findings } = await readIfThere(
    {
      directory,
      logs: patternToRegExp(flags.pattern ?? logs.pattern),
      zone: flags.zone,
      since,
      ledger,
      isIncremental,
      zstd: await findProgram('zstd', context.env.PATH),
      now,
      signal: context.signal,
    },
    { isUsual: flags.directory === undefined && !isSet(['logs', 'directory']) },
  );
  const redact = flags.unredacted ? (text: string) => text : createRedaction({ addresses: flags.redactIps });
  const about = { directory, since, isIncremental, zone, memory, top: flags.top, redact };
  const { analysis, groups } = compose(report, about);
  if (state !== undefined && !context.dryRun) {
    const read = isIncremental ? entriesOf(ledger) : undefined;
    await saveMemory(state, rememberRun(memory ?? emptyMemory(directory, now), groups, { now, read }));
  }
  const limit = logs.unrecognizedLimit;
  return verdict(analysis, findings.length > 0 ? findings : judgeAnalysis(analysis, limit), limit);
}

/** A directory that is missing, or may not be read, is a finding. */
async function readIfThere(
  options: DirectoryOptions,
  { isUsual }: { readonly isUsual: boolean },
): Promise<{ readonly report: DirectoryReport; readonly findings: readonly Finding[] }> {
  try {
    return { report: await readDirectory(options), findings: [] };
  } catch (error) {
    if (options.signal.aborted) throw abortReason(options.signal);
    const finding = unusableDirectory(error, {
      directory: options.directory,
      isUsual,
      consequence: 'nothing was analysed',
    });
    return { report: { files: [], olderFiles: 0, tally: new Tally(options.since) }, findings: [finding] };
  }
}

/** Files are parts: of some understood and some not, the whole is partial. */
function verdict(analysis: LogAnalysis, findings: readonly Finding[], limit: number): Outcome<LogAnalysis> {
  const outcome = conclude(analysis, findings);
  const parts = analysis.files.map((file) => statusOfFile(file, limit));
  return parts.some((status) => status !== 'ok') ? { ...outcome, status: foldParts(parts) } : outcome;
}
