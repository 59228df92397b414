/** Which lines are shown. Pure. */
import { type Level, rankOf } from '../entries/levels.js';
import type { TailRecord } from './record.js';

export interface Wanted {
  /** This level and graver ones. */
  readonly level?: Level | undefined;
  readonly grep?: RegExp | undefined;
  /** Part of content type and operation. */
  readonly hook?: string | undefined;
}

/** A filter for the lines of one file, in their order: what goes on with an entry is shown when the entry is. */
export function createFilter(wanted: Wanted): (record: TailRecord) => boolean {
  const { level, hook, grep } = wanted;
  let isEntryShown = false;
  return (record) => {
    if (record.format !== undefined) return (isEntryShown = isWanted(record, wanted));
    if (isEntryShown || level !== undefined || hook !== undefined) return isEntryShown;
    return grep === undefined || grep.test(record.message);
  };
}

function isWanted({ level = 'none', message, contentType, operation, stack }: TailRecord, wanted: Wanted): boolean {
  if (wanted.level !== undefined && rankOf(level) > rankOf(wanted.level)) return false;
  const hook = `${contentType ?? ''} ${operation ?? ''}`.toLowerCase();
  if (wanted.hook !== undefined && !hook.includes(wanted.hook.toLowerCase())) return false;
  return wanted.grep === undefined || [message, hook, stack ?? ''].some((text) => wanted.grep?.test(text));
}
