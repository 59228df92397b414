/** How an optimisation looks: its three parts, one after the other. What helps the hooks stands with the findings. */
import type { Optimization } from '../../lib/performance/optimize.js';
import type { Theme } from '../../lib/terminal/theme.js';
import { maintenanceView } from '../db/maintenance-view.js';
import { bottlenecksTable } from './bottlenecks-view.js';
import { changesView } from './changes-view.js';

export function optimizeView({ hooks, regressions, database, memory }: Optimization, theme: Theme): string {
  const parts: readonly (readonly [string, string])[] = [
    ['Hooks', hooks === null ? '' : bottlenecksTable(hooks, theme)],
    ['Slower than a week ago', changesView(regressions, theme)],
    ['Database', database === null ? '' : maintenanceView(database.maintenance, theme) || 'nothing to maintain'],
    ['Memory', memory === null ? '' : memoryView(memory, theme)],
  ];
  return parts
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${theme.heading(name)}\n${text}`)
    .join('\n\n');
}

function memoryView({ before, after, actions }: NonNullable<Optimization['memory']>, theme: Theme): string {
  const figures = [
    ['heap used', theme.bytes(before.heapUsedBytes), theme.bytes(after?.heapUsedBytes)],
    ['heap limit', theme.bytes(before.heapLimitBytes), theme.bytes(after?.heapLimitBytes)],
    ['resident', theme.bytes(before.residentBytes), theme.bytes(after?.residentBytes)],
    ['event-loop lag', theme.duration(before.eventLoopLagMs), theme.duration(after?.eventLoopLagMs)],
  ];
  const shown = after === null ? figures.map(([name, now]) => [name, now]) : figures;
  return [
    theme.table(['memory', ...(after === null ? ['now'] : ['before', 'after'])], shown),
    theme.table(
      ['action', 'outcome', 'why'],
      actions.map(({ route, outcome, note }) => [NAMES[route], outcome, note]),
    ),
  ].join('\n');
}

const NAMES = { collectGarbage: 'collect garbage', clearCaches: 'clear caches' } as const;
