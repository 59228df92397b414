/** The table of contents of a dump, as `pg_restore --list` prints it and `--use-list` reads it. Pure. */

export interface TocEntry {
  /** As printed. */
  readonly line: string;
  /** Such as `TABLE DATA`. */
  readonly kind: string;
  /** `-` for what is in none. */
  readonly schema: string;
  readonly name: string;
  /** Role that owns it; '' for nobody. */
  readonly owner: string;
}

/** Kinds of more than one word that we look at; of the others the first word is enough. */
const KINDS = [
  'TABLE DATA',
  'MATERIALIZED VIEW DATA',
  'SEQUENCE SET',
  'COMMENT',
  'ACL',
  'EXTENSION',
  'SCHEMA',
  'TABLE',
];
const LINE = /^\d+; \d+ \d+ (.+)$/;

/**
 * The entries, in their order; comments of the list are left out. Names stand there without quotes: where an owner begins
 * that has spaces in its name is known only of `roles`.
 */
export function parseToc(text: string, roles: Iterable<string> = []): readonly TocEntry[] {
  const spaced = [...roles].filter((role) => role.includes(' ')).sort((a, b) => b.length - a.length);
  return text.split('\n').flatMap((line) => {
    const rest = LINE.exec(line)?.[1];
    if (rest === undefined) return [];
    const kind = KINDS.find((known) => rest.startsWith(`${known} `)) ?? rest.split(' ')[0] ?? '';
    const about = rest.slice(kind.length + 1);
    // The owner comes last, behind a schema and a name; nobody's is an empty word.
    const isOwner = (role: string) => about.endsWith(` ${role}`) && / ./.test(about.slice(0, -role.length - 1));
    const owner = spaced.find(isOwner) ?? about.slice(about.lastIndexOf(' ') + 1);
    const [schema = '', ...words] = about.slice(0, about.length - owner.length - 1).split(' ');
    return [{ line, kind, schema, name: words.join(' '), owner }];
  });
}

/** By which an entry is found: a list has blanks for line breaks, and does not tell where a schema with blanks in it ends. */
export const pathOf = ({ schema, name }: Pick<TocEntry, 'schema' | 'name'>): string =>
  `${schema} ${name}`.replace(/[\r\n]/g, ' ');

export const writeToc = (entries: readonly TocEntry[]): string => entries.map(({ line }) => `${line}\n`).join('');

/** First version whose dumps have of the schema `public`, which every new database has, its owner alone. */
const KEEPS_PUBLIC = 15;

export interface Unwanted {
  /** Extensions that the server lacks, or that the role may not create. */
  readonly extensions: ReadonlySet<string>;
  /** Major version of the pg_dump that made it. */
  readonly madeBy: number;
}

/** What is restored of it: not what is there already, and what cannot be. */
export function withoutUnwanted(entries: readonly TocEntry[], { extensions, madeBy }: Unwanted): readonly TocEntry[] {
  return entries.filter(({ kind, schema, name }) => {
    if (kind === 'SCHEMA') return name !== 'public' || madeBy >= KEEPS_PUBLIC;
    if (kind === 'EXTENSION') return !extensions.has(name);
    if (kind !== 'COMMENT' || schema !== '-') return true;
    return name !== 'SCHEMA public' && !(name.startsWith('EXTENSION ') && extensions.has(name.slice(10)));
  });
}

/** Entries with rows to load, each with how much that is. */
const isData = ({ kind }: TocEntry) => kind === 'TABLE DATA';

/** What one session does. */
export interface Share {
  /** Rows, and of the first session what else there is but for the keys. */
  readonly rows: readonly TocEntry[];
  /** Primary keys and unique constraints of the tables whose rows it loads: they rest on nothing else. */
  readonly keys: readonly TocEntry[];
}

/**
 * Shares the entries out to so many sessions, the largest first to whoever has least to do. Each keeps the order of the
 * dump, which it reads from its beginning.
 */
export function shareOut(
  entries: readonly TocEntry[],
  jobs: number,
  sizeOf: (entry: TocEntry) => number,
): readonly Share[] {
  const shares = Array.from({ length: jobs }, (_, index) => ({ index, bytes: 0 }));
  const owner = new Map<TocEntry, number>();
  const bySize = entries.filter(isData).sort((a, b) => sizeOf(b) - sizeOf(a));
  for (const entry of bySize) {
    const least = shares.reduce((best, share) => (share.bytes < best.bytes ? share : best));
    least.bytes += sizeOf(entry) + 1;
    owner.set(entry, least.index);
  }
  const loaded = new Map(bySize.map((entry) => [pathOf(entry), owner.get(entry)]));
  const keyOwner = (key: TocEntry) => loaded.get(`${key.schema} ${tableOf(key)}`);
  const keys = entries.filter((entry) => entry.kind === 'CONSTRAINT' && keyOwner(entry) !== undefined);
  const isKey = new Set(keys);
  return shares
    .map(({ index }) => ({
      rows: entries.filter((entry) => !isKey.has(entry) && (owner.get(entry) ?? 0) === index),
      keys: keys.filter((key) => keyOwner(key) === index),
    }))
    .filter(({ rows }) => rows.length > 0);
}

/** A constraint is listed as `table constraint`. One with a space in its name finds no table, and waits for the rest. */
const tableOf = ({ name }: TocEntry) => name.slice(0, name.lastIndexOf(' '));

/** Kinds that come after the rows: what they rest on may not have been restored. */
const AFTER_ROWS =
  /^(INDEX|CONSTRAINT|FK|TRIGGER|EVENT|RULE|PUBLICATION|SUBSCRIPTION|STATISTICS|MATERIALIZED VIEW DATA)$/;

/** What a comment or a right can be on that is not restored with one table; a key of its own goes without its comment. */
const ON_LEFT_OUT =
  /^(INDEX|CONSTRAINT|TRIGGER|EVENT TRIGGER|RULE|PUBLICATION|SUBSCRIPTION|STATISTICS|LARGE OBJECTS?) /;

/**
 * For one table alone: every definition, for its types and defaults may need them; its rows; its own keys. No index, no
 * reference to rows that are not there, and no comment on what is not there.
 */
export const onlyTable = (entries: readonly TocEntry[], table: { readonly schema: string; readonly name: string }) =>
  entries.filter((entry) => {
    const { kind, name } = entry;
    if (kind === 'TABLE DATA') return pathOf(entry) === pathOf(table);
    if (kind === 'CONSTRAINT') return pathOf(entry).startsWith(`${pathOf(table)} `);
    if ((kind === 'COMMENT' || kind === 'ACL') && ON_LEFT_OUT.test(name)) return false;
    return kind !== 'SEQUENCE SET' && !kind.startsWith('BLOB') && !AFTER_ROWS.test(kind);
  });
