/** Feature flags in a JSON file, read again when it changes; every evaluation is counted. */
import { readFile } from 'node:fs/promises';
import type { FeatureFlagUsage } from '../../contract/index.js';
import { type FileWatch, watchFile } from '../watch-file.js';
import { type Flag, FlagFile, includes, shareOf } from './rules.js';
import { createFlagUsage, type Evaluations, type FlagUsage } from './usage.js';

export interface FlagQuestion {
  /** Who asks, such as a user's id: decides whether a share includes them. */
  readonly key?: string | undefined;
  /** The answer for a flag that is defined nowhere; false unless said. */
  readonly default?: boolean;
}

export interface Flags {
  /** Answers at once and never throws. */
  readonly isEnabled: (name: string, question?: FlagQuestion) => boolean;
  readonly usage: () => readonly FeatureFlagUsage[];
  /** Where the evaluations of other deciders are counted, too. */
  readonly counts: FlagUsage;
  /** Reads the file now; resolves when that is done. */
  readonly reload: () => Promise<void>;
  readonly start: () => void;
  readonly stop: () => void;
}

export interface FlagsOptions {
  /** Need not exist. */
  readonly file?: string | undefined;
  readonly environment: string;
  /** Told once of a file that cannot be used; what was read before stays in force. */
  readonly onNotice: (message: string) => void;
}

export function createFlags({ file, environment, onNotice }: FlagsOptions): Flags {
  const counts = createFlagUsage();
  let defined = new Map<string, Flag>();
  let problem: string | undefined;
  let readings = 0;

  const reload = async () => {
    if (file === undefined) return;
    const reading = ++readings;
    try {
      const flags = await readFlags(file);
      if (reading === readings) defined = flags; // else a later one knows better
      problem = undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== problem) onNotice(`feature flags stay as they were: ${reason}`);
      problem = reason;
    }
  };
  let watch: FileWatch | undefined;
  return {
    isEnabled(name, { key, default: fallback = false } = {}) {
      const flag = defined.get(name);
      const isEnabled = flag ? includes(shareOf(flag, environment), name, key) : fallback;
      counts.count(name, 'file', isEnabled);
      return isEnabled;
    },
    usage: () => usageOf(defined, counts.counted(), environment),
    counts,
    reload,
    start() {
      void reload();
      if (file !== undefined) watch ??= watchFile(file, () => void reload());
    },
    stop() {
      watch?.stop();
      watch = undefined;
    },
  };
}

/** No file is no flags. */
async function readFlags(file: string): Promise<Map<string, Flag>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"flags":{}}';
    throw error;
  });
  const parsed = FlagFile.safeParse(parseJson(text));
  if (parsed.success) return new Map(Object.entries(parsed.data.flags));
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the file is not JSON');
  }
}

function usageOf(
  defined: ReadonlyMap<string, Flag>,
  counted: readonly Evaluations[],
  environment: string,
): FeatureFlagUsage[] {
  const none = { evaluations: 0, enabledEvaluations: 0, lastAt: 0 };
  const fromFile = new Map(counted.filter(({ source }) => source === 'file').map((entry) => [entry.name, entry]));
  const lines = [...defined].map(([name, flag]): FeatureFlagUsage => {
    const { description, owner, expires } = flag;
    const share = shareOf(flag, environment);
    const isForAll = share <= 0 || share >= 100;
    const state = { enabled: isForAll ? share >= 100 : null, percentage: isForAll ? null : share, known: true };
    const about = Object.fromEntries(Object.entries({ description, owner, expires }).filter(([, text]) => text));
    return { name, source: 'file', ...state, ...about, ...countsOf(fromFile.get(name) ?? none) };
  });
  const others = counted.filter(({ name, source }) => source !== 'file' || !defined.has(name));
  return [
    ...lines,
    ...others.map(({ name, source, ...counts }) => {
      const known = source !== 'file';
      return { name, source, enabled: null, percentage: null, known, ...countsOf(counts) };
    }),
  ];
}

const countsOf = ({ evaluations, enabledEvaluations, lastAt }: Omit<Evaluations, 'name' | 'source'>) => ({
  evaluations,
  enabledEvaluations,
  lastEvaluation: lastAt === 0 ? null : new Date(lastAt).toISOString(),
});
