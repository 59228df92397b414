import { definePanel } from '../../../lib/dashboard/index.js';
import { countOf } from '../../../lib/measures.js';
import list from '../../backup/list.js';

/** What the catalogue on this host holds. */
export const backups = definePanel({
  id: 'backups',
  title: 'Backups',
  source: list,
  given: {},
  more: 'viktoria-ops backup list',
  everyMs: 60_000,
  lines: (listed, theme) => [
    listed.newest === null
      ? `no good backup of the ${listed.subject}`
      : `${listed.subject}: proven backup ${theme.duration(Math.max(0, listed.newest.ageMs))} old (level ${listed.newest.level})`,
    `${countOf(listed.totals.backups, 'backup')}, ${theme.count(listed.totals.good)} good, ${theme.bytes(listed.totals.sizeBytes)}`,
    ...listed.groups.map(
      ({ kind, good, newestGoodAgeMs, group }) =>
        `${kind}: ${good} good, the newest ${theme.duration(newestGoodAgeMs)} old (${group})`,
    ),
  ],
});
