/** From level to level, as far as wanted or as it goes, and what was found out written into the manifest. */
import { abortReason, explain, OperatorError } from '../../errors.js';
import type { Finding } from '../../status.js';
import { LEVELS, type Level, type Manifest } from '../manifest.js';
import { proveChecksums } from './checksum.js';
import { configProvers } from './config.js';
import { databaseProvers } from './database.js';
import { filesProvers } from './files.js';
import { judgePresence, lookAtFiles } from './presence.js';
import type { Prover, Provers, VerifySite } from './site.js';

export interface Climb {
  /** The highest level reached now; null when not even the first was. */
  readonly reached: Level | null;
  readonly findings: readonly Finding[];
  readonly durationMs: number;
}

const PROVERS: Readonly<Record<Manifest['kind'], Provers>> = {
  database: databaseProvers,
  config: configProvers,
  files: filesProvers,
};

/**
 * Proves level after level up to `wanted`. One that fails makes the backup a bad one, one that cannot be tried leaves it
 * as it is; either ends the climb. The manifest keeps what was found about the backup.
 */
export async function climb(site: VerifySite, wanted: Level): Promise<Climb> {
  const { elapsed } = site.context;
  const start = elapsed();
  const findings: Finding[] = [];
  let reached: Level | null = null;
  for (const level of stepsTo(wanted, site.manifest)) {
    if (level < (reached ?? -1)) break; // it is part of what was reached
    const begin = elapsed();
    const found = await tryLevel(proverOf(site.manifest, level), site);
    findings.push(...found);
    const verdict = verdictOf(found);
    if (verdict !== 'unproven' && !found.some(isOfKeys))
      await record(site, level, { found, durationMs: Math.round(elapsed() - begin) });
    if (verdict === 'passed') reached = level;
    else if (verdict === 'failed' || level < 3) break;
  }
  return { reached, findings, durationMs: Math.round(elapsed() - start) };
}

/** A restore reads all that is read without one, which is then only tried where there can be no restore. */
function stepsTo(wanted: Level, { kind }: Manifest): readonly Level[] {
  if (wanted === 3 && PROVERS[kind].restoresAllItReads) return [0, 1, 3, 2];
  return LEVELS.filter((level) => level <= wanted);
}

/** What there is to see without reading: `presence.ts` judges it. */
async function provePresence({ store, manifest, history, maxAgeMs, context }: VerifySite): Promise<readonly Finding[]> {
  const files = await lookAtFiles(store, manifest);
  return judgePresence(manifest, { files, history, maxAgeMs, now: context.now() });
}

const proverOf = ({ kind }: Manifest, level: Level): Prover =>
  level === 0 ? provePresence : level === 1 ? proveChecksums : PROVERS[kind][level];

/** What says nothing about the backup: a program or a key that is not here, a server that does not answer. */
const OF_THE_SURROUNDINGS =
  /^VOPS-(TOOL-MISSING|BACKUP-KEY-ABSENT|DB-UNREACHABLE|DB-DENIED|DB-TIMEOUT|DB-POOLED|REMOTE-UNREACHABLE|REMOTE-DENIED|DISK-FULL)$/;

/** Its bytes are as they were written: it is the key that is another's. A backup marked bad would be removed in time. */
const isOfKeys = ({ code }: Finding) => code === 'VOPS-BACKUP-KEY';

async function tryLevel(prove: Prover, site: VerifySite): Promise<readonly Finding[]> {
  try {
    return await prove(site);
  } catch (error) {
    if (site.context.signal.aborted) throw abortReason(site.context.signal);
    if (!(error instanceof OperatorError)) throw error;
    const { code, message, hint } = explain(error);
    const severity = OF_THE_SURROUNDINGS.test(code) ? 'unknown' : 'error';
    return [{ code, severity, message, ...(hint && { hint }) }];
  }
}

type Verdict = 'passed' | 'failed' | 'unproven';

function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ severity }) => severity === 'error')) return 'failed';
  return findings.some(({ severity }) => severity === 'unknown') ? 'unproven' : 'passed';
}

/** A catalogue that takes no notes keeps nothing from being proven. */
async function record(
  { store, manifest, context }: VerifySite,
  level: Level,
  { found, durationMs }: { readonly found: readonly Finding[]; readonly durationMs: number },
): Promise<void> {
  const at = context.now().toISOString();
  const reason = found.find(({ severity }) => severity === 'error')?.message;
  const change = reason === undefined ? passed({ level, at, durationMs }) : failed({ level, at, reason });
  try {
    await store.update(manifest.id, change);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    context.log.warn(`what was found out about ${manifest.id} could not be written down: ${error.message}`);
  }
}

type Passed = NonNullable<Manifest['verified']>[number];

/** A level reached takes back a failure of that level, or of one below: a disk may have been mounted again. */
const passed =
  (now: Passed) =>
  (manifest: Manifest): Manifest => {
    const { failure, verified = [], ...rest } = manifest;
    const proven: readonly Level[] =
      now.level === 3 && PROVERS[manifest.kind].restoresAllItReads ? [2, 3] : [now.level];
    const others = verified.filter(({ level }) => !proven.includes(level));
    const stays = failure !== undefined && failure.level > now.level;
    return { ...rest, verified: [...others, ...proven.map((level) => ({ ...now, level }))], ...(stays && { failure }) };
  };

const failed =
  (failure: NonNullable<Manifest['failure']>) =>
  (manifest: Manifest): Manifest => ({ ...manifest, failure });
