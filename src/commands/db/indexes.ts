import { defineCommand } from '../../lib/command.js';
import { IndexFlags, IndexReport, inspectIndexes } from '../../lib/db/indexes.js';
import { countOf, formatBytes } from '../../lib/measures.js';
import type { Theme } from '../../lib/terminal/theme.js';

export default defineCommand({
  options: [['--measure', 'read the bloated ones in full with pgstattuple, where it is installed']],
  flags: IndexFlags,
  result: IndexReport,
  run: inspectIndexes,
  summary: ({ indexes, sizeBytes, missing, unused, redundant, bloated, invalid }) => {
    const counts = [
      [invalid.length, 'invalid'],
      [missing.length, 'missing'],
      [bloated.length, 'bloated'],
      [redundant.length, 'redundant'],
      [unused.length, 'unused'],
    ] as const;
    const found = counts.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`);
    return `${countOf(indexes, 'index').replace(/indexs$/, 'indexes')}, ${formatBytes(sizeBytes)}: ${found.join(', ') || 'nothing found'}`;
  },
  view,
  spansEnvironments: true,
  examples: ['viktoria-ops db indexes', 'viktoria-ops db indexes --measure', 'viktoria-ops db indexes --json'],
  sample: {
    indexes: 61,
    sizeBytes: 214_000_000,
    missing: [
      {
        table: 'public.players_team_lnk',
        columns: ['team_id'],
        constraint: 'players_team_lnk_ifk',
        references: 'teams',
        isStrapiRelation: true,
        rows: 18_400,
        tableBytes: 1_220_000,
        sequentialScans: 8_120,
        referencedChanges: 412,
        create: 'CREATE INDEX CONCURRENTLY ON public.players_team_lnk (team_id)',
      },
    ],
    unused: [
      {
        index: 'public.matches_note_idx',
        table: 'public.matches',
        sizeBytes: 9_400_000,
        since: '2026-10-18T03:00:00.000Z',
        tableWrites: 88_120,
        drop: 'DROP INDEX CONCURRENTLY public.matches_note_idx',
        restore: 'CREATE INDEX CONCURRENTLY matches_note_idx ON public.matches USING btree (note)',
      },
    ],
    redundant: [
      {
        index: 'public.matches_team_idx',
        table: 'public.matches',
        sizeBytes: 4_100_000,
        kind: 'covered',
        by: 'public.matches_team_date_idx',
        drop: 'DROP INDEX CONCURRENTLY public.matches_team_idx',
        restore: 'CREATE INDEX CONCURRENTLY matches_team_idx ON public.matches USING btree (team_id)',
      },
    ],
    bloated: [
      {
        index: 'public.matches_date_idx',
        table: 'public.matches',
        sizeBytes: 67_400_000,
        accessMethod: 'btree',
        bloat: { method: 'estimated', bytes: 41_200_000, share: 0.611 },
        rebuild: 'REINDEX INDEX CONCURRENTLY public.matches_date_idx',
      },
    ],
    invalid: [
      {
        index: 'public.matches_date_idx_ccnew',
        table: 'public.matches',
        sizeBytes: 12_000_000,
        kind: 'leftover',
        copyOf: 'public.matches_date_idx',
        slowsWrites: true,
        cure: 'DROP INDEX CONCURRENTLY public.matches_date_idx_ccnew',
      },
    ],
    sampledSince: '2026-10-18T03:00:00.000Z',
    bloatUnknown: 2,
  },
});

/** The statements stand with the findings; here is the evidence. */
function view(report: IndexReport, theme: Theme): string {
  const { sampledSince, bloatUnknown } = report;
  const tables = [invalidTable, missingTable, bloatedTable, redundantTable, unusedTable];
  const notes = theme.fields([
    [
      'use sampled since',
      sampledSince === null ? 'now: what is unused shows after a month of runs' : theme.time(sampledSince),
    ],
    ['bloat not known of', bloatUnknown],
  ]);
  return [...tables.map((table) => table(report, theme)).filter(Boolean), notes].join('\n\n');
}

type View = (report: IndexReport, theme: Theme) => string;

const section = (theme: Theme, head: readonly string[], rows: Parameters<Theme['table']>[1]): string =>
  rows.length === 0 ? '' : theme.table(head, rows);

const invalidTable: View = ({ invalid }, theme) =>
  section(
    theme,
    ['invalid', 'table', 'size', 'kind'],
    invalid.map(({ index, table, sizeBytes, kind }) => [index, table, theme.bytes(sizeBytes), kind]),
  );

const missingTable: View = ({ missing }, theme) =>
  section(
    theme,
    ['missing on', 'columns', 'rows', 'sequential scans', 'references'],
    missing.map((found) => [
      found.table,
      found.columns.join(', '),
      theme.count(found.rows),
      theme.count(found.sequentialScans),
      found.references,
    ]),
  );

const bloatedTable: View = ({ bloated }, theme) =>
  section(
    theme,
    ['bloated', 'size', 'air', 'share', 'known by'],
    bloated.map(({ index, sizeBytes, bloat }) => [
      index,
      theme.bytes(sizeBytes),
      theme.bytes(bloat.bytes),
      theme.percent(Math.round(bloat.share * 100) / 100),
      bloat.method,
    ]),
  );

const redundantTable: View = ({ redundant }, theme) =>
  section(
    theme,
    ['redundant', 'size', 'kind', 'by'],
    redundant.map(({ index, sizeBytes, kind, by }) => [index, theme.bytes(sizeBytes), kind, by]),
  );

const unusedTable: View = ({ unused }, theme) =>
  section(
    theme,
    ['unused', 'size', 'not read since'],
    unused.map(({ index, sizeBytes, since }) => [index, theme.bytes(sizeBytes), theme.time(since)]),
  );
