/** How every tier looks, on screen and in its report file. */
import type { TierResult } from '../../lib/maintenance/conclude.js';
import type { Theme } from '../../lib/terminal/theme.js';

export function tierSummary({ dryRun, steps }: TierResult): string {
  const bad = steps.filter(({ status }) => status !== 'ok' && status !== 'skipped');
  const [first] = steps;
  if (first?.reason !== undefined && steps.every(({ reason }) => reason === first.reason))
    return `nothing to run: ${first.reason}`;
  const good = steps.filter(({ status }) => status === 'ok').length;
  const named = bad.map(({ id, status }) => `${id} ${status}`).join(', ');
  const verdict = bad.length === 0 ? `all ${good} steps well` : `${named}; ${good} of ${steps.length} steps well`;
  return dryRun ? `dry run: ${verdict}` : verdict;
}

export function tierView({ steps, reportFile, pageFile }: TierResult, theme: Theme): string {
  const rows = steps.map(({ id, status, durationMs, summary }) => [
    theme.status(status),
    id,
    theme.duration(durationMs),
    summary,
  ]);
  const table = theme.table(['status', 'step', 'time', 'result'], rows);
  const files = [reportFile, pageFile].flatMap((file) => file ?? []);
  return files.length === 0 ? table : `${table}\n${theme.dim(`Report: ${files.join(', ')}`)}`;
}

export const tierSample = (tier: string): TierResult => ({
  tier,
  runId: '5f3a9c01',
  dryRun: false,
  steps: [
    { id: 'health', status: 'ok', durationMs: 41, summary: 'healthy, up 3 d 4 h', findings: [] },
    {
      id: 'queue',
      status: 'warning',
      durationMs: 12,
      summary: '120 jobs waiting',
      findings: [{ code: 'VOPS-JOBS-BACKLOG', severity: 'warning', message: '120 jobs wait, more than 50' }],
    },
  ],
  recordFile: `/var/lib/viktoria-ops/runs/20261123T030000000Z-${tier}-5f3a9c01.json`,
  reportFile: `/var/lib/viktoria-ops/runs/20261123T030000000Z-${tier}-5f3a9c01.txt`,
  pageFile: null,
});
