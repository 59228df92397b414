/** What follows once a backup is made: it is proven as far as wanted, and sent elsewhere. */
import { conclude, type Finding, type Outcome } from '../status.js';
import type { Backup } from './catalogue.js';
import { directoryStore } from './directory-store.js';
import type { Level } from './manifest.js';
import { pushBackup } from './push.js';
import type { PushContext } from './remote/send.js';
import type { VerifyContext } from './verify/site.js';

export interface Finished {
  /** The highest level reached. */
  readonly level: Level;
  /** Where it is as well; null when nowhere. */
  readonly copy: string | null;
  readonly findings: readonly Finding[];
  /** Its proof failed: it is no good backup, and was not sent. */
  readonly isBad: boolean;
  /** It is good here, and not elsewhere, where it should be. */
  readonly isUnsent: boolean;
}

/** Sends a backup just made to the bucket, if there is one, and tells what was swept. Errors: the reason of the signal. */
export async function sendFinished(context: PushContext, { manifest, swept }: Backup): Promise<Finished> {
  const { copy, findings } = await pushBackup(context, manifest);
  const all = [...swept.map(sweptFinding), ...findings];
  return { level: 1, copy: copy?.store ?? null, findings: all, isBad: false, isUnsent: findings.length > 0 };
}

/** Proves it up to `level` first. One that fails is kept, to be looked into, and not sent. */
export async function proveAndSend(context: VerifyContext, made: Backup, level: Level): Promise<Finished> {
  if (level <= 1) return sendFinished(context, made);
  const { climb } = await import('./verify/ladder.js');
  const store = directoryStore((await context.config()).backup.directory);
  const { reached, findings } = await climb(
    { context, store, manifest: made.manifest, history: [], maxAgeMs: null },
    level,
  );
  const proven = { level: reached ?? 1, findings };
  if (findings.some(({ severity }) => severity === 'error')) {
    return { ...proven, copy: null, isBad: true, isUnsent: false };
  }
  const { backups } = await store.list();
  const manifest = backups.find(({ id }) => id === made.manifest.id) ?? made.manifest; // with what was found out
  const sent = await sendFinished(context, { ...made, manifest });
  return { ...sent, level: proven.level, findings: [...findings, ...sent.findings] };
}

/** The outcome of making it: a backup that is only here, though it should be elsewhere too, is half of what was wanted. */
export function concludeBackup<Result>(
  result: Result,
  findings: readonly Finding[],
  { isUnsent, isBad, findings: more }: Finished,
): Outcome<Result> {
  const outcome = conclude(result, [...findings, ...more]);
  return isUnsent && !isBad ? { ...outcome, status: 'partial' } : outcome;
}

/** What an interrupted backup had left: told, for somebody may wonder where it went. */
const sweptFinding = (path: string): Finding => ({
  code: 'VOPS-BACKUP-SWEPT',
  severity: 'info',
  message: `removed what an interrupted backup had left: ${path}`,
});
