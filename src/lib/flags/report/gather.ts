/** Reads what a report is made of. A part that cannot be read is a finding. */
import type { Context } from '../../context.js';
import { attempt, type Read } from '../attempt.js';
import { type Searched, searchSource } from '../source/search.js';

export interface FileChange {
  readonly timestamp: string;
  readonly path: string;
}

export function searchBackend(
  { config, signal }: Pick<Context, 'config' | 'signal'>,
  known: ReadonlySet<string>,
): Promise<Read<Searched>> {
  return attempt(signal, UNSEARCHED, async () => {
    const { app, featureFlags } = await config();
    return searchSource({ app, featureFlags, known, signal });
  });
}

/** When the file of flags changed since `since` (ISO-8601 UTC), latest first. */
export function readFileChanges(
  { api, signal }: Pick<Context, 'api' | 'signal'>,
  since: string,
): Promise<Read<readonly FileChange[]>> {
  return attempt(signal, UNTOLD, async () => {
    const events = (await api('configChanges')).filter(({ timestamp }) => timestamp >= since);
    return events.flatMap(({ timestamp, changes }) =>
      changes.filter(({ path }) => FLAGS_FILE.test(path)).map(({ path }) => ({ timestamp, path })),
    );
  });
}

const UNSEARCHED = { code: 'VOPS-FLAGS-SOURCE', message: 'which flags are named in source is unknown' };
const UNTOLD = { code: 'VOPS-FLAGS-FILE-CHANGES', message: 'when the file of flags changed is unknown' };

/** Where the application's side reads flags from. */
const FLAGS_FILE = /(^|\/)feature-flags\.json$/;
