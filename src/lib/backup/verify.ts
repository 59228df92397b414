/** `backup verify`: proves backups, and says how far each is proven. */
import { join } from 'node:path';
import * as z from 'zod';
import { withLock } from '../process/index.js';
import { type Finding, foldParts, type Outcome, type Status } from '../status.js';
import { Duration } from '../units.js';
import { groupOf, KINDS, type Kind, Level, type Manifest, sizeOf } from './manifest.js';
import { openStore } from './open-store.js';
import { selectBackup } from './select.js';
import type { Listing, Store } from './store.js';
import { type Climb, climb } from './verify/ladder.js';
import type { VerifyContext } from './verify/site.js';

export const VerifyFlags = z.object({
  backup: z.string().min(1).optional(),
  level: z.coerce.number().pipe(Level).default(3),
  kind: z.enum(KINDS).optional(),
  all: z.boolean().default(false),
  remote: z.boolean().default(false),
  lockWait: Duration.optional(),
});
export type VerifyFlags = z.output<typeof VerifyFlags>;

export const Verification = z.object({
  /** The catalogue. */
  store: z.string(),
  wanted: Level,
  backups: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(KINDS),
      source: z.string(),
      createdAt: z.iso.datetime(),
      sizeBytes: z.number(),
      /** The highest level reached now; null when not even the first was. */
      reached: Level.nullable(),
      status: z.enum(['ok', 'warning', 'failed', 'unknown']),
      durationMs: z.number(),
    }),
  ),
});
export type Verification = z.output<typeof Verification>;

/**
 * Proves the backup named, every one, or the newest of each thing backed up. One run at a time, for the server and the
 * disk have other things to do, too. Errors: VOPS-LOCK-BUSY, VOPS-BACKUP-NOT-FOUND, those of the store.
 */
export async function verifyBackups(context: VerifyContext, flags: VerifyFlags): Promise<Outcome<Verification>> {
  const store = await openStore(context, flags);
  const listing = await store.list();
  const chosen = chooseBackups(listing, flags);
  const holder = { command: 'backup verify', runId: context.runId, startedAt: context.now().toISOString() };
  const { maintenance } = await context.config();
  const waitMs = flags.lockWait ?? (context.interactive ? 0 : maintenance.lockWait);
  const path = join(await context.state(), 'verify.lock');
  const climbs = await withLock(path, { waitMs, signal: context.signal, holder }, () =>
    climbAll(context, { store, listing, chosen, level: flags.level }),
  );
  const damaged = listing.damaged.map(
    ({ id, reason }): Finding => ({
      code: 'VOPS-BACKUP-DAMAGED',
      severity: 'warning',
      message: `${id} is no backup: ${reason}`,
      hint: 'look into its directory; nothing of ours removes it',
    }),
  );
  return conclude({ store, wanted: flags.level }, climbs, damaged);
}

/** Newest first: should time run out, the one that is needed most has been looked at. */
function chooseBackups(listing: Listing, { backup, kind, all }: VerifyFlags): readonly Manifest[] {
  if (backup !== undefined) return [selectBackup(listing, backup)];
  const candidates = listing.backups.filter((manifest) => kind === undefined || manifest.kind === kind).toReversed();
  if (all) return candidates;
  return candidates.filter(
    (manifest, index) => candidates.findIndex((other) => groupOf(other) === groupOf(manifest)) === index,
  );
}

interface Climbing {
  readonly store: Store;
  readonly listing: Listing;
  readonly chosen: readonly Manifest[];
  readonly level: Level;
}

interface Climbed {
  readonly manifest: Manifest;
  readonly climb: Climb;
}

async function climbAll(
  context: VerifyContext,
  { store, listing, chosen, level }: Climbing,
): Promise<readonly Climbed[]> {
  const { backup, database } = await context.config();
  const history = listing.backups;
  const allowedMs = (kind: Kind) => (kind === 'database' ? database.thresholds.backupAge : backup.maxAge);
  const climbed: Climbed[] = [];
  for (const manifest of chosen) {
    context.signal.throwIfAborted();
    const isNewest = history.findLast((other) => groupOf(other) === groupOf(manifest)) === manifest;
    const maxAgeMs = isNewest ? allowedMs(manifest.kind) : null;
    climbed.push({ manifest, climb: await climb({ context, store, manifest, history, maxAgeMs }, level) });
  }
  return climbed;
}

function conclude(
  { store, wanted }: { readonly store: Store; readonly wanted: Level },
  climbs: readonly Climbed[],
  damaged: readonly Finding[],
): Outcome<Verification> {
  const backups = climbs.map(({ manifest, climb: { reached, findings, durationMs } }) => ({
    id: manifest.id,
    kind: manifest.kind,
    source: manifest.source,
    createdAt: manifest.createdAt,
    sizeBytes: sizeOf(manifest),
    reached,
    status: statusOf(findings),
    durationMs,
  }));
  const named = climbs.flatMap(({ manifest: { id }, climb: { findings } }) =>
    findings.map((finding) => ({
      ...finding,
      message: finding.message.includes(id) ? finding.message : `${id}: ${finding.message}`,
    })),
  );
  const none = climbs.length > 0 ? [] : [nothing(store)];
  const findings = [...named, ...none, ...damaged];
  const statuses: Status[] = [
    ...backups.map(({ status }) => status),
    ...(damaged.length > 0 ? ['warning' as const] : []),
    ...none.map(() => 'failed' as const),
  ];
  return { status: foldParts(statuses), findings, result: { store: store.label, wanted, backups } };
}

function statusOf(findings: readonly Finding[]): Verification['backups'][number]['status'] {
  const has = (severity: Finding['severity']) => findings.some((finding) => finding.severity === severity);
  if (has('error')) return 'failed';
  if (has('unknown')) return 'unknown';
  return has('warning') ? 'warning' : 'ok';
}

const nothing = ({ label }: Store): Finding => ({
  code: 'VOPS-BACKUP-NONE',
  severity: 'error',
  message: `there is no backup in ${label}`,
  hint: 'make one: viktoria-ops db backup',
});
