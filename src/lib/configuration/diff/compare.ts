/** Compares two states file by file. No file, no clock: what it is given is all there is. */
import { parseData } from '../../config/index.js';
import { OperatorError } from '../../errors.js';
import { type ConfigState, ENV_KEYS, shownPath } from '../state/state.js';
import { type Fingerprinter, maskText } from './mask.js';
import type { FileChange, ValueChange } from './report.js';
import { compareFingerprints, compareValues } from './values.js';

/** Files that differ, by path. */
export async function compareStates(
  before: ConfigState,
  after: ConfigState,
  fingerprint: Fingerprinter,
): Promise<FileChange[]> {
  const isBackendOnly = before.isBackendOnly || after.isBackendOnly;
  const all = [...new Set([...before.files.keys(), ...after.files.keys()])].sort();
  const paths = all.filter((path) => !isBackendOnly || path.startsWith('backend/'));
  const changes: FileChange[] = [];
  for (const path of paths) {
    const secrets = compareSecrets(path, before, after);
    const change = await compareFile(path, [before.files.get(path), after.files.get(path)], fingerprint);
    if (change) changes.push({ ...change, values: [...change.values, ...newIn(secrets, change.values)] });
    else if (secrets.length > 0) changes.push({ ...unchanged(path), values: secrets });
  }
  return changes;
}

const newIn = (secrets: readonly ValueChange[], values: readonly ValueChange[]) =>
  secrets.filter(({ key }) => !values.some((value) => value.key === key));

const unchanged = (path: string): FileChange => {
  return { path: shownPath(path), kind: 'changed', values: [], lines: [], omitted: 0 };
};

/** Where both sides have fingerprints made with one key. */
function compareSecrets(path: string, before: ConfigState, after: ConfigState): ValueChange[] {
  const [old, current] = [before.fingerprints, after.fingerprints];
  const isOnBoth = before.files.get(path) && after.files.get(path);
  if (!isOnBoth || old === undefined || old.keyId !== current?.keyId) return [];
  return compareFingerprints(old.values[path] ?? {}, current.values[path] ?? {});
}

type Sides = readonly [before: Buffer | null | undefined, after: Buffer | null | undefined];

async function compareFile(
  path: string,
  [before, after]: Sides,
  fingerprint: Fingerprinter,
): Promise<FileChange | undefined> {
  if (before === null || after === null) return { ...unchanged(path), kind: 'unknown' };
  if (before === undefined || after === undefined) {
    return { ...unchanged(path), kind: before === undefined ? 'added' : 'removed' };
  }
  if (before.equals(after)) return undefined;
  const [old, current] = [before.toString('utf8'), after.toString('utf8')];
  if (path === ENV_KEYS) return { ...unchanged(path), values: compareFingerprints(namesIn(old), namesIn(current)) };
  const data = await bothAsData(path, old, current);
  if (data) return { ...unchanged(path), values: compareValues(...data) };
  const masked = [await maskText(path, old, fingerprint), await maskText(path, current, fingerprint)] as const;
  return { ...unchanged(path), ...(await unifiedLines(...masked)) };
}

/** `.env` is kept as names, one a line. */
const namesIn = (text: string): Record<string, string> =>
  Object.fromEntries(text.split('\n').flatMap((name) => (name === '' ? [] : [[name, '']])));

async function bothAsData(path: string, before: string, after: string) {
  try {
    const [old, current] = [await parseData(path, before), await parseData(path, after)];
    return old && current && ([old.data, current.data] as const);
  } catch (error) {
    if (error instanceof OperatorError) return undefined; // one of them cannot be parsed
    throw error;
  }
}

const MOST_LINES = 200;
const LONGEST_LINE = 300;
/** Enough for any change made by hand; the search is quadratic in it. */
const MOST_EDITS = 1_000;

async function unifiedLines(
  before: string | undefined,
  after: string | undefined,
): Promise<Pick<FileChange, 'lines' | 'omitted'>> {
  if (before === undefined || after === undefined) return { lines: [], omitted: 0 };
  const { structuredPatch } = await import('diff');
  const patch = structuredPatch('', '', before, after, '', '', { context: 3, maxEditLength: MOST_EDITS });
  const lines = (patch?.hunks ?? []).flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines.map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line)),
  ]);
  return { lines: lines.slice(0, MOST_LINES), omitted: Math.max(0, lines.length - MOST_LINES) };
}
