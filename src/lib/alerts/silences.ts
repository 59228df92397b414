/** Silences: alerts kept quiet for a time, by somebody. The file is shared by operators and tiers, and read by each evaluation. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { ensurePrivateDirectory, writeFileAtomic } from '../files/index.js';
import { withLock } from '../process/index.js';
import type { Finding } from '../status.js';
import type { Silence } from './engine/index.js';
import { ALERT_SEVERITIES } from './rule.js';
import { damagedFinding, moveAside, readStored } from './stored.js';

export const StoredSilence = z.strictObject({
  id: z.string(),
  /** Name of a rule; `*` stands for any text, `?` for any character. */
  rule: z.string(),
  /** Left out: all. */
  severities: z.array(z.enum(ALERT_SEVERITIES)).optional(),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  author: z.string(),
  comment: z.string(),
});
export type StoredSilence = z.output<typeof StoredSilence>;

const SilencesFile = z.strictObject({ schemaVersion: z.literal(1), silences: z.array(StoredSilence) });

/** Those that are over stay this long, for who asks why nobody was told. */
const KEPT_MS = 30 * 86_400_000;
/** Others hold the lock for a few milliseconds each. */
const LOCK_WAIT_MS = 10_000;

const silencesFile = (directory: string) => join(directory, 'silences.json');

/**
 * All that are kept, the earliest end first; a damaged file silences nothing, and is a finding. `directory` is
 * `<state>/alerts`. Errors: `VOPS-FILE`.
 */
export async function readSilences(directory: string): Promise<{ silences: StoredSilence[]; findings: Finding[] }> {
  const path = silencesFile(directory);
  const read = await readStored(path, SilencesFile);
  if (read.type === 'absent') return { silences: [], findings: [] };
  if (read.type === 'whole') return { silences: read.value.silences.toSorted(byEnd), findings: [] };
  return { silences: [], findings: [damagedFinding(path, { reason: read.reason, loss: 'nothing is silenced' })] };
}

const byEnd = (one: StoredSilence, other: StoredSilence) => (one.until < other.until ? -1 : 1);

/** As the engine takes them. */
export const engineSilences = (silences: readonly StoredSilence[]): Silence[] =>
  silences.map((silence) => ({ ...silence, from: new Date(silence.from), until: new Date(silence.until) }));

type SilenceContext = Pick<Context, 'state' | 'now' | 'signal' | 'runId'>;

/** Adds a silence; a tier opens a maintenance window with one. Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`, `VOPS-LOCK-BUSY`. */
export async function addSilence(context: SilenceContext, silence: StoredSilence): Promise<void> {
  await update(context, (silences) => [...silences.filter(({ id }) => id !== silence.id), silence]);
}

/** Ends a silence now, unless it is over or was never there. Errors: as `addSilence`. */
export async function endSilence(context: SilenceContext, id: string): Promise<void> {
  const now = context.now().toISOString();
  const ended = (silence: StoredSilence) => ({ ...silence, until: now < silence.until ? now : silence.until });
  await update(context, (silences) => silences.map((silence) => (silence.id === id ? ended(silence) : silence)));
}

async function update(
  { state, now, signal, runId }: SilenceContext,
  change: (silences: readonly StoredSilence[]) => readonly StoredSilence[],
): Promise<void> {
  const directory = join(await state(), 'alerts');
  await ensurePrivateDirectory(directory);
  const holder = { command: 'alerts silence', runId, startedAt: now().toISOString() };
  await withLock(join(directory, 'silences.lock'), { waitMs: LOCK_WAIT_MS, signal, holder }, async () => {
    const { silences, findings } = await readSilences(directory);
    if (findings.length > 0) await moveAside(silencesFile(directory), now());
    const oldest = new Date(now().getTime() - KEPT_MS).toISOString();
    const file = { schemaVersion: 1, silences: change(silences).filter(({ until }) => until > oldest) };
    await writeFileAtomic(silencesFile(directory), `${JSON.stringify(file, null, 2)}\n`);
  });
}
