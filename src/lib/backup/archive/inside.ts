/** What may be in an archive so that unpacking it touches nothing but its own directory. Pure. */
import type { Entry } from './contents.js';

/**
 * Why the entries must not be unpacked; undefined when all is well. Every name lies in a directory that came before it,
 * so none goes through a link; no name comes twice; no link leads out.
 */
export function whyUnsafe(entries: readonly Entry[]): string | undefined {
  const types = new Map<string, Entry['type']>();
  for (const entry of entries) {
    const reason = whyUnsafeEntry(entry, types);
    if (reason !== undefined) return `${JSON.stringify(entry.path)} ${reason}`;
    types.set(entry.path, entry.type);
  }
  return undefined;
}

function whyUnsafeEntry({ path, target }: Entry, types: ReadonlyMap<string, Entry['type']>): string | undefined {
  if (/[\0\\]/.test(path)) return 'has a character that no name may have';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) return 'is no path below the root';
  if (types.has(path)) return 'comes twice';
  const above = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  if (above !== '' && types.get(above) !== 'directory')
    return `lies in ${JSON.stringify(above)}, which is no directory`;
  return target !== undefined && !staysInside(path, target) ? `is a link that leads out, to ${target}` : undefined;
}

/**
 * Whether a link at this path stays below the root. All `..` must come first: behind a name that is itself a link they
 * would climb from elsewhere. Every link of an archive being so, no chain of them leads out either.
 */
export function staysInside(path: string, target: string): boolean {
  if (/^\/|[\0\\]/.test(target)) return false;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = parts.findIndex((part) => part !== '..');
  const ups = climbs < 0 ? parts.length : climbs;
  return ups < path.split('/').length && !parts.slice(ups).includes('..');
}
