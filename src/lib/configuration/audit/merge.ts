/** What several sources tell of one change becomes one line. Pure. */
import type { ConfigChange } from '../../contract/index.js';
import type { GitChange } from './git.js';
import type { ConfigEvent } from './report.js';
import type { SnapshotChange } from './snapshots.js';

/** What was done with this tool, by the audit log. */
export interface OperatorChange {
  readonly at: string;
  readonly who: string;
  readonly paths: readonly string[];
}

export interface Told {
  readonly git: readonly GitChange[];
  readonly snapshots: readonly SnapshotChange[];
  readonly backend: readonly ConfigChange[];
  readonly operators: readonly OperatorChange[];
}

/** Newest first. Commits from before `since` explain what was noticed after it, and are no lines of their own. */
export function mergeEvents(told: Told, since: Date): ConfigEvent[] {
  const isRecent = ({ at }: { readonly at: string }) => Date.parse(at) >= +since;
  const commits = new Map(told.git.filter(isRecent).map((change) => [change, eventOfCommit(change)]));
  const events: ConfigEvent[] = [];
  for (const change of told.snapshots) {
    const operator = operatorOf(change, told.operators);
    const commit = operator ? undefined : commitOf(change, told.git);
    const event = commit && commits.get(commit);
    // Seen before, it is a return to that content: a line of its own.
    if (event?.seenIn === null) addSeen(event, change);
    else events.push(eventOfSnapshot(change, commit, operator));
  }
  const all = [...commits.values(), ...events];
  for (const change of told.backend) all.push(...eventsOfBackend(change, all, told.snapshots));
  return all.filter(isRecent).sort((left, right) => Date.parse(right.at) - Date.parse(left.at));
}

const whoOf = ({ name, email }: GitChange) => `${name} <${email}>`;

const eventOfCommit = (change: GitChange): ConfigEvent => ({
  at: change.at,
  who: whoOf(change),
  path: change.path,
  kind: change.kind,
  keys: [],
  sources: ['git'],
  commit: change.commit,
  subject: change.subject,
  seenIn: null,
});

/** A commit in the repository says who made this very content, however late it was deployed. */
function commitOf(change: SnapshotChange, git: readonly GitChange[]): GitChange | undefined {
  const earlier = git.filter(({ path, at }) => path === change.path && Date.parse(at) <= Date.parse(change.before));
  if (change.kind === 'removed') return earlier.find(({ kind }) => kind === 'removed');
  return earlier.find(({ blob }) => change.blobs.includes(blob));
}

const operatorOf = ({ path, after, before }: SnapshotChange, operators: readonly OperatorChange[]) =>
  operators.find(({ at, paths }) => isWithin(at, after, before) && paths.includes(path));

function addSeen(event: ConfigEvent, { keys, seenIn }: SnapshotChange): void {
  event.keys = [...keys];
  event.seenIn = seenIn;
  event.sources.push('snapshots');
}

function eventOfSnapshot(
  { path, kind, keys, before, seenIn }: SnapshotChange,
  commit: GitChange | undefined,
  operator: OperatorChange | undefined,
): ConfigEvent {
  const base = { at: before, path, kind, keys: [...keys], seenIn };
  if (commit) {
    const { commit: id, subject } = commit;
    return { ...base, who: whoOf(commit), sources: ['snapshots', 'git'], commit: id, subject };
  }
  const nothing = { commit: null, subject: null };
  if (operator) return { ...base, ...nothing, at: operator.at, who: operator.who, sources: ['snapshots', 'operators'] };
  return { ...base, ...nothing, who: null, sources: ['snapshots'] };
}

const isWithin = (at: string, after: string, before: string) =>
  Date.parse(at) > Date.parse(after) && Date.parse(at) <= Date.parse(before);

/** The backend names compiled files: `dist/config/server.js` is `config/server.ts`. */
const stemOf = (path: string) => path.replace(/^dist\//, '').replace(/\.[cm]?[jt]s$/, '');

/** A file changed while it ran is one line; what differed at a start, one for all its keys. */
function eventsOfBackend(
  { timestamp, seen, changes }: ConfigChange,
  events: readonly ConfigEvent[],
  snapshots: readonly SnapshotChange[],
): ConfigEvent[] {
  const at = timestamp;
  const nothing = { who: null, commit: null, subject: null, seenIn: null };
  if (seen === 'boot') {
    const keys = changes.map(({ path }) => path);
    return [{ ...nothing, at, path: 'the running configuration', kind: 'changed', keys, sources: ['backend'] }];
  }
  return changes.flatMap(({ path, kind }): ConfigEvent[] => {
    const span = snapshots.find(
      (change) => stemOf(change.path) === stemOf(path) && isWithin(at, change.after, change.before),
    );
    const known = span && events.find((event) => event.path === span.path && event.seenIn === span.seenIn);
    if (known === undefined) return [{ ...nothing, at, path, kind, keys: [], sources: ['backend'] }];
    if (!known.sources.includes('backend')) known.sources.push('backend');
    if (known.commit === null) known.at = at; // more exact than the snapshot after it
    return [];
  });
}
