/** `backup list`: what there is, how old the newest proven backup is, and what should worry us. */
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import { groupBy } from '../group-by.js';
import { formatDuration } from '../measures.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { databaseInUse } from './database/source.js';
import { describeListing, isOfTheFuture } from './describe-listing.js';
import type { BackupList, ListedBackup, ListFlags } from './listed.js';
import { KINDS, type Kind, type Manifest } from './manifest.js';
import { openStore } from './open-store.js';
import { backupsOf } from './own.js';
import { damagedFinding } from './retention/plan-retention.js';

/** Lists the catalogue. Errors: `VOPS-FILE…`, `VOPS-REMOTE-…`; what is wrong with backups are findings. */
export async function listBackups(
  context: Pick<Context, 'config' | 'signal' | 'now'>,
  { kind, remote }: ListFlags,
): Promise<Outcome<BackupList>> {
  const config = await context.config();
  const { backup, database } = config;
  const store = await openStore(context, { remote });
  const all = await store.list();
  const isAskedFor = ({ id }: { readonly id: string }) => kind === undefined || id.startsWith(`${kind}-`);
  const listing = { backups: all.backups.filter(isAskedFor), damaged: all.damaged.filter(isAskedFor) };
  const own = ownIds(listing.backups, config);
  const subject = { kind: kind ?? 'database', own } as const;
  const result = { store: store.label, ...describeListing(listing, subject, context.now()) };
  const maxAgeMs = { config: backup.maxAge, files: backup.maxAge, database: database.thresholds.backupAge };
  return conclude(result, judgeList(result, { maxAgeMs, own, database: databaseInUse(config).database }));
}

/** Of the database and the backend in use. */
function ownIds(backups: readonly Manifest[], config: Config): ReadonlySet<string> {
  const things = {
    database: databaseInUse(config),
    files: { source: config.app.root },
    config: { source: config.app.root },
  };
  const ofKind = groupBy(backups, ({ kind }) => kind);
  const own = [...ofKind].flatMap(([kind, these]) => backupsOf(these, things[kind]));
  return new Set(own.map(({ id }) => id));
}

interface ListExpectations {
  readonly maxAgeMs: Readonly<Record<Kind, number>>;
  /** The database there should be backups of. */
  readonly database: string;
  /** Ids of backups of what this environment uses. */
  readonly own: ReadonlySet<string>;
}

const HOW = {
  config: 'viktoria-ops config backup',
  files: 'viktoria-ops backup files',
  database: 'viktoria-ops db backup',
} as const satisfies Record<Kind, string>;

/** What an operator should know of the list: pure. */
function judgeList(list: BackupList, { maxAgeMs, own, database }: ListExpectations): readonly Finding[] {
  const ofOwn = { ...list, backups: list.backups.filter(({ id }) => own.has(id)) };
  const missing = list.newest === null && list.subject === 'database' ? [noDatabase(list, database)] : [];
  return [
    ...missing,
    ...KINDS.flatMap((kind) => judgeAge(ofOwn, kind, maxAgeMs[kind])),
    ...judgeStates(list.backups),
    ...list.damaged.map(damagedFinding),
  ];
}

/** None at all may be somebody who uses another tool; some, and none good, is trouble. */
function noDatabase({ backups, damaged }: BackupList, database: string): Finding {
  const isSome = [...backups, ...damaged].some(({ id }) => id.startsWith('database-'));
  return {
    code: 'VOPS-BACKUP-NONE',
    severity: isSome ? 'error' : 'warning',
    message: `there is no ${isSome ? 'good ' : ''}backup of the database ${database}`,
    hint: `make one: ${HOW.database}`,
  };
}

/** The newest of the kind: a source that is no longer backed up ages rightly. */
function judgeAge({ backups, newest, subject }: BackupList, kind: Kind, maxAgeMs: number): Finding[] {
  const good = backups.filter((backup) => backup.kind === kind && backup.state === 'good' && !isOfTheFuture(backup));
  const last = kind === subject ? newest : good.at(-1);
  if (!last || last.ageMs <= maxAgeMs) return [];
  const message = `the newest good ${kind} backup is ${formatDuration(last.ageMs)} old: ${formatDuration(maxAgeMs)} is allowed`;
  const hint = `see why none was made (viktoria-ops maintenance history), and make one: ${HOW[kind]}`;
  return [{ code: 'VOPS-BACKUP-OLD', severity: 'warning', message, hint }];
}

function judgeStates(backups: readonly ListedBackup[]): Finding[] {
  const failed = backups.filter(({ state }) => state === 'failed');
  const unproven = backups.filter(({ state }) => state === 'unproven');
  const future = backups.filter(isOfTheFuture);
  return [
    ...some(failed, {
      code: 'VOPS-BACKUP-FAILED',
      severity: 'warning',
      message: 'failed verification, and cannot be relied on',
      hint: 'look at the disk (dmesg), then try again: viktoria-ops backup verify',
    }),
    ...some(unproven, {
      code: 'VOPS-BACKUP-UNPROVEN',
      severity: 'info',
      message: 'never verified',
      hint: 'viktoria-ops backup verify --all',
    }),
    ...some(future, {
      code: 'VOPS-BACKUP-FUTURE',
      severity: 'warning',
      message: 'dated in the future: a clock was or is wrong',
      hint: 'see date -u; such a backup is not taken for the newest',
    }),
  ];
}

/** Named in a finding; the table shows them all. */
const NAMED = 3;

function some(backups: readonly ListedBackup[], finding: Finding): Finding[] {
  if (backups.length === 0) return [];
  const ids = backups.slice(-NAMED).map(({ id }) => id);
  const more = backups.length > NAMED ? `, and ${backups.length - NAMED} older` : '';
  return [{ ...finding, message: `${ids.join(', ')}${more}: ${finding.message}` }];
}
