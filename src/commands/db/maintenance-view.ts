/** How the commands that maintain the database show what they plan and did. */
import type { MaintenanceReport } from '../../lib/db/maintain/report.js';
import { countOf, formatBytes } from '../../lib/measures.js';
import type { Theme } from '../../lib/terminal/theme.js';

/** `3 of 4 vacuumed, 1 not possible`, with `verb` as in `vacuumed`. */
export function maintenanceSummary({ applied, isStandby, objects, totals }: MaintenanceReport, verb: string): string {
  if (isStandby) return 'nothing to do on a standby';
  if (objects.length === 0) return `nothing needs to be ${verb}`;
  if (!applied) {
    const hindered = totals.blocked + totals.skipped;
    const rest = hindered > 0 ? `, ${hindered} cannot or need not be` : '';
    return `${totals.planned} to be ${verb}${rest}`;
  }
  const wanted = objects.length - totals.skipped;
  const parts = [
    `${totals.done} of ${wanted} ${verb}`,
    totals.blocked > 0 && `${totals.blocked} not possible`,
    totals.failed > 0 && `${totals.failed} failed`,
    totals.left > 0 && `${totals.left} left for the next run`,
    totals.skipped > 0 && `${totals.skipped} skipped`,
    totals.freedBytes > 0 && `${formatBytes(totals.freedBytes)} freed`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** One line an object, then the statements where nothing was done yet. */
export function maintenanceView({ applied, objects, totals }: MaintenanceReport, theme: Theme): string {
  if (objects.length === 0) return '';
  const rows = objects.map(({ object, action, outcome, reason, note, ...measured }) => [
    object,
    action,
    outcome,
    theme.bytes(measured.sizeBytes),
    ...(applied
      ? [theme.bytes(measured.sizeAfterBytes), theme.duration(measured.durationMs)]
      : [theme.bytes(measured.gainBytes)]),
    note ?? reason,
  ]);
  const head = ['object', 'action', 'outcome', 'size', ...(applied ? ['after', 'took'] : ['to free']), 'why'];
  const table = theme.table(head, rows);
  if (applied || totals.planned === 0) return table;
  const statements = objects.filter(({ outcome }) => outcome === 'planned').map(({ sql }) => `  ${sql};`);
  return [table, '', theme.heading(`${countOf(statements.length, 'statement')}:`), ...statements].join('\n');
}
