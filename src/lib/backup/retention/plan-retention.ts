/**
 * Which backups stay and which may go: pure, from the manifests and the configured numbers alone. No clock has a say, so
 * one that is ten years wrong removes nothing, and neither do weeks without a backup.
 */
import type { Retention } from '../../config/backup.js';
import { countOf, formatBytes } from '../../measures.js';
import type { Finding } from '../../status.js';
import { isGood, type Manifest, sizeOf } from '../manifest.js';
import type { Listing } from '../store.js';
import { groupsOf, type Judged, judgeGroup, newestFirst } from './judge-group.js';
import { beyondSize } from './size-cap.js';

export interface Decision {
  readonly backup: Manifest;
  readonly group: string;
  readonly action: 'keep' | 'remove';
  /** Every reason there is; never empty. */
  readonly reasons: readonly string[];
}

export interface RetentionPlan {
  /** Oldest first. */
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
}

/**
 * Decides on every backup. Counted are the good ones of a group (one thing that is backed up); never removed are the
 * newest good one, the newest proven to each level, the `minimum` newest good ones, those pinned, those never verified,
 * and anything of a group whose newest backup is not good. Damaged ones are in no decision: they are only reported.
 */
export function planRetention({ backups, damaged }: Listing, retention: Retention): RetentionPlan {
  const groups = groupsOf(backups).map((group) => judgeGroup(group, damaged, retention));
  const judged = groups.flat();
  const over = beyondSize(judged, retention.maxSize);
  const decisions = judged.map((one) => decide(one, over.has(one.backup.id), retention)).sort(oldestFirst);
  const held = groups.flatMap(([newest]) =>
    newest?.hold === undefined ? [] : [heldFinding(newest.group, newest.hold)],
  );
  return { decisions, findings: [...held, ...sizeFindings(decisions, retention), ...damaged.map(damagedFinding)] };
}

function decide(
  { backup, group, hold, protections, periods, fault }: Judged,
  isOver: boolean,
  retention: Retention,
): Decision {
  const reasons = [...protections, ...periods];
  if (hold !== undefined) return { backup, group, action: 'keep', reasons: [hold, ...reasons] };
  if (reasons.length === 0) return { backup, group, action: 'remove', reasons: [fault ?? beyondCounts(retention)] };
  if (!isOver) return { backup, group, action: 'keep', reasons };
  const limit = formatBytes(retention.maxSize ?? 0);
  const tooLarge = `all together are larger than ${limit}, and it is the oldest that may go`;
  return { backup, group, action: 'remove', reasons: [tooLarge, ...reasons.map((kept) => `else kept: ${kept}`)] };
}

const beyondCounts = ({ minimum, daily, weekly, monthly, yearly }: Retention) =>
  `not among the ${minimum} newest, nor the last of a period that counts (${daily} daily, ${weekly} weekly, ${monthly} monthly, ${yearly} yearly)`;

const oldestFirst = (a: Decision, b: Decision) => newestFirst(b.backup, a.backup);

const heldFinding = (group: string, hold: string): Finding => ({
  code: 'VOPS-BACKUP-RETENTION-HELD',
  severity: 'warning',
  message: `nothing of ${group} is removed: ${hold}`,
  hint: 'make a new backup, or see what is wrong with this one: viktoria-ops backup verify',
});

function sizeFindings(decisions: readonly Decision[], { maxSize }: Retention): Finding[] {
  const kept = decisions.filter(({ action }) => action === 'keep');
  const sizeBytes = kept.reduce((sum, { backup }) => sum + sizeOf(backup), 0);
  if (maxSize === undefined || sizeBytes <= maxSize) return [];
  const bad = kept.filter(({ backup }) => !isGood(backup)).length;
  const why = bad === 0 ? '' : `, ${bad} of them not good`;
  const message = `${formatBytes(sizeBytes)} in ${countOf(kept.length, 'backup')} that must stay${why}: maxSize is ${formatBytes(maxSize)}`;
  const hint = 'raise maxSize, lower the minimum, or unpin what need not stay: viktoria-ops backup list';
  return [{ code: 'VOPS-BACKUP-OVER-SIZE', severity: 'warning', message, hint }];
}

/** Also of the list, which reports the same. */
export const damagedFinding = ({ id, reason }: Listing['damaged'][number]): Finding => ({
  code: 'VOPS-BACKUP-DAMAGED',
  severity: 'warning',
  message: `${id} is damaged, counts for nothing and is never removed: ${reason}`,
  hint: 'look at it, then move it out of the catalogue by hand',
});
