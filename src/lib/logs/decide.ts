/** What becomes of each file in a log directory: pure, from the listing, the policy and the time. */
import type { Finding } from '../status.js';
import { parseRotatedName, rotatedName, wholeName } from './names.js';
import type { RotationAction } from './rotation.js';

/** A directory entry as lstat(2) sees it. */
export interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symbolic link' | 'FIFO' | 'socket' | 'device' | 'unreadable name';
  readonly links: number;
  readonly ownerId: number;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

export interface Policy {
  readonly logs: RegExp;
  readonly rotateAboveBytes: number;
  readonly keepForMs: number;
  /** Of the compressor; empty when rotated logs stay as they are. */
  readonly extension: '' | '.gz' | '.zst';
  /** Who we are; undefined when we may act on files of any owner. */
  readonly ownerId: number | undefined;
  readonly now: Date;
}

export interface Decision {
  readonly actions: readonly RotationAction[];
  readonly findings: readonly Finding[];
}

/** Files in the making are minutes old. One this old was left by a run that was cut short. */
const STALE_PARTIAL_MS = 86_400_000;

/** One action a file that concerns us, logs first, each by name; a finding for each that is not safe to touch. */
export function decideRotation(entries: readonly Entry[], policy: Policy): Decision {
  const ordered = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const made = ordered.flatMap((entry) => decideMade(entry, policy) ?? []);
  const known = new Set(made.map(({ file }) => file)); // a pattern such as * also fits what rotation made
  const logs = ordered.filter(({ name }) => policy.logs.test(name) && !known.has(name));
  const actions = [...logs.map((entry) => refuse(entry, policy) ?? decideLog(entry, policy)), ...made];
  return { actions, findings: actions.filter(({ action }) => action === 'refuse').map(refusal) };
}

const describe = ({ name, sizeBytes }: Entry) => ({ file: name, sizeBytes });

function decideLog(entry: Entry, { rotateAboveBytes, extension, now }: Policy): RotationAction {
  if (entry.sizeBytes <= rotateAboveBytes) {
    return { ...describe(entry), action: 'skip', reason: 'not larger than logs.rotateAbove' };
  }
  const target = `${rotatedName(entry.name, now)}${extension}`;
  return { ...describe(entry), action: 'rotate', reason: 'larger than logs.rotateAbove', target };
}

/** Undefined for what rotation did not make. */
function decideMade(entry: Entry, policy: Policy): RotationAction | undefined {
  const { logs, keepForMs, extension, now } = policy;
  const whole = wholeName(entry.name);
  const isPartial = whole !== entry.name;
  const rotated = parseRotatedName(whole, logs);
  if (!rotated && !(isPartial && logs.test(whole))) return undefined;
  // A new log cut short between its two names is a hard link until the name of ours is deleted.
  const unsafe = refuse(isPartial ? { ...entry, links: 1 } : entry, policy);
  if (unsafe) return unsafe;
  // The later of the two times: a clock that was wrong once, or a copy with an old date, deletes nothing too early.
  const ageMs = now.getTime() - Math.max(rotated?.rotatedAt?.getTime() ?? 0, entry.modifiedAt.getTime());
  const action = (name: 'delete' | 'compress' | 'skip', reason: string): RotationAction => ({
    ...describe(entry),
    action: name,
    reason,
  });
  if (isPartial && ageMs <= STALE_PARTIAL_MS) return action('skip', 'still in the making');
  if (isPartial) return action('delete', 'left by a run that was cut short');
  if (ageMs > keepForMs) return action('delete', 'older than logs.keepFor');
  if (rotated?.isCompressed || extension === '') return action('skip', 'not older than logs.keepFor');
  return { ...action('compress', 'left uncompressed by an earlier run'), target: `${entry.name}${extension}` };
}

/** Whatever could lead outside the directory, make us wait, or belongs to somebody we are not. */
function refuse(entry: Entry, { ownerId }: Policy): RotationAction | undefined {
  const reason = unsafety(entry, ownerId);
  return reason === undefined ? undefined : { ...describe(entry), action: 'refuse', reason };
}

function unsafety({ kind, links, ownerId }: Entry, ours: number | undefined): string | undefined {
  if (kind === 'unreadable name') return 'the name is not valid UTF-8';
  if (kind !== 'file') return `a ${kind}, not a regular file`;
  if (links > 1) return `a hard link: the same file has ${links} names`;
  if (ours !== undefined && ownerId !== ours) return `owned by uid ${ownerId}, and this runs as uid ${ours}`;
  return undefined;
}

function refusal({ file, reason }: RotationAction): Finding {
  return {
    code: 'VOPS-LOGS-REFUSED',
    severity: 'warning',
    message: `${file} was left alone: ${reason}`,
    hint: 'look at it with: ls -li; then let it have another name than logs.pattern, or rotate it by hand',
  };
}
